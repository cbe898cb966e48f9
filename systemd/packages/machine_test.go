//go:build packages

package packages

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// suites are the releases of Debian that the packages are for.
var suites = map[string]string{"bookworm": "+deb12", "trixie": "+deb13"}

// onEach runs a test on a fresh Debian of each release.
func onEach(t *testing.T, test func(t *testing.T, m *machine)) {
	for suite := range suites {
		t.Run(suite, func(t *testing.T) { test(t, newMachine(t, suite)) })
	}
}

// machine is a Debian in which no init system runs. What a test changes lies in
// folders of its own above the one that all tests share.
type machine struct {
	suite, lower, folder string
}

func newMachine(t *testing.T, suite string) *machine {
	t.Helper()
	m := &machine{suite, built(t, "chroot/"+suite), t.TempDir()}
	for _, folder := range []string{"upper", "work", "root"} {
		if err := os.Mkdir(m.path(folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.RemoveAll(m.path("work")) })
	return m
}

func (m *machine) path(name string) string { return filepath.Join(m.folder, name) }

// enter mounts the machine's folders where nobody else sees them, and runs a
// shell's commands there.
const enter = `mount -t overlay overlay -o lowerdir="$1",upperdir="$2/upper",workdir="$2/work" "$2/root"
mount -t proc proc "$2/root/proc"
mount --bind /dev/null "$2/root/dev/null"
exec chroot "$2/root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive bash -euc "$3"`

// try runs a shell's commands on the machine, as root.
func (m *machine) try(t *testing.T, commands string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "unshare", "--mount", "bash", "-euc", enter, "bash", m.lower, m.folder, commands)
	output, err := command.CombinedOutput()
	return strings.TrimSpace(string(output)), err
}

// run is try for commands that must succeed.
func (m *machine) run(t *testing.T, commands string) string {
	t.Helper()
	output, err := m.try(t, commands)
	if err != nil {
		t.Fatalf("%s: %v\n%s", commands, err, output)
	}
	return output
}

// fails is try for commands that must not succeed.
func (m *machine) fails(t *testing.T, commands string) {
	t.Helper()
	if output, err := m.try(t, commands); err == nil {
		t.Errorf("%s: it succeeded:\n%s", commands, output)
	}
}

// add puts a file on the machine.
func (m *machine) add(t *testing.T, name, from string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	m.write(t, name, content, 0o644)
}

func (m *machine) write(t *testing.T, name string, content []byte, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(m.path("upper"), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, mode); err != nil {
		t.Fatal(err)
	}
}

// packages puts this machine's packages into /root, as edged.deb and
// edged-camera.deb.
func (m *machine) packages(t *testing.T) *machine {
	t.Helper()
	m.add(t, "root/edged.deb", debFile(t, "edged", ""))
	m.add(t, "root/edged-camera.deb", debFile(t, "edged-camera", suites[m.suite]))
	return m
}

// built is the path of something below build.
func built(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../../build", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: `make test-deb` makes it", err)
	}
	return path
}

// debFile is the newest package of this name for this machine's architecture.
func debFile(t *testing.T, name, release string) string {
	t.Helper()
	architecture := output(t, "dpkg", "--print-architecture")
	return filepath.Join(built(t, "deb"), name+"_"+version(t)+release+"_"+architecture+".deb")
}

// version is that of the packages.
func version(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(built(t, "deb/version"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func output(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	var errors bytes.Buffer
	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Stderr = &errors
	text, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(command.Args, " "), err, text, errors.String())
	}
	return strings.TrimSpace(string(text))
}
