package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"edged/cmd/edged/config"
	"edged/processtest"
)

// binary is edged as a user has it.
var binary string

func TestMain(m *testing.M) {
	if mode := os.Getenv(cameraMode); mode != "" {
		if err := runCamera(mode); err != nil {
			fmt.Fprintln(os.Stderr, "edged-camera:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	folder, err := os.MkdirTemp("", "edged-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := 1
	if err := build(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		status = m.Run()
	}
	os.RemoveAll(folder)
	os.Exit(status)
}

func build(folder string) error {
	binary = filepath.Join(folder, "edged")
	command := exec.Command("go", "build", "-o", binary, "-ldflags", "-X main.version=test", ".")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, output)
	}
	return nil
}

func edgedCommand(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	line := append(append(processtest.Emulator(), binary), arguments...)
	return exec.CommandContext(t.Context(), line[0], line[1:]...)
}

// result is what a run of edged left.
type result struct {
	output, errors string
	status         int
}

func edged(t *testing.T, arguments ...string) result {
	t.Helper()
	var output, errorOutput bytes.Buffer
	command := edgedCommand(t, arguments...)
	command.Stdout, command.Stderr = &output, &errorOutput
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{output.String(), errorOutput.String(), command.ProcessState.ExitCode()}
}

func TestMistakesAreUsageErrors(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "edged.toml")
	if err := os.WriteFile(bad, []byte("[camera]\nwidht = 3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ line, want string }{
		{"frobnicate", "`edged` has no command \"frobnicate\"; try `edged --help`"},
		{"docter", "`edged` has no command \"docter\"; did you mean \"doctor\"?"},
		{"doctor --jsn", "unknown flag: --jsn; try `edged doctor --help`"},
		{"fit --train x --out y --epochs 0", "--epochs and --batch-size (up to 4096) must be at least 1 and --cache not negative; try `edged fit --help`"},
		{"version 3", "`edged version` takes no arguments; try `edged version --help`"},
		{"doctor --config " + bad, bad + ": line 2: camera.widht: no such key; did you mean camera.width?"},
	} {
		t.Run(test.line, func(t *testing.T) {
			got := edged(t, strings.Fields(test.line)...)
			if got.status != 2 {
				t.Errorf("got status %d, want 2", got.status)
			}
			if got.output != "" {
				t.Errorf("got %q on standard output", got.output)
			}
			if !strings.Contains(got.errors, test.want) {
				t.Errorf("got %q, want %q in it", got.errors, test.want)
			}
			if strings.Count(got.errors, "\n") != 1 {
				t.Errorf("got more than one line:\n%s", got.errors)
			}
		})
	}
}

func TestVersionAndHelp(t *testing.T) {
	if got := edged(t, "version"); !strings.HasPrefix(got.output, "edged test go1.") || got.status != 0 {
		t.Errorf("got %+v", got)
	}
	if got := edged(t, "--version"); got.output != "edged test\n" {
		t.Errorf("got %+v", got)
	}
	if got := edged(t, "--help"); !strings.Contains(got.output, "Available Commands:") || got.status != 0 {
		t.Errorf("got %+v", got)
	}
	if got := edged(t, "completion", "bash"); !strings.Contains(got.output, "__start_edged") {
		t.Errorf("got %+v", got)
	}
}

func TestConfigPrintsASampleThatItAccepts(t *testing.T) {
	sample := edged(t, "config")
	if sample.output != config.Sample {
		t.Error("it prints something else")
	}
	path := filepath.Join(t.TempDir(), "edged.toml")
	if err := os.WriteFile(path, []byte(sample.output), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := edged(t, "config", path); got.status != 0 {
		t.Errorf("got %+v", got)
	}
}
