package tflite

import (
	"path/filepath"
	"slices"
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

// compareInt8 predicts a batch, from int8 and through float32, and wants the very
// outputs of int8.
func compareInt8(t *testing.T, m *nn.Model, r *nn.Runner, inputs, outputs []byte) {
	t.Helper()
	in, out := *m.Nodes[m.Inputs[0]].Quantization, *m.Nodes[m.Outputs[0]].Quantization
	size, count := len(r.Input()), len(r.Output())
	check := func(i int, got func(j int) int8) {
		for j := range count {
			if got, want := got(j), int8(outputs[i*count+j]); got != want {
				t.Errorf("%s: input %d, output %d: got %d, want %d", r.Plan().Kernels(), i, j, got, want)
			}
		}
	}
	for i := range len(inputs) / size {
		if len(r.InputInt8()) != size || len(r.OutputInt8()) != count {
			t.Fatalf("the plan takes %d bytes and gives %d", len(r.InputInt8()), len(r.OutputInt8()))
		}
		for j := range size {
			r.InputInt8()[j] = int8(inputs[i*size+j])
		}
		r.PredictInt8()
		check(i, func(j int) int8 { return r.OutputInt8()[j] })
		for j := range r.Input() {
			r.Input()[j] = in.Real(int8(inputs[i*size+j]))
		}
		floats := r.Predict()
		check(i, func(j int) int8 { return out.Quantize(floats[j]) })
	}
}

// TestUint8EndsPredictAsInt8 gives a network of int8 ends of uint8, as converters
// do: by operators that only move the zero point, and by the types alone.
func TestUint8EndsPredictAsInt8(t *testing.T) {
	dir := filepath.Join(reference, "seed_small")
	io, err := safetensors.ReadFile(filepath.Join(dir, "int8_io.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	for _, operators := range []bool{false, true} {
		g, err := parse(read(t, filepath.Join(dir, "int8.tflite")))
		if err != nil {
			t.Fatal(err)
		}
		in, out := unsigned(g, g.inputs[0], operators), unsigned(g, g.outputs[0], operators)
		if operators {
			g.operators = slices.Concat(
				[]operator{{code: opQuantize, inputs: []int{in}, outputs: g.inputs}},
				g.operators,
				[]operator{{code: opQuantize, inputs: g.outputs, outputs: []int{out}}},
			)
			g.inputs, g.outputs = []int{in}, []int{out}
		}
		m, err := g.model(1 << 20)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := nn.Compile(m, nn.Options{Precision: nn.Int8})
		if err != nil {
			t.Fatal(err)
		}
		if operators && len(plan.Steps()) != steps {
			t.Errorf("%d steps with operators for the ends, %d without", len(plan.Steps()), steps)
		}
		steps = len(plan.Steps())
		compareInt8(t, m, plan.NewRunner(nil), io["input"].Data, io["output"].Data)
	}
}

// unsigned makes a tensor uint8, or adds one that is.
func unsigned(g *graph, index int, adds bool) int {
	if adds {
		g.tensors = append(g.tensors, g.tensors[index])
		index = len(g.tensors) - 1
	}
	u := &g.tensors[index]
	u.kind, u.zeros = typeUint8, []int{u.zeros[0] + 128}
	return index
}
