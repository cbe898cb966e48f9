package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edged/processtest"
	"edged/storage/safetensors"
)

// digits is where the digits model, its pictures and Keras's answers lie.
const digits = "../../testdata/digits"

type prediction struct {
	File   string
	Label  string
	Score  float64
	Scores map[string]float64
}

func predictions(t *testing.T, output string) []prediction {
	t.Helper()
	var list []prediction
	lines := bufio.NewScanner(strings.NewReader(output))
	for lines.Scan() {
		var p prediction
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			t.Fatalf("%v: %s", err, lines.Text())
		}
		list = append(list, p)
	}
	return list
}

func TestPredictGivesKerassScores(t *testing.T) {
	var files []string
	if err := json.Unmarshal([]byte(read(t, filepath.Join(digits, "valid_files.json"))), &files); err != nil {
		t.Fatal(err)
	}
	tensors, err := safetensors.ReadFile(filepath.Join(digits, "valid_output.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	want := tensors["output"].Float32s()
	if processtest.Emulator() != nil {
		files = files[:10] // of the 30, all of which `edged evaluate` is tested with
	}
	line := []string{"predict", "--json", "--model", filepath.Join(digits, "model"), "--precision", "float32", "--resize", "bilinear-antialias", "--scale", fmt.Sprint(1.0 / 255)}
	for _, file := range files {
		line = append(line, filepath.Join(digits, "valid", file))
	}
	got := edged(t, line...)
	if got.status != 0 || got.errors != "" {
		t.Fatalf("got status %d, %s", got.status, got.errors)
	}
	list := predictions(t, got.output)
	if len(list) != len(files) {
		t.Fatalf("got %d answers, want %d", len(list), len(files))
	}
	for i, p := range list {
		best := 0
		for unit := range 10 {
			expected := float64(want[i*10+unit])
			if diff := math.Abs(p.Scores[fmt.Sprint(unit)] - expected); diff > 1e-4 {
				t.Errorf("%s: score of %d is off by %g", files[i], unit, diff)
			}
			if want[i*10+unit] > want[i*10+best] {
				best = unit
			}
		}
		if p.Label != fmt.Sprint(best) || p.Score != p.Scores[p.Label] || p.File != line[len(line)-len(files)+i] {
			t.Errorf("%s: got %+v", files[i], p)
		}
	}
}

func TestPredictFolder(t *testing.T) {
	model := filepath.Join(digits, "model")
	got := edged(t, "predict", "--model", model, "--top", "2", filepath.Join(digits, "valid", "7"))
	lines := strings.Split(strings.TrimSpace(got.output), "\n")
	if got.status != 0 || len(lines) < 3 {
		t.Fatalf("got %+v", got)
	}
	for _, line := range lines {
		if fields := strings.Fields(line); len(fields) != 5 || !strings.HasSuffix(fields[4], ".png") {
			t.Errorf("got %q, want two labels with scores and the file", line)
		}
	}
	got = edged(t, "predict", "-m", model, "--top", "2", "--json", filepath.Join(digits, "valid", "7"))
	for _, p := range predictions(t, got.output) {
		if len(p.Scores) != 2 {
			t.Errorf("got %d scores, want 2", len(p.Scores))
		}
	}
}

func TestPredictGoesOnAfterAnUnreadablePicture(t *testing.T) {
	folder := t.TempDir()
	bad := filepath.Join(folder, "a.png")
	if err := os.WriteFile(bad, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	good := filepath.Join(digits, "valid", "3", "007.png")
	got := edged(t, "predict", "--json", "--model", filepath.Join(digits, "model"), folder, "/nowhere.png", good)
	if got.status != 1 {
		t.Errorf("got status %d, want 1", got.status)
	}
	if list := predictions(t, got.output); len(list) != 1 || list[0].File != good {
		t.Errorf("got %v", list)
	}
	for _, want := range []string{bad, "/nowhere.png", "2 of 3 pictures could not be read"} {
		if !strings.Contains(got.errors, want) {
			t.Errorf("got %q, want %q in it", got.errors, want)
		}
	}
	if got := edged(t, "predict", "--model", filepath.Join(digits, "model"), t.TempDir()); got.status != 1 || !strings.Contains(got.errors, "no pictures") {
		t.Errorf("got %+v", got)
	}
}

func TestPredictRefusesWhatMakesNoSense(t *testing.T) {
	picture := filepath.Join(digits, "valid", "3", "007.png")
	model := filepath.Join(digits, "model")
	for _, test := range []struct {
		line   string
		status int
		want   string
	}{
		{"predict " + picture, 2, `required flag(s) "model" not set`},
		{"predict --model " + model, 2, "takes PATH..."},
		{"predict --model " + model + " --resize cubic " + picture, 2, "choose one of nearest, bilinear, bilinear-antialias, area"},
		{"predict --model " + model + " --kernels mmx " + picture, 1, `unknown kernels "mmx"`},
		{"predict --model " + model + " --scale nan " + picture, 1, "scale NaN"},
		{"predict --model " + filepath.Join(reference, "mlp", "savedmodel") + " " + picture, 1, "which is no picture"},
	} {
		got := edged(t, strings.Fields(test.line)...)
		if got.status != test.status || !strings.Contains(got.errors, test.want) {
			t.Errorf("%s: got %+v, want status %d and %q", test.line, got, test.status, test.want)
		}
	}
}
