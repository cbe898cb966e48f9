package nn

import (
	"fmt"
	"slices"
)

// newOperation returns an operation that is defined by its call.
func newOperation(name, class string, values map[string]any) *Operation {
	function, ok := values["function"].(string)
	if !ok {
		function = class
	}
	return &Operation{Base: Named(name), Kind: class, function: function, options: values}
}

// operationNames gives TensorFlow's and Keras 3's names of functions one name.
var operationNames = map[string]string{
	"__operators__.add": "add", "math.add": "add", "Add": "add",
	"math.subtract": "subtract", "Subtract": "subtract",
	"math.multiply": "multiply", "Multiply": "multiply",
	"math.truediv": "divide", "math.divide": "divide", "TrueDivide": "divide", "Divide": "divide",
	"math.maximum": "maximum", "Maximum": "maximum",
	"math.minimum": "minimum", "Minimum": "minimum",
	"nn.relu": "relu", "Relu": "relu",
	"nn.relu6": "relu6", "Relu6": "relu6",
	"nn.elu": "elu", "Elu": "elu",
	"nn.selu": "selu", "Selu": "selu",
	"nn.leaky_relu": "leaky_relu", "LeakyRelu": "leaky_relu",
	"math.tanh": "tanh", "nn.tanh": "tanh", "Tanh": "tanh",
	"math.sigmoid": "sigmoid", "nn.sigmoid": "sigmoid", "Sigmoid": "sigmoid",
	"nn.silu": "silu", "nn.swish": "silu", "Silu": "silu", "Swish": "silu",
	"HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu", "HardSwish": "hard_silu",
	"nn.gelu": "gelu", "Gelu": "gelu",
	"math.softplus": "softplus", "nn.softplus": "softplus", "Softplus": "softplus",
	"math.softsign": "softsign", "nn.softsign": "softsign", "Softsign": "softsign",
	"math.exp": "exponential", "Exp": "exponential",
	"nn.softmax": "softmax", "Softmax": "softmax",
	"concat": "concatenate", "Concatenate": "concatenate",
	"reshape": "reshape", "Reshape": "reshape",
	"math.reduce_mean": "mean", "Mean": "mean",
	"identity": "identity", "Identity": "identity", "stop_gradient": "identity", "StopGradient": "identity",
}

var mergeKinds = map[string]string{"add": "Add", "subtract": "Subtract", "multiply": "Multiply", "maximum": "Maximum", "minimum": "Minimum"}

// define finds the layer that does what the call does.
func (l *Operation) define(c call) error {
	name, ok := operationNames[l.function]
	if !ok {
		return fmt.Errorf("edged doesn't know the function %s", l.function)
	}
	equivalent, err := l.equivalent(name, c)
	if err != nil {
		return fmt.Errorf("function %s: %w", l.function, err)
	}
	equivalent.base().LayerName = l.LayerName
	l.Equivalent = equivalent
	return nil
}

func (l *Operation) equivalent(name string, c call) (configurable, error) {
	option := func(key string) any {
		if v, ok := c.kwargs[key]; ok && v != nil {
			return v
		}
		return l.options[key]
	}
	switch name {
	case "add", "subtract", "multiply", "divide", "maximum", "minimum":
		return binary(name, c)
	case "identity":
		return &Rescaling{Scale: []float64{1}, Offset: []float64{0}}, nil
	case "concatenate":
		axis, ok := integer(option("axis"))
		if !ok {
			return nil, fmt.Errorf("axis is missing")
		}
		return &Concatenate{Axis: axis}, nil
	case "reshape":
		return reshape(option, c)
	case "mean":
		return meanOperation(option)
	case "softmax":
		if axis := option("axis"); axis != nil && axis != -1.0 {
			return nil, fmt.Errorf("axis is %v and must be the last one", axis)
		}
		return &Softmax{Axis: -1}, nil
	}
	a, err := Function(name, 3)
	if err != nil {
		return nil, err
	}
	switch name {
	case "leaky_relu":
		for _, key := range []string{"alpha", "negative_slope"} {
			if slope, ok := float(option(key)); ok {
				a.Alpha = slope
			}
		}
	case "elu":
		if alpha, ok := float(option("alpha")); ok {
			a.Alpha = alpha
		}
	case "gelu":
		approximate, ok := option("approximate").(bool)
		a.Approximate = approximate || !ok && l.function == "Gelu"
	}
	return &ActivationLayer{Activation: a}, nil
}

