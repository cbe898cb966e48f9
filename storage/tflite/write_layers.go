package tflite

import (
	"errors"
	"fmt"
	"slices"

	"edged/nn"
)

// errNoOperator is what layers get that TensorFlow Lite has no operator for, or
// only one that edged doesn't write.
var errNoOperator = errors.New("it has no operator in a .tflite file: write the model in another form")

// fusedCode is what operators call an activation that they carry.
func fusedCode(a nn.Activation) (code byte, ok bool) {
	rectifies := a.Name == "relu" && a.Alpha == 0 && a.Threshold == 0
	switch {
	case a.Linear():
		return 0, true
	case rectifies && a.MaxValue == 0:
		return 1, true
	case a.Name == "relu6", rectifies && a.MaxValue == 6:
		return 3, true
	}
	return 0, false
}

// carries tells whether a node's operator has room for an activation.
func carries(n *nn.Node) bool {
	switch l := n.Layer.(type) {
	case *nn.Conv2D:
		return l.Activation.Linear()
	case *nn.DepthwiseConv2D:
		return l.Activation.Linear()
	case *nn.Dense:
		return l.Activation.Linear()
	case *nn.Merge:
		return len(n.Inputs) == 2 && slices.Contains([]string{"Add", "Subtract", "Multiply"}, l.Kind)
	case *nn.MaxPooling2D, *nn.AveragePooling2D:
		return true
	}
	return false
}

// applied is a node on its way to be an operator.
type applied struct {
	*nn.Node
	in         []int
	output     *nn.Quantization // nil: float32
	activation nn.Activation    // that follows
}

// node writes what computes a node: on int8 if it and all that goes into it are
// quantized, else on float32.
func (w *writer) node(i int, n *nn.Node) error {
	x := applied{Node: n, output: n.Quantization}
	if follower := w.carried[i]; follower != nil {
		x.activation = follower.Layer.(interface{ Function() nn.Activation }).Function()
		x.output = follower.Quantization
	}
	whole := x.output != nil && quantizedKernel(n.Layer) && hasInt8(n)
	for _, from := range n.Inputs {
		at := w.nodes[from]
		whole = whole && w.tensors[at].kind == typeInt8
		x.in = append(x.in, at)
	}
	means := x.output
	if !whole {
		x.output = nil
		for k, at := range x.in {
			x.in[k] = w.real(at)
		}
	}
	at, err := w.layer(x)
	if err != nil {
		return err
	}
	w.nodes[i] = w.meaning(at, means)
	return nil
}

// quantizedKernel tells whether a layer's weights, if it has any, are int8.
func quantizedKernel(l nn.Layer) bool {
	weights := l.Weights()
	return len(weights) == 0 || weights[0].Scales != nil
}

// hasInt8 tells whether the layer's operator computes on int8.
func hasInt8(n *nn.Node) bool {
	switch l := n.Layer.(type) {
	case *nn.Conv2D, *nn.DepthwiseConv2D, *nn.Dense, *nn.MaxPooling2D, *nn.AveragePooling2D, *nn.GlobalAveragePooling2D,
		*nn.GlobalMaxPooling2D, *nn.Flatten, *nn.Reshape, *nn.ZeroPadding2D, *nn.Cropping2D, *nn.Concatenate, *nn.Softmax:
		return true
	case *nn.Merge:
		return len(n.Inputs) == 2 && l.Kind != "Average"
	case interface{ Function() nn.Activation }:
		_, _, ok := direct(l.Function())
		return ok
	}
	return false
}

// result is the tensor that the operator of a node makes.
func (w *writer) result(x applied) int { return w.activation(x.Layer.Name(), x.Shape, x.output) }

