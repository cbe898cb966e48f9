package tflite

import (
	"path/filepath"
	"testing"

	"edged/kernels"
	"edged/nn"
	"edged/storage/safetensors"
)

// TestInt8PredictsAsTensorFlowLite compares with what TensorFlow Lite's
// reference kernels recorded.
func TestInt8PredictsAsTensorFlowLite(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(reference, "*", "int8_io.safetensors"))
	if err != nil || len(files) != 6 {
		t.Fatalf("found %d recordings: %v", len(files), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			m, err := Load(read(t, filepath.Join(filepath.Dir(path), "int8.tflite")))
			if err != nil {
				t.Fatal(err)
			}
			io, err := safetensors.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range kernels.Available() {
				table, err := kernels.Select(name)
				if err != nil {
					t.Fatal(err)
				}
				plan, err := nn.Compile(m, nn.Options{Precision: nn.Int8, Kernels: table})
				if err != nil {
					t.Fatal(err)
				}
				compareInt8(t, m, plan.NewRunner(nil), io["input"].Data, io["output"].Data)
			}
		})
	}
}

// compareInt8 predicts a batch and wants the very outputs of int8.
func compareInt8(t *testing.T, m *nn.Model, r *nn.Runner, inputs, outputs []byte) {
	t.Helper()
	in, out := *m.Nodes[m.Inputs[0]].Quantization, *m.Nodes[m.Outputs[0]].Quantization
	size, count := len(r.Input()), len(r.Output())
	for i := range len(inputs) / size {
		for j := range r.Input() {
			r.Input()[j] = in.Real(int8(inputs[i*size+j]))
		}
		for j, v := range r.Predict() {
			if got, want := out.Quantize(v), int8(outputs[i*count+j]); got != want {
				t.Errorf("%s: input %d, output %d: got %d, want %d", r.Plan().Kernels(), i, j, got, want)
			}
		}
	}
}
