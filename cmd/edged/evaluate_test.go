package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edged/train"

	"github.com/google/go-cmp/cmp"
)

// evaluation is how the bundled model answers for the bundled digits: what
// Keras's outputs of them give.
const evaluation = `30 pictures, 10 classes
loss: 0.3674
accuracy: 0.9000
top-5 accuracy: 1.0000

class  precision  recall  f1      support
0      1.0000     1.0000  1.0000  3
1      1.0000     1.0000  1.0000  3
2      1.0000     0.6667  0.8000  3
3      1.0000     1.0000  1.0000  3
4      1.0000     0.6667  0.8000  3
5      1.0000     1.0000  1.0000  3
6      0.7500     1.0000  0.8571  3
7      1.0000     0.6667  0.8000  3
8      1.0000     1.0000  1.0000  3
9      0.6000     1.0000  0.7500  3

confusion (rows: class, columns: what it was taken for)
     0  1  2  3  4  5  6  7  8  9
  0  3  0  0  0  0  0  0  0  0  0
  1  0  3  0  0  0  0  0  0  0  0
  2  0  0  2  0  0  0  1  0  0  0
  3  0  0  0  3  0  0  0  0  0  0
  4  0  0  0  0  2  0  0  0  0  1
  5  0  0  0  0  0  3  0  0  0  0
  6  0  0  0  0  0  0  3  0  0  0
  7  0  0  0  0  0  0  0  2  0  1
  8  0  0  0  0  0  0  0  0  3  0
  9  0  0  0  0  0  0  0  0  0  3
`

func TestEvaluatePrintsTables(t *testing.T) {
	valid := filepath.Join(digits, "valid")
	got := edged(t, "evaluate", "--model", filepath.Join(digits, "model"), "--resize", "bilinear-antialias", "--mistakes", "1", valid)
	for line := range strings.Lines(got.errors) {
		if !strings.HasPrefix(line, "evaluating: ") { // a slow machine is told how far it is
			t.Errorf("standard error says %q", line)
		}
	}
	if got.status != 0 {
		t.Fatalf("got status %d", got.status)
	}
	table, worst, _ := strings.Cut(got.output, "\nworst mistakes\n")
	if diff := cmp.Diff(evaluation, table); diff != "" {
		t.Error(diff)
	}
	if want := filepath.Join(valid, "7", "338.png") + ": 7 0.0285, taken for 9 0.53"; !strings.HasPrefix(worst, want) || strings.Count(worst, "\n") != 1 {
		t.Errorf("got %q, want %q", worst, want)
	}
}

func TestEvaluateJSONAndPlots(t *testing.T) {
	dir, plots := t.TempDir(), filepath.Join(t.TempDir(), "plots")
	if err := os.CopyFS(filepath.Join(dir, "9"), os.DirFS(filepath.Join(digits, "valid", "9"))); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(dir, "9", "bad.png")
	if err := os.WriteFile(bad, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	line := []string{"evaluate", "--model", filepath.Join(digits, "model"), "--json", "--plots", plots, dir}
	got := edged(t, line...)
	var e train.Evaluation
	if err := json.Unmarshal([]byte(got.output), &e); err != nil || got.status != 0 {
		t.Fatalf("got %+v: %v", got, err)
	}
	if e.Samples != 3 || e.Classes[9].Support != 3 || len(e.Confusion) != 10 || len(e.Skipped) != 1 || e.Skipped[0].File != bad {
		t.Errorf("got %+v", e)
	}
	if !strings.Contains(got.errors, bad) {
		t.Errorf("got %q, want %q named", got.errors, bad)
	}
	if !strings.Contains(read(t, filepath.Join(plots, "confusion.svg")), "</svg>") {
		t.Error("confusion.svg is no SVG picture")
	}
	if got := edged(t, append(line, "--strict")...); got.status != 1 || !strings.Contains(got.errors, "1 of 4 pictures could not be read") {
		t.Errorf("got status %d, %s", got.status, got.errors)
	}
}

// TestEvaluateWithoutPictures has only damaged ones: there is no table of zeros.
func TestEvaluateWithoutPictures(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "9", "bad\x1b[31m\n.png")
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "9"), 0o755), os.WriteFile(bad, nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	got := edged(t, "evaluate", "--model", filepath.Join(digits, "model"), dir)
	if want := "edged: " + dir + "/9/bad\\x1b[31m\\n.png: is no JPEG"; got.status != 1 || got.output != "" || !strings.HasPrefix(got.errors, want) || strings.Count(got.errors, "\n") != 2 {
		t.Errorf("got %+v, want %q", got, want)
	}
}

func TestEvaluateRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "ten"), 0o755); err != nil {
		t.Fatal(err)
	}
	model := filepath.Join(digits, "model")
	for _, test := range []struct {
		line   string
		status int
		want   string
	}{
		{"evaluate " + dir, 2, `required flag(s) "model" not set`},
		{"evaluate --model " + model, 2, "takes DIR"},
		{"evaluate --model " + model + " " + dir, 1, `"ten" is none of the model's labels (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)`},
		{"evaluate --model " + model + " --top 11 " + filepath.Join(digits, "valid"), 1, "top 11 of 10 classes"},
	} {
		got := edged(t, strings.Fields(test.line)...)
		if got.status != test.status || !strings.Contains(got.errors, test.want) {
			t.Errorf("%s: got %+v, want status %d and %q", test.line, got, test.status, test.want)
		}
	}
}
