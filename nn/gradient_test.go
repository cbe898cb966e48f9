package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"edged/kernels"
)

// gradientCase is a model whose gradients are compared with central differences.
type gradientCase struct {
	name  string
	loss  Loss
	model func() (*Model, error)
}

var sparse = Loss{Name: "sparse_categorical_crossentropy"}

// between puts layers between one convolution and one dense layer, so that
// gradients pass through them in both ways.
func between(input Shape, layers ...Layer) func() (*Model, error) {
	return func() (*Model, error) {
		all := []Layer{&Conv2D{Filters: 4, KernelSize: [2]int{3, 3}, Padding: Same, UseBias: true}}
		all = append(append(all, layers...), &Flatten{}, &Dense{Units: 3, UseBias: true, Activation: Activation{Name: "softmax"}})
		return NewSequential("", input, all...)
	}
}

func gradientCases() []gradientCase {
	picture := Shape{6, 7, 3}
	add := func(name string, layers ...Layer) gradientCase {
		return gradientCase{name, sparse, between(picture, layers...)}
	}
	cases := []gradientCase{
		add("conv2d"),
		add("conv2d_valid_5x4", &Conv2D{Filters: 17, KernelSize: [2]int{5, 4}, UseBias: true, Activation: Activation{Name: "tanh"}}),
		add("conv2d_strides", &Conv2D{Filters: 5, KernelSize: [2]int{3, 3}, Strides: [2]int{2, 2}, Padding: Same, Activation: Activation{Name: "elu", Alpha: 1}}),
		add("conv2d_dilation", &Conv2D{Filters: 5, KernelSize: [2]int{3, 2}, DilationRate: [2]int{2, 2}, Padding: Same, UseBias: true}),
		add("conv2d_groups", &Conv2D{Filters: 6, KernelSize: [2]int{3, 3}, Groups: 2, Padding: Same, UseBias: true}),
		add("conv2d_1x1", &Conv2D{Filters: 33, KernelSize: [2]int{1, 1}, UseBias: true, Activation: Activation{Name: "gelu"}}),
		add("conv2d_wide", &Conv2D{Filters: 32, KernelSize: [2]int{3, 3}, Padding: Same, UseBias: true}, &Conv2D{Filters: 18, KernelSize: [2]int{3, 3}, Padding: Same, UseBias: true, Activation: Activation{Name: "softplus"}}),
		add("conv2d_relu_pool", &Conv2D{Filters: 8, KernelSize: [2]int{3, 3}, Padding: Same, UseBias: true, Activation: Activation{Name: "relu"}}, &MaxPooling2D{}),
		add("depthwise", &DepthwiseConv2D{KernelSize: [2]int{3, 3}, Padding: Same, UseBias: true, Activation: Activation{Name: "relu6"}}),
		add("depthwise_strides_multiplier", &DepthwiseConv2D{KernelSize: [2]int{3, 3}, Strides: [2]int{2, 2}, DepthMultiplier: 2, UseBias: true}),
		add("separable", &SeparableConv2D{Filters: 5, KernelSize: [2]int{3, 3}, Padding: Same, UseBias: true, Activation: Activation{Name: "sigmoid"}}),
		add("batch_normalization", NewBatchNormalization()),
		add("prelu", &PReLU{}), add("prelu_shared", &PReLU{SharedAxes: []int{1, 2}}),
		add("relu_slope", &ReLU{NegativeSlope: 0.2, Threshold: 0.1, MaxValue: 1.5}), add("leaky_relu", &LeakyReLU{NegativeSlope: 0.3}), add("elu", &ELU{Alpha: 0.7}),
		add("softmax", &Softmax{}),
		add("max_pooling", &MaxPooling2D{}), add("max_pooling_3x3_same", &MaxPooling2D{PoolSize: [2]int{3, 3}, Strides: [2]int{2, 2}, Padding: Same}),
		add("average_pooling", &AveragePooling2D{}), add("average_pooling_same", &AveragePooling2D{PoolSize: [2]int{3, 2}, Strides: [2]int{2, 2}, Padding: Same}),
		add("global_max_pooling", &GlobalMaxPooling2D{}), add("global_average_pooling", &GlobalAveragePooling2D{}),
		add("zero_padding", &ZeroPadding2D{Padding: [2][2]int{{1, 2}, {0, 1}}}), add("cropping", &Cropping2D{Cropping: [2][2]int{{1, 0}, {2, 1}}}),
		add("rescaling", &Rescaling{Scale: []float64{2, 3, -1, 0.5}, Offset: []float64{1, 0, 2, 0}}), add("reshape", &Reshape{TargetShape: []int{-1, 7, 4}}, &Conv2D{Filters: 3, KernelSize: [2]int{2, 2}}),
		add("dense_rows", &Dense{Units: 5, UseBias: true, Activation: Activation{Name: "silu"}}),
		{"branches", sparse, branches},
		{"nested", sparse, nested},
		{"categorical_smoothing", Loss{Name: "categorical_crossentropy", LabelSmoothing: 0.1}, between(picture)},
		{"mean_squared_error", Loss{Name: "mean_squared_error"}, between(picture)},
		{"binary", Loss{Name: "binary_crossentropy", LabelSmoothing: 0.2}, head(1, "sigmoid")},
		{"binary_many", Loss{Name: "binary_crossentropy"}, head(3, "sigmoid")},
		{"binary_softmax", Loss{Name: "binary_crossentropy"}, head(3, "softmax")},
		{"categorical_sigmoid_sum", Loss{Name: "categorical_crossentropy"}, head(3, "exponential_softmax")},
	}
	for _, name := range []string{"selu", "tanh", "sigmoid", "hard_sigmoid", "silu", "hard_silu", "gelu", "softplus", "softsign", "exponential", "relu", "relu6"} {
		cases = append(cases, add("activation_"+name, &ActivationLayer{Activation: Activation{Name: name}}))
	}
	return append(cases, add("activation_hard_sigmoid_2", &ActivationLayer{Activation: Activation{Name: "hard_sigmoid", Keras2: true}}),
		add("activation_gelu_tanh", &ActivationLayer{Activation: Activation{Name: "gelu", Approximate: true}}))
}