// layer writes the operators of a node and returns their output.
func (w *writer) layer(x applied) (int, error) {
	switch l := x.Layer.(type) {
	case *nn.Conv2D:
		return w.conv2D(x, l)
	case *nn.DepthwiseConv2D:
		return w.depthwise(x, l)
	case *nn.Dense:
		return w.dense(x, l)
	case *nn.MaxPooling2D:
		return w.pool(x, opMaxPool, l.PoolSize, l.Strides, l.Padding)
	case *nn.AveragePooling2D:
		return w.pool(x, opAveragePool, l.PoolSize, l.Strides, l.Padding)
	case *nn.GlobalAveragePooling2D:
		return w.reduce(x, opMean, l.KeepDims), nil
	case *nn.GlobalMaxPooling2D:
		w.alike(x)
		return w.reduce(x, opReduceMax, l.KeepDims), nil
	case *nn.Flatten, *nn.Reshape:
		w.alike(x)
		shape := append([]int{-1}, x.Shape...)
		return w.emit(opReshape, w.result(x), []int{x.in[0], w.integers(l.Name()+"_shape", []int{len(shape)}, shape...)}), nil
	case *nn.ZeroPadding2D:
		w.alike(x)
		p := l.Padding
		borders := w.integers(l.Name()+"_paddings", []int{4, 2}, 0, 0, p[0][0], p[0][1], p[1][0], p[1][1], 0, 0)
		return w.emit(opPad, w.result(x), []int{x.in[0], borders}), nil
	case *nn.Cropping2D:
		w.alike(x)
		c := l.Cropping
		start := w.integers(l.Name()+"_start", []int{4}, 0, c[0][0], c[1][0], 0)
		size := w.integers(l.Name()+"_size", []int{4}, -1, x.Shape[0], x.Shape[1], -1)
		return w.emit(opSlice, w.result(x), []int{x.in[0], start, size}), nil
	case *nn.Concatenate:
		w.alike(x)
		axis := l.Axis
		if axis < 0 {
			axis += len(x.Shape) + 1
		}
		return w.emit(opConcatenation, w.result(x), x.in, option{0, int32(axis)}, option{1, byte(0)}), nil
	case *nn.Merge:
		return w.merge(x, l)
	case *nn.Softmax:
		if l.Axis != -1 && l.Axis != 0 && l.Axis != len(x.Shape) {
			return 0, fmt.Errorf("softmax along axis %d: TensorFlow Lite's is along the last", l.Axis)
		}
		return w.function(x, nn.Activation{Name: "softmax"})
	case *nn.PReLU:
		slopes := w.numbers(l.Alpha.Name, l.Alpha.Shape, l.Alpha.Value)
		return w.emit(opPrelu, w.result(x), []int{x.in[0], slopes}), nil
	case interface {
		Affine() (scale, offset []float64)
	}:
		return w.affine(x, l.Affine)
	case interface{ Function() nn.Activation }:
		return w.function(x, l.Function())
	}
	return 0, errNoOperator
}

// alike makes all inputs mean what the output does, as operators that only move
// values ask for.
func (w *writer) alike(x applied) {
	for k, at := range x.in {
		x.in[k] = w.meaning(at, x.output)
	}
}

func paddingCode(p nn.Padding) byte {
	if p == nn.Same {
		return 0
	}
	return 1
}

// fuse is the code of the activation that the operator carries: the layer's own
// or the one that follows. What it can't carry is left for after it.
func fuse(x applied, own nn.Activation) (code byte, rest nn.Activation) {
	if own.Linear() {
		own = x.activation
	}
	code, ok := fusedCode(own)
	if ok {
		return code, nn.Activation{}
	}
	return 0, own
}

// finish writes an activation that the operator before could not carry.
func (w *writer) finish(x applied, at int, rest nn.Activation) (int, error) {
	if rest.Linear() {
		return at, nil
	}
	if x.output != nil {
		return 0, fmt.Errorf("its activation %s: %w", rest.Name, errNoOperator)
	}
	x.in = []int{at}
	return w.function(x, rest)
}

func (w *writer) conv2D(x applied, l *nn.Conv2D) (int, error) {
	s := l.Kernel.Shape
	kernel := w.weights(l.Name()+"/kernel", []int{l.Filters, s[0], s[1], s[2]}, transpose(l.Kernel.Value, len(l.Kernel.Value)/l.Filters), x.scales(l.Kernel), 0)
	bias := w.bias(l.Name()+"/bias", l.Filters, l.Bias, x.in[0], x.scales(l.Kernel))
	code, rest := fuse(x, l.Activation)
	at := w.emit(opConv2D, w.result(x), []int{x.in[0], kernel, bias},
		option{0, paddingCode(l.Padding)}, option{1, int32(l.Strides[1])}, option{2, int32(l.Strides[0])}, option{3, code},
		option{4, int32(l.DilationRate[1])}, option{5, int32(l.DilationRate[0])})
	return w.finish(x, at, rest)
}

