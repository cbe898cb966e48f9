package tflite

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"edged/kernels"
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

func TestLoadPredictsAsKeras(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(reference, "*", "float32.tflite"))
	if err != nil || len(files) != 8 {
		t.Fatalf("found %d models: %v", len(files), err)
	}
	for _, path := range files {
		name := filepath.Base(filepath.Dir(path))
		t.Run(name, func(t *testing.T) {
			m, err := Load(read(t, path))
			if err != nil {
				t.Fatal(err)
			}
			plan, err := nn.Compile(m, nn.Options{})
			if err != nil {
				t.Fatal(err)
			}
			tensors, err := safetensors.ReadFile(filepath.Join(filepath.Dir(path), "io.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			compare(t, plan.NewRunner(nil), tensors["input"].Float32s(), tensors["output"].Float32s())
		})
	}
}

// compare predicts a batch of four and wants Keras's outputs within 1e-5 of the
// largest.
func compare(t *testing.T, r *nn.Runner, inputs, outputs []float32) {
	t.Helper()
	largest := 0.0
	for _, v := range outputs {
		largest = max(largest, math.Abs(float64(v)))
	}
	in, out := len(inputs)/4, len(outputs)/4
	for i := range 4 {
		copy(r.Input(), inputs[i*in:(i+1)*in])
		for j, got := range r.Predict() {
			if want := outputs[i*out+j]; math.Abs(float64(got-want)) > 1e-5*largest {
				t.Errorf("input %d, output %d: got %v, want %v", i, j, got, want)
			}
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	data := read(t, filepath.Join(reference, "seed_small", "float32.tflite"))
	for _, n := range []int{0, 4, 7, 8, 40, len(data) / 2} {
		if _, err := Load(data[:n]); err == nil {
			t.Errorf("a file cut to %d of %d bytes was loaded", n, len(data))
		}
	}
	if _, err := Load([]byte("PK\x03\x04 something else")); err == nil {
		t.Error("a file that is no model was loaded")
	}
	if Complete(data[:len(data)/2]) || !Complete(data) {
		t.Error("a half and a whole file are not told apart")
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"mlp", "preprocessing", "leaky_batchnorm"} {
		f.Add(read(f, filepath.Join(reference, name, "float32.tflite")))
		f.Add(read(f, filepath.Join(reference, name, "int8.tflite")))
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		if m, err := Load(data); err == nil {
			_, _ = nn.Compile(m, nn.Options{Precision: nn.Int8, Kernels: kernels.Portable()})
		}
	})
}