// head is a small model that ends in an activation.
func head(units int, activation string) func() (*Model, error) {
	return func() (*Model, error) {
		hidden := &Dense{Units: 4, UseBias: true, Activation: Activation{Name: "tanh"}}
		if activation == "exponential_softmax" { // a softmax that the loss doesn't see
			return NewSequential("", Shape{5}, hidden, &Dense{Units: units, UseBias: true}, &Softmax{}, &Rescaling{Scale: []float64{1}})
		}
		return NewSequential("", Shape{5}, hidden, &Dense{Units: units, UseBias: true, Activation: Activation{Name: activation}})
	}
}

// branches takes one tensor by several layers and merges them in every way.
func branches() (*Model, error) {
	conv := func(n int) Layer {
		return &Conv2D{Filters: n, KernelSize: [2]int{3, 3}, Padding: Same, UseBias: true, Activation: Activation{Name: "tanh"}}
	}
	nodes := []Node{
		{Layer: &InputLayer{Base: Named("input"), Shape: Shape{5, 4, 3}}},
		{Layer: conv(4), Inputs: []int{0}},
		{Layer: conv(4), Inputs: []int{1}},
		{Layer: conv(4), Inputs: []int{1}},
		{Layer: &Merge{Kind: "Add"}, Inputs: []int{1, 2, 3}},
		{Layer: &Merge{Kind: "Multiply"}, Inputs: []int{2, 3}},
		{Layer: &GlobalAveragePooling2D{KeepDims: true}, Inputs: []int{4}},
		{Layer: &Merge{Kind: "Multiply"}, Inputs: []int{4, 6}},
		{Layer: &Merge{Kind: "Subtract"}, Inputs: []int{7, 5}},
		{Layer: &Merge{Kind: "Maximum"}, Inputs: []int{8, 1}},
		{Layer: &Merge{Kind: "Minimum"}, Inputs: []int{8, 2}},
		{Layer: &Merge{Kind: "Average"}, Inputs: []int{9, 10, 8}},
		{Layer: &Merge{Kind: "Add"}, Inputs: []int{11, 11}},
		{Layer: &Concatenate{}, Inputs: []int{12, 1, 9}},
		{Layer: &Concatenate{Axis: 1}, Inputs: []int{13, 13}},
		{Layer: &Flatten{}, Inputs: []int{14}},
		{Layer: &Dense{Units: 3, UseBias: true, Activation: Activation{Name: "softmax"}}, Inputs: []int{15}},
	}
	return NewFunctional("", nodes, len(nodes)-1)
}