func (w *writer) depthwise(x applied, l *nn.DepthwiseConv2D) (int, error) {
	s := l.DepthwiseKernel.Shape
	n := s[2] * s[3]
	kernel := w.weights(l.Name()+"/depthwise_kernel", []int{1, s[0], s[1], n}, l.DepthwiseKernel.Value, x.scales(l.DepthwiseKernel), 3)
	bias := w.bias(l.Name()+"/bias", n, l.Bias, x.in[0], x.scales(l.DepthwiseKernel))
	code, rest := fuse(x, l.Activation)
	at := w.emit(opDepthwise, w.result(x), []int{x.in[0], kernel, bias},
		option{0, paddingCode(l.Padding)}, option{1, int32(l.Strides[1])}, option{2, int32(l.Strides[0])}, option{3, int32(s[3])}, option{4, code},
		option{5, int32(l.DilationRate[1])}, option{6, int32(l.DilationRate[0])})
	return w.finish(x, at, rest)
}

func (w *writer) dense(x applied, l *nn.Dense) (int, error) {
	inputs := len(l.Kernel.Value) / l.Units
	kernel := w.weights(l.Name()+"/kernel", []int{l.Units, inputs}, transpose(l.Kernel.Value, inputs), x.scales(l.Kernel), 0)
	bias := w.bias(l.Name()+"/bias", l.Units, l.Bias, x.in[0], x.scales(l.Kernel))
	code, rest := fuse(x, l.Activation)
	at := w.emit(opFullyConn, w.result(x), []int{x.in[0], kernel, bias}, option{0, code}, option{2, len(x.Shape) > 1})
	return w.finish(x, at, rest)
}

// scales are those of a kernel that is multiplied in int8.
func (x applied) scales(kernel *nn.Weight) []float32 {
	if x.output == nil {
		return nil
	}
	return kernel.Scales
}

func (w *writer) pool(x applied, code int, size, strides [2]int, padding nn.Padding) (int, error) {
	w.alike(x)
	fused, rest := fuse(x, nn.Activation{})
	at := w.emit(code, w.result(x), []int{x.in[0]},
		option{0, paddingCode(padding)}, option{1, int32(strides[1])}, option{2, int32(strides[0])},
		option{3, int32(size[1])}, option{4, int32(size[0])}, option{5, fused})
	return w.finish(x, at, rest)
}

// reduce writes a mean or maximum over rows and columns.
func (w *writer) reduce(x applied, code int, keep bool) int {
	axes := w.integers(x.Layer.Name()+"_axes", []int{2}, 1, 2)
	return w.emit(code, w.result(x), []int{x.in[0], axes}, option{0, keep})
}

// merge writes a chain of operators on two tensors.
func (w *writer) merge(x applied, l *nn.Merge) (int, error) {
	code, ok := map[string]int{"Add": opAdd, "Average": opAdd, "Multiply": opMul, "Subtract": opSub, "Maximum": opMaximum, "Minimum": opMinimum}[l.Kind]
	if !ok {
		return 0, errNoOperator
	}
	if code == opMaximum || code == opMinimum {
		w.alike(x)
	}
	fused, rest := fuse(x, nn.Activation{})
	var options []option
	if code != opMaximum && code != opMinimum {
		options = []option{{0, fused}}
	}
	at := x.in[0]
	for _, next := range x.in[1:] {
		at = w.emit(code, w.result(x), []int{at, next}, options...)
	}
	if l.Kind == "Average" {
		at = w.emit(opMul, w.result(x), []int{at, w.number(1 / float64(len(x.in)))}, option{0, byte(0)})
	}
	return w.finish(x, at, rest)
}

// affine writes what multiplies each channel and adds to it.
func (w *writer) affine(x applied, values func() (scale, offset []float64)) (int, error) {
	scale, offset := values()
	at := x.in[0]
	for _, step := range []struct {
		code    int
		suffix  string
		values  []float64
		neutral float64
	}{{opMul, "_scale", scale, 1}, {opAdd, "_offset", offset, 0}} {
		if !slices.ContainsFunc(step.values, func(v float64) bool { return v != step.neutral }) {
			continue
		}
		list := make([]float32, len(step.values))
		for i, v := range step.values {
			list[i] = float32(v)
		}
		at = w.emit(step.code, w.result(x), []int{at, w.numbers(x.Layer.Name()+step.suffix, []int{len(list)}, list)}, option{0, byte(0)})
	}
	return at, nil
}
