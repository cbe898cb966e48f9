package tflite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"edged/nn"
	"edged/quant"
)

// Write writes the network as a model of TensorFlow Lite that takes and gives
// float32. Its weights are in precision: of Int8 a quantized network's, which
// then computes on int8 between a QUANTIZE and a DEQUANTIZE. What is the identity
// at inference is left out, batch normalization is folded into the layer before
// it, and compile information has no place. The error names the layer that no
// operator computes.
//
// Source: tensorflow/compiler/mlir/lite/schema/schema.fbs and, for what int8
// operators ask of their tensors, "TensorFlow Lite 8-bit quantization specification".
func Write(w io.Writer, m *nn.Model, precision nn.Precision) error {
	if len(m.Inputs) != 1 || len(m.Outputs) != 1 {
		return fmt.Errorf("it has %d inputs and %d outputs: a .tflite file is written of models with one of each", len(m.Inputs), len(m.Outputs))
	}
	switch {
	case precision == nn.Int8 && !m.Quantized():
		return errors.New("it is not quantized: try edged quantize first")
	case precision != nn.Int8:
		m = plain(m)
	}
	if !m.Quantized() {
		var err error
		if m, err = nn.Quantizable(m); err != nil {
			return err
		}
	}
	out := &writer{model: m, precision: precision, reals: map[int]int{}}
	if err := out.network(); err != nil {
		return err
	}
	data, err := out.encode()
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// plain is the network without what int8 tensors mean.
func plain(m *nn.Model) *nn.Model {
	copied := *m
	copied.Nodes = slices.Clone(m.Nodes)
	for i := range copied.Nodes {
		copied.Nodes[i].Quantization = nil
	}
	return &copied
}

// writer turns nodes of a network into operators.
type writer struct {
	model     *nn.Model
	precision nn.Precision
	tensors   []tensor
	operators []written
	nodes     []int            // tensor of each node's output
	reals     map[int]int      // DEQUANTIZE's output for a tensor of int8
	carried   map[int]*nn.Node // activation that a node's operator carries
	input     int
	output    int
}

// written is an operator to be written.
type written struct {
	code            int
	inputs, outputs []int
	options         []option
}

// option is a field of an operator's options: a bool, a byte, an int32 or a
// float32.
type option struct {
	slot  int
	value any
}

func (w *writer) network() error {
	w.nodes = make([]int, len(w.model.Nodes))
	w.carry()
	for i := range w.model.Nodes {
		n := &w.model.Nodes[i]
		if _, ok := n.Layer.(*nn.InputLayer); ok {
			w.input = w.activation(n.Layer.Name(), n.Shape, nil)
			w.nodes[i] = w.meaning(w.input, n.Quantization)
			continue
		}
		if len(n.Inputs) > 0 && w.carried[n.Inputs[0]] == n {
			w.nodes[i] = w.nodes[n.Inputs[0]]
			continue
		}
		if err := w.node(i, n); err != nil {
			return &nn.LayerError{Layer: n.Layer.Name(), Class: n.Layer.Class(), Err: err}
		}
	}
	w.output = w.real(w.nodes[w.model.Outputs[0]])
	return nil
}

// carry finds the activations that the operator before them carries.
func (w *writer) carry() {
	uses := make([]int, len(w.model.Nodes))
	for _, o := range w.model.Outputs {
		uses[o]++
	}
	for _, n := range w.model.Nodes {
		for _, from := range n.Inputs {
			uses[from]++
		}
	}
	w.carried = map[int]*nn.Node{}
	for i := range w.model.Nodes {
		n := &w.model.Nodes[i]
		a, ok := n.Layer.(interface{ Function() nn.Activation })
		if !ok || uses[n.Inputs[0]] != 1 {
			continue
		}
		before := &w.model.Nodes[n.Inputs[0]]
		if _, ok := fusedCode(a.Function()); ok && before.Quantization == nil && carries(before) {
			w.carried[n.Inputs[0]] = n
		}
	}
}

// activation adds a tensor that is computed; int8 where it has a quantization.
func (w *writer) activation(name string, shape nn.Shape, q *nn.Quantization) int {
	t := tensor{name: name, shape: append([]int{1}, shape...), kind: typeFloat32, batched: true}
	if q != nil {
		t.kind, t.scales, t.zeros = typeInt8, []float32{q.Scale}, []int{int(q.Zero)}
	}
	return w.add(t)
}

func (w *writer) add(t tensor) int {
	w.tensors = append(w.tensors, t)
	return len(w.tensors) - 1
}

// emit adds an operator and returns its output.
func (w *writer) emit(code, output int, inputs []int, options ...option) int {
	w.operators = append(w.operators, written{code, inputs, []int{output}, options})
	return output
}

// like adds a computed tensor of another's shape.
func (w *writer) like(at int, suffix string, q *nn.Quantization) int {
	t := &w.tensors[at]
	return w.activation(t.name+suffix, nn.Shape(t.shape[1:]), q)
}

// meaning is a tensor with the quantization: the same one, or what QUANTIZE makes
// of it.
func (w *writer) meaning(at int, q *nn.Quantization) int {
	if q == nil || w.tensors[at].means(*q) {
		return at
	}
	return w.emit(opQuantize, w.like(at, "_quantized", q), []int{at})
}

// means tells whether the tensor has a quantization.
func (t *tensor) means(q nn.Quantization) bool {
	return t.kind == typeInt8 && t.scales[0] == q.Scale && t.zeros[0] == int(q.Zero)
}

// real is a tensor in float32: the same one, or what DEQUANTIZE makes of it.
func (w *writer) real(at int) int {
	if w.tensors[at].kind != typeInt8 {
		return at
	}
	out, ok := w.reals[at]
	if !ok {
		out = w.emit(opDequantize, w.like(at, "_real", nil), []int{at})
		w.reals[at] = out
	}
	return out
}

// numbers adds a constant of float32.
func (w *writer) numbers(name string, shape []int, values []float32) int {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return w.add(tensor{name: name, shape: shape, kind: typeFloat32, data: data})
}

// number adds a constant of one float32.
func (w *writer) number(v float64) int {
	return w.numbers(fmt.Sprintf("constant_%d", len(w.tensors)), []int{1}, []float32{float32(v)})
}

// integers adds a constant of int32.
func (w *writer) integers(name string, shape []int, values ...int) int {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, uint32(int32(v)))
	}
	return w.add(tensor{name: name, shape: shape, kind: typeInt32, data: data})
}

