package onnx

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edged/nn"
	"edged/storage/safetensors"
)

const reference = "../../testdata/reference"

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// runner loads and compiles a model.
func runner(t *testing.T, path string) *nn.Runner {
	t.Helper()
	m, err := Load(read(t, path))
	if err != nil {
		t.Fatal(err)
	}
	if err := nn.CheckWeights(m); err != nil {
		t.Fatal(err)
	}
	plan, err := nn.Compile(m, nn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return plan.NewRunner(nil)
}

func TestLoadPredictsAsKeras(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(reference, "*", "model.onnx"))
	if err != nil || len(files) != 8 {
		t.Fatalf("found %d models: %v", len(files), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			tensors, err := safetensors.ReadFile(filepath.Join(filepath.Dir(path), "io.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, runner(t, path), 4, 1e-5, tensors["input"].Float32s(), tensors["output"].Float32s())
		})
	}
}

// TestLoadPredictsAsONNXRuntime compares graphs in the shape of PyTorch's
// exports, and single operators, which testdata/make.py wrote.
func TestLoadPredictsAsONNXRuntime(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "cases", "*.onnx"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d models: %v", len(files), err)
	}
	tensors, err := safetensors.ReadFile(filepath.Join("testdata", "cases.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if len(tensors) != 2*len(files) {
		t.Errorf("there are %d tensors for %d models", len(tensors), len(files))
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".onnx")
		t.Run(name, func(t *testing.T) {
			tolerance := 1e-5
			if name == "float16" {
				tolerance = 2e-3 // ONNX Runtime computes in float16, edged in float32
			}
			compare(t, runner(t, path), 1, tolerance, tensors[name+".input"].Float32s(), tensors[name+".output"].Float32s())
		})
	}
}

// compare predicts a batch and wants the outputs within the tolerance, relative
// to the largest.
func compare(t *testing.T, r *nn.Runner, batch int, tolerance float64, inputs, outputs []float32) {
	t.Helper()
	largest := 0.0
	for _, v := range outputs {
		largest = max(largest, math.Abs(float64(v)))
	}
	in, out := len(inputs)/batch, len(outputs)/batch
	if len(r.Input()) != in || len(r.Output()) != out {
		t.Fatalf("it takes %d values and makes %d, want %d and %d", len(r.Input()), len(r.Output()), in, out)
	}
	for i := range batch {
		copy(r.Input(), inputs[i*in:(i+1)*in])
		for j, got := range r.Predict() {
			if want := outputs[i*out+j]; !(math.Abs(float64(got-want)) <= tolerance*largest) {
				t.Fatalf("input %d, output %d: got %v, want %v", i, j, got, want)
			}
		}
	}
}

func TestLoadKeepsLayersOfKeras(t *testing.T) {
	m, err := Load(read(t, filepath.Join(reference, "seed_small", "model.onnx")))
	if err != nil {
		t.Fatal(err)
	}
	var classes []string
	for _, l := range m.Layers {
		classes = append(classes, l.Class())
	}
	want := "InputLayer Conv2D Activation MaxPooling2D Conv2D Activation MaxPooling2D Flatten Dense Softmax"
	if got := strings.Join(classes, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
