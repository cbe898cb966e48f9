package systemd

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// analyze runs systemd-analyze on the unit, with a program in place of edged,
// which need not be installed.
func analyze(t *testing.T, arguments ...string) []byte {
	t.Helper()
	unit, err := os.ReadFile("edged.service")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "edged.service")
	unit = bytes.ReplaceAll(unit, []byte("/usr/bin/edged"), []byte("/bin/true"))
	if err := os.WriteFile(path, unit, 0o644); err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command("systemd-analyze", append(arguments, path)...).CombinedOutput()
	if err != nil {
		t.Fatalf("systemd-analyze (Debian package systemd): %v\n%s", err, output)
	}
	return output
}

func TestUnitIsValid(t *testing.T) {
	if output := analyze(t, "verify"); len(output) > 0 {
		t.Errorf("%s", output)
	}
}

func TestUnitIsHardened(t *testing.T) {
	output := analyze(t, "security", "--offline=true", "--no-pager")
	match := regexp.MustCompile(`Overall exposure level for .*: ([0-9.]+)`).FindSubmatch(output)
	if match == nil {
		t.Fatalf("no exposure level in:\n%s", output)
	}
	got, err := strconv.ParseFloat(string(match[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	if got > 2.0 {
		t.Errorf("exposure level is %v, want at most 2.0:\n%s", got, output)
	}
}

// TestUnitAllowsWhatTheDaemonDoes holds the hardening back where it would stop
// cameras, ports, GPIO, the network or the priority of a fit; the emulated
// board's test runs under it.
func TestUnitAllowsWhatTheDaemonDoes(t *testing.T) {
	unit, err := os.ReadFile("edged.service")
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string][]string{}
	for line := range strings.Lines(string(unit)) {
		if key, value, found := strings.Cut(strings.TrimSpace(line), "="); found {
			settings[key] = append(settings[key], strings.Fields(value)...)
		}
	}
	for key, needed := range map[string][]string{
		"DeviceAllow": {
			"char-video4linux", "char-media", "char-dma_heap",
			"char-ttyUSB", "char-ttyACM", "char-ttyAMA", "char-ttyS", "char-gpiochip",
		},
		"RestrictAddressFamilies": {"AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK"},
		"SystemCallFilter":        {"setpriority", "ioprio_set"},
		"SupplementaryGroups":     {"video", "dialout", "gpio"},
	} {
		for _, value := range needed {
			if !slices.Contains(settings[key], value) {
				t.Errorf("%s= lacks %s", key, value)
			}
		}
	}
	users, err := os.ReadFile("sysusers.conf")
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range settings["SupplementaryGroups"] {
		if !strings.Contains(string(users), "\nm edged "+group+"\n") {
			t.Errorf("sysusers.conf does not put edged into %s, without which the unit can't start", group)
		}
	}
}
