package onnx

import (
	"errors"
	"fmt"
	"math"

	"edged/nn"
)

// operator adds the layers of one operator, or finds its constant.
func (b *builder) operator(o *operator) error {
	if o.domain != "" && o.domain != "ai.onnx" && o.domain != "com.microsoft" {
		return fmt.Errorf("it is of the domain %q, which is not known", o.domain)
	}
	if len(o.inputs) == 0 && o.kind != "Constant" {
		return errors.New("it has no input")
	}
	folded, err := b.fold(o)
	if folded || err != nil {
		return err
	}
	switch o.kind {
	case "Conv":
		return b.convolution(o)
	case "MaxPool", "AveragePool":
		return b.pool(o)
	case "GlobalAveragePool", "GlobalMaxPool":
		return b.globalPool(o)
	case "ReduceMean", "ReduceMax":
		return b.reduce(o)
	case "Gemm":
		return b.gemm(o)
	case "MatMul":
		return b.product(o)
	case "BatchNormalization":
		return b.normalization(o)
	case "Add", "Sub", "Mul", "Div", "Max", "Min", "Sum":
		return b.arithmetic(o)
	case "Concat":
		return b.concatenation(o)
	case "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose":
		return b.reorder(o)
	case "Pad":
		return b.pad(o)
	case "PRelu":
		return b.prelu(o)
	case "Greater", "Not", "Erf", "Where":
		return b.pattern(o)
	case "QuantizeLinear", "DequantizeLinear", "QLinearConv", "ConvInteger", "DynamicQuantizeLinear":
		return errors.New("the model is quantized to integers, which is not read: export the float32 or float16 model")
	}
	return b.elementwise(o)
}

// elementwise adds the layer of an operator that treats every element alike.
func (b *builder) elementwise(o *operator) error {
	if o.kind == "Cast" && b.isPattern(o.inputs[0]) {
		return b.pattern(o)
	}
	in, err := b.in(o, 0)
	if err != nil && !b.isPattern(o.inputs[0]) {
		// A node that is not known says so even where its inputs are not either.
		if _, known := functions[o.kind]; !known {
			return errUnknown
		}
	}
	if err != nil {
		return err
	}
	switch o.kind {
	case "Identity", "Dropout":
		b.values[o.outputs[0]] = in
		return nil
	case "Cast":
		if to := o.number("to", typeFloat); to != typeFloat && to != typeFloat16 && to != typeDouble {
			return fmt.Errorf("it makes the type %d of what is computed", to)
		}
		b.values[o.outputs[0]] = in
		return nil
	case "Neg":
		return b.each(o, &nn.Rescaling{Scale: []float64{-1}}, in)
	case "LeakyRelu":
		return b.each(o, &nn.LeakyReLU{NegativeSlope: o.float("alpha", 0.01)}, in)
	case "Elu":
		return b.each(o, &nn.ELU{Alpha: o.float("alpha", 1)}, in)
	case "ThresholdedRelu":
		return b.each(o, &nn.ReLU{Threshold: o.float("alpha", 1)}, in)
	case "Clip":
		return b.clip(o, in)
	case "HardSigmoid":
		return b.hardSigmoid(o, in)
	case "Softmax":
		return b.softmax(o, in)
	case "Selu":
		if math.Abs(o.float("alpha", 1.6732632)-1.6732632) > 1e-5 || math.Abs(o.float("gamma", 1.0507010)-1.0507010) > 1e-5 {
			return errors.New("a SELU with constants of its own is not known")
		}
	}
	a, ok := functions[o.kind]
	if !ok {
		return errUnknown
	}
	if o.kind == "Gelu" {
		a.Approximate = o.text("approximate", "none") == "tanh"
	}
	return b.each(o, &nn.ActivationLayer{Activation: a}, in)
}

var errUnknown = errors.New("edged doesn't know this operator")

// functions are the operators that are an activation without parameters, and
// those with parameters, which elementwise knows.
var functions = map[string]nn.Activation{
	"Relu": {Name: "relu"}, "Sigmoid": {Name: "sigmoid"}, "Tanh": {Name: "tanh"}, "Selu": {Name: "selu"},
	"Softplus": {Name: "softplus"}, "Softsign": {Name: "softsign"}, "Exp": {Name: "exponential"},
	"HardSwish": {Name: "hard_silu"}, "Swish": {Name: "silu"}, "Gelu": {Name: "gelu"},
	"Identity": {}, "Dropout": {}, "Neg": {}, "Cast": {}, "LeakyRelu": {}, "Elu": {}, "ThresholdedRelu": {}, "Clip": {}, "HardSigmoid": {}, "Softmax": {},
}