// binary is a function of two operands, of which one may be a constant: one
// number, or one for each channel.
func binary(name string, c call) (configurable, error) {
	operands := slices.Clone(c.args)
	for _, key := range []string{"x", "x1", "y", "x2"} {
		if v, ok := c.kwargs[key]; ok && v != nil {
			operands = append(operands, v)
		}
	}
	if len(operands) != 2 {
		return nil, fmt.Errorf("it has %d operands and must have two", len(operands))
	}
	_, left := operands[0].(reference)
	_, right := operands[1].(reference)
	if left && right {
		kind, ok := mergeKinds[name]
		if !ok {
			return nil, fmt.Errorf("it is supported with a constant only")
		}
		return &Merge{Kind: kind}, nil
	}
	constant := operands[1]
	if right {
		constant = operands[0]
	}
	values, ok := channelConstant(constant)
	if !ok || !left && !right {
		return nil, fmt.Errorf("its constant must be a number, or one for each channel")
	}
	scale, offset := []float64{1}, []float64{0}
	switch {
	case name == "add":
		offset = values
	case name == "multiply":
		scale = values
	case name == "subtract" && left:
		offset = mapped(values, func(v float64) float64 { return -v })
	case name == "subtract":
		scale, offset = []float64{-1}, values
	case name == "divide" && left:
		scale = mapped(values, func(v float64) float64 { return 1 / v })
		if slices.Contains(values, 0) {
			return nil, fmt.Errorf("it divides by zero")
		}
	case name == "maximum" && len(values) == 1 && values[0] == 0:
		return &ReLU{}, nil
	default:
		return nil, fmt.Errorf("it is not supported with this constant")
	}
	return &Rescaling{Scale: scale, Offset: offset}, nil
}

func mapped(values []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = f(v)
	}
	return out
}

// channelConstant reads a number or a vector along the last axis.
func channelConstant(v any) ([]float64, bool) {
	if list, ok := v.([]any); ok && len(list) == 1 {
		if _, nested := list[0].([]any); nested {
			return channelConstant(list[0])
		}
	}
	if list, ok := v.([]any); ok && slices.ContainsFunc(list, func(e any) bool { _, nested := e.([]any); return nested }) {
		return nil, false
	}
	return readNumbers(v)
}

func reshape(option func(string) any, c call) (configurable, error) {
	shape := option("shape")
	if shape == nil {
		shape = option("newshape")
	}
	if shape == nil && len(c.args) > 1 {
		shape = c.args[1]
	}
	list, ok := shape.([]any)
	if !ok || len(list) < 1 || list[0] != nil && list[0] != -1.0 {
		return nil, fmt.Errorf("its shape must leave the batch open")
	}
	target := []int{}
	for _, e := range list[1:] {
		n, ok := integer(e)
		if !ok {
			return nil, fmt.Errorf("its shape must be of whole numbers")
		}
		target = append(target, n)
	}
	return &Reshape{TargetShape: target}, nil
}

func meanOperation(option func(string) any) (configurable, error) {
	axes, _ := option("axis").([]any)
	if len(axes) != 2 || axes[0] != 1.0 || axes[1] != 2.0 {
		return nil, fmt.Errorf("it is supported over height and width only: axis [1, 2]")
	}
	keep, _ := option("keepdims").(bool)
	return &GlobalAveragePooling2D{KeepDims: keep}, nil
}
