package tflite

import (
	"bytes"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"edged/nn"
	"edged/storage/safetensors"
)

// written is what is read of what Write made of a network.
func rewritten(t *testing.T, m *nn.Model, precision nn.Precision) *nn.Model {
	t.Helper()
	var file bytes.Buffer
	if err := Write(&file, m, precision); err != nil {
		t.Fatal(err)
	}
	if !Complete(file.Bytes()) || Complete(file.Bytes()[:file.Len()/2]) {
		t.Error("a half and a whole file are not told apart")
	}
	got, err := Load(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// built is a network of layers one after the other, with random weights.
func built(t *testing.T, layers ...nn.Layer) *nn.Model {
	t.Helper()
	nodes := []nn.Node{{Layer: &nn.InputLayer{Base: nn.Named("input"), Shape: nn.Shape{6, 5, 3}}}}
	for i, l := range layers {
		nodes = append(nodes, nn.Node{Layer: l, Inputs: []int{i}})
	}
	return filled(t, nodes)
}

func filled(t *testing.T, nodes []nn.Node) *nn.Model {
	t.Helper()
	m, err := nn.NewFunctional("model", nodes, len(nodes)-1)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, w := range m.Weights() {
		w.Value = make([]float32, w.Shape.Size())
		for i := range w.Value {
			w.Value[i] = random.Float32() - 0.3
			if w.Name == "moving_variance" {
				w.Value[i] = 0.5 + random.Float32()
			}
		}
	}
	return m
}

func answer(t *testing.T, m *nn.Model) []float32 {
	t.Helper()
	plan, err := nn.Compile(m, nn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := plan.NewRunner(nil)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range r.Input() {
		r.Input()[i] = 8*random.Float32() - 4
	}
	return r.Predict()
}

// TestWriteKeepsTheAnswers writes each layer and activation, and reads it back.
func TestWriteKeepsTheAnswers(t *testing.T) {
	activation := func(a nn.Activation) []nn.Layer { return []nn.Layer{&nn.ActivationLayer{Activation: a}} }
	for name, layers := range map[string][]nn.Layer{
		"relu":              activation(nn.Activation{Name: "relu"}),
		"relu to 3":         activation(nn.Activation{Name: "relu", MaxValue: 3}),
		"relu6":             activation(nn.Activation{Name: "relu6"}),
		"leaky relu":        activation(nn.Activation{Name: "leaky_relu", Alpha: 0.2}),
		"elu":               activation(nn.Activation{Name: "elu", Alpha: 1}),
		"elu by 0.7":        activation(nn.Activation{Name: "elu", Alpha: 0.7}),
		"selu":              activation(nn.Activation{Name: "selu"}),
		"tanh":              activation(nn.Activation{Name: "tanh"}),
		"sigmoid":           activation(nn.Activation{Name: "sigmoid"}),
		"hard sigmoid":      activation(nn.Activation{Name: "hard_sigmoid"}),
		"Keras 2's":         activation(nn.Activation{Name: "hard_sigmoid", Keras2: true}),
		"silu":              activation(nn.Activation{Name: "silu"}),
		"hard silu":         activation(nn.Activation{Name: "hard_silu"}),
		"gelu":              activation(nn.Activation{Name: "gelu"}),
		"gelu with tanh":    activation(nn.Activation{Name: "gelu", Approximate: true}),
		"softplus":          activation(nn.Activation{Name: "softplus"}),
		"softmax":           activation(nn.Activation{Name: "softmax"}),
		"prelu":             {&nn.PReLU{SharedAxes: []int{1, 2}}},
		"rescaling":         {&nn.Rescaling{Scale: []float64{1. / 127.5}, Offset: []float64{-1}}},
		"rescaling by axes": {&nn.Rescaling{Scale: []float64{1, 2, 3}, Offset: []float64{0.5}}},
		"normalization":     {&nn.Normalization{GivenMean: []float64{1, 2, 3}, GivenVariance: []float64{4}}},
		"padding":           {&nn.ZeroPadding2D{Padding: [2][2]int{{1, 0}, {2, 3}}}},
		"cropping":          {&nn.Cropping2D{Cropping: [2][2]int{{1, 0}, {2, 1}}}},
		"mean":              {&nn.GlobalAveragePooling2D{}},
		"mean, dimensions":  {&nn.GlobalAveragePooling2D{KeepDims: true}},
		"maximum":           {&nn.GlobalMaxPooling2D{}},
		"pools": {
			&nn.MaxPooling2D{PoolSize: [2]int{3, 2}, Strides: [2]int{1, 1}, Padding: nn.Same},
			&nn.AveragePooling2D{PoolSize: [2]int{2, 3}, Strides: [2]int{2, 1}, Padding: nn.Same},
		},
		"reshape": {&nn.Reshape{TargetShape: []int{5, 18}}, &nn.Dense{Units: 4, UseBias: true}, &nn.Flatten{}},
		"convolutions": {
			&nn.Conv2D{Filters: 6, KernelSize: [2]int{3, 2}, Strides: [2]int{1, 2}, Padding: nn.Same, UseBias: true, Activation: nn.Activation{Name: "relu6"}},
			&nn.Conv2D{Filters: 4, KernelSize: [2]int{3, 2}, DilationRate: [2]int{2, 1}, Padding: nn.Same, Groups: 2},
			&nn.BatchNormalization{Epsilon: 1e-3},
			&nn.DepthwiseConv2D{KernelSize: [2]int{2, 3}, DepthMultiplier: 2, UseBias: true, Activation: nn.Activation{Name: "silu"}},
			&nn.BatchNormalization{Epsilon: 1e-3},
			&nn.SeparableConv2D{Filters: 3, KernelSize: [2]int{3, 1}, DepthMultiplier: 1, Padding: nn.Same, UseBias: true, Activation: nn.Activation{Name: "tanh"}},
			&nn.Flatten{},
			&nn.Dropout{Rate: 0.5},
			&nn.Dense{Units: 7, UseBias: true, Activation: nn.Activation{Name: "selu"}},
			&nn.BatchNormalization{Epsilon: 1e-3},
			&nn.Dense{Units: 5, Activation: nn.Activation{Name: "softmax"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := built(t, layers...)
			want := answer(t, m)
			got := answer(t, rewritten(t, m, nn.Float32))
			if len(got) != len(want) {
				t.Fatalf("%d outputs, want %d", len(got), len(want))
			}
			for i := range want {
				if math.Abs(float64(got[i]-want[i])) > 2e-5 {
					t.Errorf("output %d: got %g, want %g", i, got[i], want[i])
				}
			}
		})
	}
}

// TestWriteMergesBranches writes layers with several inputs.
func TestWriteMergesBranches(t *testing.T) {
	for _, kind := range []string{"Add", "Multiply", "Subtract", "Average", "Maximum", "Minimum"} {
		for inputs := 2; inputs <= 3; inputs++ {
			if kind == "Subtract" && inputs == 3 {
				continue
			}
			nodes := []nn.Node{{Layer: &nn.InputLayer{Base: nn.Named("input"), Shape: nn.Shape{4, 4, 3}}}}
			merge, list := nn.Node{Layer: &nn.Merge{Kind: kind}}, nn.Node{Layer: &nn.Concatenate{Axis: -1}}
			for i := range inputs {
				nodes = append(nodes, nn.Node{Layer: &nn.Conv2D{Filters: 3, KernelSize: [2]int{1, 1}, UseBias: true}, Inputs: []int{0}})
				merge.Inputs, list.Inputs = append(merge.Inputs, i+1), append(list.Inputs, i+1)
			}
			nodes = append(nodes, merge)
			nodes = append(nodes, nn.Node{Layer: &nn.ActivationLayer{Activation: nn.Activation{Name: "relu"}}, Inputs: []int{len(nodes) - 1}})
			list.Inputs = append(list.Inputs, len(nodes)-1)
			nodes = append(nodes, list)
			m := filled(t, nodes)
			want := answer(t, m)
			for i, got := range answer(t, rewritten(t, m, nn.Float32)) {
				if math.Abs(float64(got-want[i])) > 1e-5 {
					t.Errorf("%s of %d, output %d: got %g, want %g", kind, inputs, i, got, want[i])
				}
			}
		}
	}
}

// TestWriteKeepsInt8 writes what was read of TensorFlow Lite's own files: read
// again, it gives what TensorFlow Lite's reference kernels recorded.
func TestWriteKeepsInt8(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(reference, "*", "int8_io.safetensors"))
	if err != nil || len(files) != 6 {
		t.Fatalf("found %d recordings: %v", len(files), err)
	}
	for _, path := range files {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			from, err := Load(read(t, filepath.Join(filepath.Dir(path), "int8.tflite")))
			if err != nil {
				t.Fatal(err)
			}
			io, err := safetensors.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			m := rewritten(t, from, nn.Int8)
			plan, err := nn.Compile(m, nn.Options{Precision: nn.Int8})
			if err != nil {
				t.Fatal(err)
			}
			compareInt8(t, from, plan.NewRunner(nil), io["input"].Data, io["output"].Data)
		})
	}
}

func TestWriteRefuses(t *testing.T) {
	for _, c := range []struct {
		layer     nn.Layer
		precision nn.Precision
		want      string
	}{
		{&nn.ActivationLayer{Activation: nn.Activation{Name: "softsign"}}, nn.Float32, `layer "activation" (Activation): it has no operator`},
		{&nn.Softmax{Axis: 1}, nn.Float32, "along the last"},
		{&nn.Flatten{}, nn.Int8, "try edged quantize"},
	} {
		var file bytes.Buffer
		if err := Write(&file, built(t, c.layer), c.precision); err == nil || !strings.Contains(err.Error(), c.want) || file.Len() > 0 {
			t.Errorf("got %v and %d bytes, want %q", err, file.Len(), c.want)
		}
	}
}
