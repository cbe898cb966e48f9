package tflite

import "edged/nn"

// What TensorFlow Lite gives the int8 outputs of these functions.
var (
	ofProbabilities = &nn.Quantization{Scale: 1.0 / 256, Zero: -128}
	ofTanh          = &nn.Quantization{Scale: 1.0 / 128}
)

// direct is the operator that is an activation, with its options.
func direct(a nn.Activation) (code int, options []option, ok bool) {
	if fused, ok := fusedCode(a); ok {
		code, ok := map[byte]int{1: opRelu, 3: opRelu6}[fused]
		return code, nil, ok
	}
	switch a.Name {
	case "relu", "leaky_relu":
		return opLeakyRelu, []option{{0, float32(a.Alpha)}}, a.MaxValue == 0 && a.Threshold == 0
	case "elu":
		return opElu, nil, a.Alpha == 1
	case "gelu":
		return opGelu, []option{{0, a.Approximate}}, true
	case "softmax":
		return opSoftmax, []option{{0, float32(1)}}, true
	}
	code, ok = map[string]int{"tanh": opTanh, "sigmoid": opLogistic, "hard_silu": opHardSwish}[a.Name]
	return code, nil, ok
}

// function writes an activation and returns its output.
func (w *writer) function(x applied, a nn.Activation) (int, error) {
	if a.Linear() {
		return x.in[0], nil
	}
	if code, options, ok := direct(a); ok {
		if x.output != nil {
			switch code {
			case opSoftmax, opLogistic:
				x.output = ofProbabilities
			case opTanh:
				x.output = ofTanh
			}
		}
		return w.emit(code, w.result(x), x.in, options...), nil
	}
	return w.composed(x, a)
}

// composed writes a function of float32 as several operators.
func (w *writer) composed(x applied, a nn.Activation) (int, error) {
	in := x.in[0]
	step := func(code int, fused byte, inputs ...int) int {
		return w.emit(code, w.result(x), inputs, option{0, fused})
	}
	bare := func(code int, inputs ...int) int { return w.emit(code, w.result(x), inputs) }
	const linear, relu6 = 0, 3
	clipped := func(scale, offset, top float64) int { // min(max(in*scale+offset, 0), 1)*top
		at := step(opMul, linear, in, w.number(6*scale))
		return step(opMul, linear, step(opAdd, relu6, at, w.number(6*offset)), w.number(top/6))
	}
	switch {
	case a.Name == "silu":
		return step(opMul, linear, in, bare(opLogistic, in)), nil
	case a.Name == "softplus":
		return bare(opLog, step(opAdd, linear, bare(opExp, in), w.number(1))), nil
	case a.Name == "hard_sigmoid" && a.Keras2:
		return clipped(0.2, 0.5, 1), nil
	case a.Name == "hard_sigmoid":
		return clipped(1.0/6, 0.5, 1), nil
	case a.Name == "relu" && a.Alpha == 0 && a.Threshold == 0:
		return clipped(1/a.MaxValue, 0, a.MaxValue), nil
	case a.Name == "elu":
		return w.scaledELU(x, a.Alpha), nil
	case a.Name == "selu":
		const alpha, scale = 1.6732632423543772, 1.0507009873554805
		return step(opMul, linear, w.scaledELU(x, alpha), w.number(scale)), nil
	}
	return 0, errNoOperator
}

// scaledELU writes x where it is positive, else alpha*(exp(x)-1).
func (w *writer) scaledELU(x applied, alpha float64) int {
	elu := w.emit(opElu, w.result(x), x.in)
	below := w.emit(opMul, w.result(x), []int{elu, w.number(alpha)}, option{0, byte(0)})
	positive := w.result(x)
	w.tensors[positive].kind = typeBool
	w.emit(opGreater, positive, []int{x.in[0], w.number(0)})
	return w.emit(opSelect, w.result(x), []int{positive, elu, below})
}
