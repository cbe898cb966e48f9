//go:build board

package boardtest

import (
	"bufio"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

var cutCount = flag.Int("cuts", 100, "how many power cuts at random moments")

// cuts looks at what power cuts at random moments of the story's labelling,
// fitting and copying would have left.
func (s *story) cuts(t *testing.T) {
	for _, w := range s.windows {
		t.Logf("%d writes and flushes while %s", w.end-w.begin, w.what)
	}
	random := rand.New(rand.NewPCG(3, 4))
	for i := range *cutCount {
		w := s.windows[i%len(s.windows)]
		position := w.begin + random.IntN(w.end-w.begin+1)
		t.Run(fmt.Sprintf("%d while %s", i, w.what), func(t *testing.T) { s.cut(t, position, random) })
	}
}

// cut checks a power cut at one moment.
func (s *story) cut(t *testing.T, position int, random *rand.Rand) {
	state := s.left(t, position, random)
	s.checkCaptures(t, state, position)
	model := serve(t, state)
	switch {
	case model == "":
		t.Error("no model serves")
	case position >= s.durable && !slices.Contains(s.served, model):
		t.Errorf("%q serves, and not %s, which was learned, or what came later", model, s.learned)
	}
}

// left is the daemon's folder after a power cut, as the next start mounts it.
func (s *story) left(t *testing.T, position int, random *rand.Rand) string {
	t.Helper()
	folder := t.TempDir()
	image, state := filepath.Join(folder, "disk"), filepath.Join(folder, "state")
	if err := os.WriteFile(image, s.disk.Cut(position, random), 0o600); err != nil {
		t.Fatal(err)
	}
	// What is in the journal is done, and no more may be wrong than that.
	if said, err := exec.Command("/sbin/e2fsck", "-f", "-p", image).CombinedOutput(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Fatalf("e2fsck: %v\n%s", err, said)
		}
	}
	if err := os.Mkdir(state, 0o755); err != nil {
		t.Fatal(err)
	}
	command(t, "/sbin/debugfs", "-R", "rdump / "+state, image)
	if err := os.Remove(image); err != nil {
		t.Fatal(err)
	}
	return state
}

// checkCaptures looks for what was acknowledged before a moment.
func (s *story) checkCaptures(t *testing.T, state string, position int) {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(state, "captures", "log.jsonl"))
	if err != nil && len(s.acks) > 0 && s.acks[0].position <= position {
		t.Error(err)
	}
	for _, a := range s.acks {
		if a.position > position {
			break
		}
		for _, path := range a.captures {
			data, err := os.ReadFile(filepath.Join(state, "captures", path))
			if err != nil {
				t.Errorf("acknowledged, and lost: %v", err)
				continue
			}
			if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
				t.Errorf("acknowledged, and not readable: %s: %v", path, err)
			}
			if !bytes.Contains(log, []byte(filepath.Base(path))) {
				t.Errorf("acknowledged, and not in the log: %s", path)
			}
		}
	}
}

var serving = regexp.MustCompile(`msg=serving model=(\S+)`)

// serve starts the daemon there and returns the model that serves, if any does.
func serve(t *testing.T, state string) string {
	t.Helper()
	daemon := exec.Command("../build/bin/edged", "run", "--state", state, "--source", "/nowhere", "--output", "")
	said, err := daemon.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = daemon.Process.Signal(unix.SIGTERM); _ = daemon.Wait() }()
	var all strings.Builder
	for in := bufio.NewScanner(said); in.Scan(); {
		all.WriteString(in.Text() + "\n")
		if match := serving.FindStringSubmatch(in.Text()); match != nil {
			name, _, _ := strings.Cut(match[1], "@")
			return name
		}
		if strings.Contains(in.Text(), "serving without a model") {
			return ""
		}
	}
	t.Fatalf("the daemon does not start:\n%s", all.String())
	return ""
}
