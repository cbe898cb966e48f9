package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edged/nn"
	"edged/storage"
	"edged/storage/safetensors"

	"github.com/google/go-cmp/cmp"
)

// reference is where Keras's models and their outputs lie.
const reference = "../../testdata/reference"

// tutorial commits the tutorial's network, every weight zero, and returns where.
func tutorial(t *testing.T, classes int) string {
	t.Helper()
	network, err := nn.Tutorial(classes)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range network.Weights() {
		w.Value = make([]float32, w.Shape.Size())
	}
	path := filepath.Join(t.TempDir(), "tutorial")
	labels := make([]string, classes)
	for i := range labels {
		labels[i] = string(rune('a' + i))
	}
	m := &storage.Model{
		Network: network, Labels: labels, Precision: storage.Float16,
		Preprocessing: nn.Preprocessing{Resize: "bilinear", Color: "rgb", Scale: 1.0 / 255},
	}
	if err := storage.Commit(path, m, storage.CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSummaryDrawsTheNetwork(t *testing.T) {
	path := filepath.Join(t.TempDir(), "network.svg")
	got := edged(t, "summary", "--plot", path, tutorial(t, 25))
	if got.status != 0 || got.errors != "" {
		t.Fatalf("got %+v", got)
	}
	svg := read(t, path)
	for _, want := range []string{"<svg", "conv2d_1", "MaxPooling2D", "dense", "</svg>"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture has no %q", want)
		}
	}
}

func TestSummaryOfTheTutorial(t *testing.T) {
	got := edged(t, "summary", tutorial(t, 25))
	if diff := cmp.Diff(read(t, filepath.Join(reference, "tutorial_summary.txt")), got.output); diff != "" {
		t.Error(diff)
	}
	if got.status != 0 || got.errors != "" {
		t.Errorf("got %+v", got)
	}
}

func TestActivationsAreKerass(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join(reference, "*", "savedmodel"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no models: %v", err)
	}
	for _, model := range dirs {
		folder := filepath.Dir(model)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			io, output := filepath.Join(folder, "io.safetensors"), filepath.Join(t.TempDir(), "out.safetensors")
			if got := edged(t, "activations", "--model", model, "--input", io, "--output", output); got.status != 0 {
				t.Fatalf("got %+v", got)
			}
			compareTensors(t, output, io)
		})
	}
}

// compareTensors compares every tensor of the wanted file but the input, to
// 1e-5 of its largest value.
func compareTensors(t *testing.T, got, want string) {
	t.Helper()
	a, err := safetensors.ReadFile(got)
	if err != nil {
		t.Fatal(err)
	}
	b, err := safetensors.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	for name, tensor := range b {
		if name == "input" {
			continue
		}
		if diff := cmp.Diff(tensor.Shape, a[name].Shape); diff != "" {
			t.Errorf("%s: %s", name, diff)
			continue
		}
		largest, worst := 0.0, 0.0
		values := a[name].Float32s()
		for i, v := range tensor.Float32s() {
			largest = max(largest, math.Abs(float64(v)))
			worst = max(worst, math.Abs(float64(v)-float64(values[i])))
		}
		if worst > 1e-5*largest {
			t.Errorf("%s: off by %g of %g", name, worst, largest)
		}
	}
}

func TestConvertWritesTheSameModel(t *testing.T) {
	model := filepath.Join(reference, "odd_sizes", "savedmodel")
	io := filepath.Join(reference, "odd_sizes", "io.safetensors")
	folder := t.TempDir()
	for _, precision := range []string{"float32", "auto"} {
		out := filepath.Join(folder, precision)
		if got := edged(t, "convert", model, out, "--precision", precision); got.status != 0 || got.output != out+"\n" {
			t.Fatalf("got %+v", got)
		}
		tensors := filepath.Join(folder, precision+".safetensors")
		if got := edged(t, "activations", "--model", out, "--input", io, "--output", tensors); got.status != 0 {
			t.Fatalf("got %+v", got)
		}
		compareTensors(t, tensors, io)
	}
	got := edged(t, "convert", model, filepath.Join(folder, "float32"))
	if got.status != 1 || !strings.Contains(got.errors, "never overwritten") {
		t.Errorf("got %+v", got)
	}
	got = edged(t, "convert", model, filepath.Join(folder, "half"), "--precision", "float16")
	small, large := size(t, filepath.Join(folder, "half")), size(t, filepath.Join(folder, "float32"))
	if got.status != 0 || small > large*6/10 {
		t.Errorf("got %d bytes in float16, %d in float32: %+v", small, large, got)
	}
}

func size(t *testing.T, model string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(model, "weights.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestModelsThatAreNone(t *testing.T) {
	empty := t.TempDir()
	for _, test := range []struct {
		line   string
		status int
		want   string
	}{
		{"summary " + empty, 1, "it holds no model in a form that edged knows"},
		{"summary /nowhere", 1, "no such file"},
		{"summary", 2, "`edged summary` takes MODEL"},
		{"activations", 2, `required flag(s) "input", "model", "output" not set; try`},
		{"convert a b --precision int3", 2, "choose one of auto, float32, float16, int8; try `edged convert --help`"},
	} {
		got := edged(t, strings.Fields(test.line)...)
		if got.status != test.status || !strings.Contains(got.errors, test.want) {
			t.Errorf("%s: got %+v, want status %d and %q", test.line, got, test.status, test.want)
		}
	}
}