// nested is a model inside of another.
func nested() (*Model, error) {
	inner, err := NewSequential("inner", Shape{6, 6, 4},
		&Conv2D{Filters: 3, KernelSize: [2]int{3, 3}, UseBias: true, Activation: Activation{Name: "elu", Alpha: 1}}, &AveragePooling2D{})
	if err != nil {
		return nil, err
	}
	return between(Shape{6, 6, 3}, inner)()
}

// gradientSetup fills a model and makes a batch for it.
func gradientSetup(t *testing.T, c gradientCase, batch int) (m *Model, x, y, weights []float32) {
	t.Helper()
	m, err := c.model()
	if err != nil {
		t.Fatal(err)
	}
	if err := Initialize(m, 5); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, w := range m.Weights() {
		for i := range w.Value {
			w.Value[i] += float32(r.NormFloat64() * 0.2)
		}
	}
	x = make([]float32, batch*m.InputShape().Size())
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	outputs := m.OutputShape().Size()
	for i := range batch {
		class := r.IntN(outputs)
		if c.loss.Name == "sparse_categorical_crossentropy" {
			y = append(y, float32(class))
		} else {
			one := make([]float32, outputs)
			one[class] = float32(1 - i%2*(2-min(outputs, 2)))
			y = append(y, one...)
		}
		weights = append(weights, 0.5+r.Float32())
	}
	return m, x, y, weights
}

// Every gradient agrees with central differences of the same model in float64.
func TestGradients(t *testing.T) {
	const batch = 3
	for _, name := range []string{"portable", kernels.Available()[0]} {
		table, err := kernels.Select(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range gradientCases() {
			t.Run(fmt.Sprintf("%s/%s", name, c.name), func(t *testing.T) {
				m, x, y, weights := gradientSetup(t, c, batch)
				o := &oracle{weights: map[*Weight][]float64{}, batch: batch}
				for _, w := range m.Weights() {
					o.weights[w] = float64s(w.Value)
				}
				loss := func() float64 {
					out := o.model(m, [][]float64{float64s(x)})
					return o.loss(c.loss, out, float64s(y), float64s(weights), m.OutputShape().Size())
				}
				want := loss()
				trainer, err := NewTrainer(m, TrainOptions{BatchSize: batch, Loss: c.loss, Optimizer: Optimizer{Name: "SGD"}, Kernels: table})
				if err != nil {
					t.Fatal(err)
				}
				score, err := trainer.Step(x, y, weights)
				if err != nil {
					t.Fatal(err)
				}
				if math.Abs(score.Loss-want) > 1e-5*(1+math.Abs(want)) {
					t.Errorf("loss %g, want %g", score.Loss, want)
				}
				if len(trainer.variables) == 0 {
					t.Fatal("nothing is trained")
				}
				for _, v := range trainer.variables {
					compareGradient(t, v, o.weights[v.weight], loss)
				}
			})
		}
	}
}

// compareGradient compares some elements of one weight's gradient.
func compareGradient(t *testing.T, v *variable, weights []float64, loss func() float64) {
	t.Helper()
	const step = 1e-5
	largest := 0.0
	for _, g := range v.gradient {
		largest = max(largest, math.Abs(float64(g)))
	}
	elements := 12
	if slow {
		elements = 3
	}
	for i := 0; i < len(weights); i += max(1, len(weights)/elements) {
		keep := weights[i]
		weights[i] = keep + step
		up := loss()
		weights[i] = keep - step
		down := loss()
		weights[i] = keep
		want := (up - down) / (2 * step)
		if got := float64(v.gradient[i]); !(math.Abs(got-want) <= 2e-5*largest+1e-6) {
			t.Fatalf("gradient of %s[%d] is %g, want %g", v.weight.Name, i, got, want)
		}
	}
}