// clip reads bounds that are inputs (from version 11 on) or attributes.
func (b *builder) clip(o *operator, in value) error {
	low, high := o.float("min", math.Inf(-1)), o.float("max", math.Inf(1))
	for i, bound := range []*float64{&low, &high} {
		if len(o.inputs) > i+1 && o.inputs[i+1] != "" {
			v, _, err := b.floats(o, i+1)
			if err != nil || len(v) != 1 {
				return fmt.Errorf("its bound %d is no constant number", i)
			}
			*bound = float64(v[0])
		}
	}
	if high >= math.MaxFloat32 {
		high = math.Inf(1)
	}
	switch {
	case low == 0 && math.IsInf(high, 1):
		return b.each(o, &nn.ActivationLayer{Activation: nn.Activation{Name: "relu"}}, in)
	case low == 0 && high > 0:
		return b.each(o, &nn.ReLU{MaxValue: high}, in)
	case low > -math.MaxFloat32 && high > low && !math.IsInf(high, 1):
		return b.chain(o, in, &nn.Rescaling{Scale: []float64{1}, Offset: []float64{-low}}, &nn.ReLU{MaxValue: high - low}, &nn.Rescaling{Scale: []float64{1}, Offset: []float64{low}})
	}
	return fmt.Errorf("it clips to %v..%v; a lower bound and one above it are known", low, high)
}

// hardSigmoid is max(0, min(1, alpha*x+beta)).
func (b *builder) hardSigmoid(o *operator, in value) error {
	alpha, beta := o.float("alpha", 0.2), o.float("beta", 0.5)
	a := nn.Activation{Name: "hard_sigmoid"}
	switch {
	case beta == 0.5 && float32(alpha) == 0.2:
		a.Keras2 = true
	case beta != 0.5 || math.Abs(alpha-1.0/6) > 1e-7:
		return b.chain(o, in, &nn.Rescaling{Scale: []float64{alpha}, Offset: []float64{beta}}, &nn.ReLU{MaxValue: 1})
	}
	return b.each(o, &nn.ActivationLayer{Activation: a}, in)
}

// chain adds layers that treat every element alike, one after the other.
func (b *builder) chain(o *operator, in value, layers ...nn.Layer) error {
	for _, l := range layers {
		if err := b.each(o, l, in); err != nil {
			return err
		}
		in = b.values[o.outputs[0]]
	}
	return nil
}

// softmax runs over one axis; before version 13 over it and all that follow.
func (b *builder) softmax(o *operator, in value) error {
	rank := len(in.axes)
	otherwise := -1
	if b.graph.version < 13 {
		otherwise = 1
	}
	at, err := axis(o.number("axis", otherwise), rank)
	if err != nil {
		return err
	}
	if dims := in.dims(); b.graph.version < 13 {
		for i := at + 1; i < rank; i++ {
			if dims[i] != 1 {
				return fmt.Errorf("it runs over several axes of %v together", dims)
			}
		}
	}
	return b.channelwise(o, &nn.Softmax{Axis: -1}, in, at)
}

// prelu reads slopes that are one number, or one for each channel.
func (b *builder) prelu(o *operator) error {
	in, err := b.in(o, 0)
	if err != nil {
		return err
	}
	slopes, shape, err := b.floats(o, 1)
	if err != nil {
		return err
	}
	rank := len(in.axes)
	if len(slopes) == 1 {
		return b.each(o, &nn.LeakyReLU{NegativeSlope: float64(slopes[0])}, in)
	}
	at, err := along(shape, in.dims())
	if err != nil {
		return err
	}
	l := &nn.PReLU{}
	for i := 1; i < rank; i++ {
		l.SharedAxes = append(l.SharedAxes, i)
	}
	if err := b.channelwise(o, l, in, at); err != nil {
		return err
	}
	return set(l.Alpha, scatter(slopes, in.places(at)))
}

func (b *builder) concatenation(o *operator) error {
	var values []value
	for i := range o.inputs {
		v, err := b.in(o, i)
		if err != nil {
			return err
		}
		values = append(values, v)
	}
	if len(values) == 0 {
		return errors.New("it has no inputs")
	}
	rank := len(values[0].axes)
	at, err := axis(o.number("axis", 1), rank)
	if err != nil {
		return err
	}
	nodes, order, err := b.together(values)
	if err != nil {
		return err
	}
	place := 0
	for order[place] != at {
		place++
	}
	return b.put(o, &nn.Concatenate{Axis: place + 1}, order, nodes...)
}

// together arranges values of one rank alike: as they run plainly, or channels
// last.
func (b *builder) together(values []value) (nodes, order []int, err error) {
	rank := len(values[0].axes)
	order = plain(rank)
	for _, v := range values {
		if len(v.axes) != rank {
			return nil, nil, fmt.Errorf("its inputs %v and %v differ in rank", values[0].dims(), v.dims())
		}
		if rank == 3 && !v.runs(order) {
			order = channelsLast
		}
	}
	for _, v := range values {
		node, err := b.arrange(v, order)
		if err != nil {
			return nil, nil, err
		}
		nodes = append(nodes, node)
	}
	return nodes, order, nil
}