// weights adds a layer's kernel in the writer's precision, and for int8 with the
// scales along an axis.
func (w *writer) weights(name string, shape []int, values []float32, scales []float32, axis int) int {
	switch {
	case scales != nil:
		return w.add(quantizedWeights(name, shape, values, scales, axis))
	case w.precision != nn.Float32:
		data := make([]byte, 2*len(values))
		quant.EncodeFloat16(data, values)
		half := w.add(tensor{name: name + "_float16", shape: shape, kind: typeFloat16, data: data})
		return w.emit(opDequantize, w.add(tensor{name: name, shape: shape, kind: typeFloat32}), []int{half})
	}
	return w.numbers(name, shape, values)
}

// quantizedWeights are multiples of the scales, which lie along an axis.
func quantizedWeights(name string, shape []int, values, scales []float32, axis int) tensor {
	inner := 1
	for _, d := range shape[axis+1:] {
		inner *= d
	}
	data := make([]byte, len(values))
	for i, v := range values {
		q := math.Round(float64(v) / float64(scales[i/inner%len(scales)]))
		data[i] = byte(int8(min(max(q, math.MinInt8), math.MaxInt8)))
	}
	return tensor{name: name, shape: shape, kind: typeInt8, data: data, scales: scales, zeros: make([]int, len(scales)), axis: axis}
}

// bias adds a layer's bias, zeros where it has none: float32, or int32 in the
// products' scale.
func (w *writer) bias(name string, n int, bias *nn.Weight, in int, scales []float32) int {
	values := make([]float32, n)
	if bias != nil {
		copy(values, bias.Value)
	}
	if scales == nil {
		return w.numbers(name, []int{n}, values)
	}
	products := make([]float32, len(scales))
	for i, s := range scales {
		products[i] = w.tensors[in].scales[0] * s
	}
	whole := make([]int, n)
	for i, v := range values {
		q := math.Round(float64(v) / float64(products[i%len(products)]))
		whole[i] = int(min(max(q, math.MinInt32), math.MaxInt32))
	}
	at := w.integers(name, []int{n}, whole...)
	w.tensors[at].scales, w.tensors[at].zeros = products, make([]int, len(products))
	return at
}
