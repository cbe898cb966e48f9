package config

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func load(t *testing.T, text string) (*Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edged.toml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return Load(path)
}

func TestSampleHoldsEveryKeyAndTheDefaults(t *testing.T) {
	got, err := load(t, Sample)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), got); diff != "" {
		t.Error(diff)
	}
	for _, key := range Keys() {
		name := key[strings.LastIndexByte(key, '.')+1:]
		if !regexp.MustCompile(`(?m)^(# )?` + name + ` = `).MatchString(Sample) {
			t.Errorf("the sample does not mention %s", key)
		}
	}
	all := strings.NewReplacer("# scale = ", "scale = ", "# offset = ", "offset = ", "# [[", "[[", "# path = ", "path = ", "# speed = ", "speed = ",
		"# data_bits = ", "data_bits = ", "# parity = ", "parity = ", "# stop_bits = ", "stop_bits = ",
		"# kind = ", "kind = ", "# labels = [", "labels = [", "# hold = ", "hold = ", "# chip = ", "chip = ", "# line = ", "line = ",
		"# active_low = ", "active_low = ").Replace(Sample)
	if got, err := load(t, all); err != nil || len(got.Labels.Ports) != 1 || got.Labels.Ports[0].Speed != 9600 || got.Predict.Scale == nil {
		t.Errorf("what is commented out: %v, %+v", err, got)
	} else if len(got.Outputs) != 2 || got.Outputs[0].Device().String() != "serial /dev/ttyUSB1" || got.Outputs[1].Device().String() != "gpio gpiochip0 17" {
		t.Errorf("the outputs that are commented out: %+v", got.Outputs)
	}
}

func TestFileGoesOverDefaults(t *testing.T) {
	got, err := load(t, "state = '/srv/edged'\n[camera]\nfps = 15\nstall = '1m30s'\n[predict]\nscale = 1\n[events]\nlimit = '512kB'\n")
	if err != nil {
		t.Fatal(err)
	}
	one := 1.0
	want := Default()
	want.State, want.Camera.FPS, want.Camera.Stall = "/srv/edged", 15, 90*time.Second
	want.Predict.Scale, want.Events.Limit = &one, 512000
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPathsThatFollowTheState(t *testing.T) {
	c := Default()
	if got, want := c.Socket(), "/run/edged/control.sock"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	c.State = "/tmp/e"
	if got, want := c.Socket(), "/tmp/e/control.sock"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := c.ModelFolder(), "/tmp/e/models"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	c.Control.Socket, c.Models.Folder = "/a", "/b"
	if got := c.Socket() + c.ModelFolder(); got != "/a/b" {
		t.Errorf("got %s", got)
	}
}

func TestMistakesAreNamedWithLineAndCure(t *testing.T) {
	tests := []struct {
		name, text string
		line       int
		want       string
	}{
		{"unknown key", "[camera]\n\nwidht = 3", 3, "camera.widht: no such key; did you mean camera.width?"},
		{"unknown table", "# x\n[camra]\nfps = 3", 2, "camra: no such key"},
		{"key of another table", "fps = 3", 1, "fps: no such key; `edged config` prints all keys"},
		{"dotted", "log = 'info'\ncamera.pase = 'clip'", 2, "camera.pase: no such key; did you mean camera.pace?"},
		{"type", "[camera]\nwidth = 'wide'", 2, "camera.width: incompatible types"},
		{"choice", "[predict]\nprecision = 'flota16'", 2, `predict.precision: "flota16" is none of "auto", "float32", "float16", "int8"; did you mean "float16"?`},
		{"range", "\n[camera]\nfps = 0", 3, "camera.fps: 0 is not between 0.1 and 1000"},
		{"not a number", "[predict]\nscale = nan", 2, "predict.scale: NaN is no number that a model can take"},
		{"seconds without a unit", "[camera]\nstall = 5", 2, `camera.stall: 5ns is not between 500ms and 1h0m0s; write it as "5s"`},
		{"duration", "[models]\nquiet = 'soon'", 2, `models.quiet: invalid duration: "soon"`},
		{"size", "[events]\nlimit = '10 miles'", 2, `events.limit: "10 miles" is no size`},
		{"empty", "[camera]\nsource = ''", 2, "camera.source: may not be empty"},
		{"twice", "log = 'info'\nlog = 'warn'", 2, "log: Key 'log' has already been defined."},
		{"port", "[[labels.port]]\npath = 'ttyUSB0'", 2, "labels.port.path: the port \"ttyUSB0\" must be a path"},
		{"port twice", "[[labels.port]]\npath = '/dev/a'\n[[labels.port]]\npath = '/dev/a'", 1, "is there twice"},
		{"parity", "[[labels.port]]\npath = '/dev/a'\nparity = 'mark'", 1, "must be none, odd or even"},
		{"key of a port", "[[labels.port]]\npath = '/dev/a'\nbaud = 9600", 3, "labels.port.baud: no such key"},
		{"pattern", "[labels]\npattern = '('", 2, "labels.pattern: error parsing regexp"},
		{"votes", "[results]\nvotes = 6", 2, "results.votes: 6 is not between 1 and 5"},
		{"threshold", "[results]\nthreshold = 50", 2, "results.threshold: 50 is not between 0 and 1"},
		{"time of day", "[fit]\nat = ['25:00']", 2, `fit.at: "25:00" is no time of a day: write it as "02:30"`},
		{"no kind", "[[outputs]]\npath = '/dev/a'", 1, `outputs.kind: "" is none of "serial", "gpio"`},
		{"output without a path", "[[outputs]]\nkind = 'serial'", 1, `outputs.path: the port "" must be a path`},
		{"output of both kinds", "[[outputs]]\nkind = 'gpio'\npath = '/dev/a'\nchip = 'gpiochip0'\nline = 3", 2, "a gpio output has no path"},
		{"line without a chip", "[[outputs]]\nkind = 'gpio'\nline = 3", 3, "outputs.line: needs a number and a chip, or a name"},
		{"line", "[[outputs]]\nkind = 'gpio'\nline = 3.5", 3, "3.5 is neither the number nor the name of a line"},
		{"empty label", "[[outputs]]\nkind = 'gpio'\nline = 'A'\nlabels = ['']", 4, "label 1 is empty"},
		{"output twice", "[[labels.port]]\npath = '/dev/a'\n[[outputs]]\nkind = 'serial'\npath = '/dev/a'", 3, "serial /dev/a has another use"},
		{"no toml", "[camera\n", 2, "expected '.' or ']' to end table name"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := load(t, test.text)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if e.Line != test.line {
				t.Errorf("got line %d, want %d", e.Line, test.line)
			}
			if !strings.Contains(e.Error(), test.want) {
				t.Errorf("got %q, want %q in it", e, test.want)
			}
		})
	}
}

func TestFilesThatAreNone(t *testing.T) {
	for _, path := range []string{"/nowhere/edged.toml", t.TempDir(), "/dev/zero"} {
		if _, err := Load(path); err == nil {
			t.Errorf("%s was read", path)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(Sample)
	f.Add("[camera]\nstall = 5\n[[models]]\nx.y = 'z'")
	f.Fuzz(func(_ *testing.T, text string) {
		_ = Default().read("fuzz", text)
	})
}
