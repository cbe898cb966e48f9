package tflite

import (
	"errors"
	"fmt"

	"edged/nn"
)

// Load reads the model in data. Names of layers are Keras's automatic ones.
// The error names the operator or tensor that is damaged or not known.
func Load(data []byte) (*nn.Model, error) {
	g, err := parse(data)
	if err != nil {
		return nil, err
	}
	return g.model(2*len(data) + spare)
}

// model makes the network, of constants of so many bytes.
func (g *graph) model(budget int) (*nn.Model, error) {
	b := &builder{graph: g, nodes: map[int]int{}, made: map[int]int{}, budget: budget}
	for i, o := range g.operators {
		for _, t := range o.outputs {
			b.made[t] = i
		}
	}
	return b.model()
}

// Verify checks that data holds a whole model of known operators.
func Verify(data []byte) error {
	_, err := Load(data)
	return err
}

// Complete tells a file that ends before its own offsets lead, as one that is
// being copied, from a whole one.
func Complete(data []byte) bool {
	if len(data) < 8 {
		return false
	}
	if string(data[4:8]) != identifier {
		return true
	}
	f := &file{data: data}
	model := f.table(f.follow(0))
	for _, buffer := range model.tables(4) {
		buffer.bytes(0)
	}
	for _, graph := range model.tables(2) {
		graph.tables(0)
		graph.tables(3)
	}
	return f.err == nil
}

// builder turns operators into nodes of a network.
type builder struct {
	graph  *graph
	list   []nn.Node
	nodes  map[int]int // node by tensor
	made   map[int]int // operator by the tensor that it makes
	values []func() error
	budget int // bytes of values that may still be made of constants
}

// spare is how many bytes of float32 values may be made of constants beyond
// twice the file's size, because several operators may share one.
const spare = 16 << 20

// floats are the values of a constant, as often as the budget lasts.
func (b *builder) floats(t *tensor) ([]float32, error) {
	n, err := t.elements()
	if err != nil {
		return nil, err
	}
	if b.budget -= 4 * n; b.budget < 0 {
		return nil, errors.New("its weights are used by more operators than edged reads")
	}
	return t.floats()
}

func (b *builder) model() (*nn.Model, error) {
	in := b.graph.tensors[b.graph.inputs[0]]
	if in.kind != typeFloat32 && !in.quantized() {
		return nil, fmt.Errorf("its input is of type %d; float32, int8 and uint8 are read", in.kind)
	}
	if len(in.shape) < 2 {
		return nil, fmt.Errorf("its input has the shape %v", in.shape)
	}
	b.nodes[b.graph.inputs[0]] = b.add(&nn.InputLayer{Base: nn.Named("input"), Shape: nn.Shape(in.shape[1:])})
	if err := b.mean(b.graph.inputs[0]); err != nil {
		return nil, err
	}
	for i := range b.graph.operators {
		if err := b.operator(&b.graph.operators[i]); err != nil {
			return nil, fmt.Errorf("operator %d (%d): %w", i, b.graph.operators[i].code, err)
		}
	}
	out, ok := b.nodes[b.graph.outputs[0]]
	if !ok {
		return nil, errors.New("nothing computes its output")
	}
	m, err := nn.NewFunctional("model", b.list, out)
	if err != nil {
		return nil, err
	}
	for _, set := range b.values {
		if err := set(); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// add appends a node and returns its number.
func (b *builder) add(l nn.Layer, inputs ...int) int {
	b.list = append(b.list, nn.Node{Layer: l, Inputs: inputs})
	return len(b.list) - 1
}

// put adds a layer that makes the operator's output.
func (b *builder) put(o *operator, l nn.Layer, inputs ...int) error {
	b.nodes[o.outputs[0]] = b.add(l, inputs...)
	return b.mean(o.outputs[0])
}

// putFused adds a layer and the activation that the operator carries.
func (b *builder) putFused(o *operator, code int, l nn.Layer, inputs ...int) error {
	a, err := activation(code)
	if err != nil {
		return err
	}
	if err := b.put(o, l, inputs...); err != nil || a.Linear() {
		return err
	}
	before := b.nodes[o.outputs[0]]
	b.list[before].Quantization = nil
	return b.put(o, &nn.ActivationLayer{Activation: a}, before)
}

func activation(code int) (nn.Activation, error) {
	name, ok := fused[code]
	if !ok {
		return nn.Activation{}, fmt.Errorf("its fused activation %d is unknown", code)
	}
	return nn.Function(name, 3)
}

// node is the node that makes the operator's input i.
func (b *builder) node(o *operator, i int) (int, error) {
	if i >= len(o.inputs) || o.inputs[i] < 0 {
		return 0, fmt.Errorf("its input %d is left out", i)
	}
	if n, ok := b.nodes[o.inputs[i]]; ok {
		return n, nil
	}
	return 0, fmt.Errorf("its input %q is not computed by anything that edged knows", b.graph.tensors[o.inputs[i]].name)
}

// constant is the operator's input i where it is a constant, looking through a
// DEQUANTIZE of float16 values; nil where it is computed or left out.
func (b *builder) constant(o *operator, i int) *tensor {
	if i >= len(o.inputs) || o.inputs[i] < 0 {
		return nil
	}
	index := o.inputs[i]
	if at, ok := b.made[index]; ok {
		from := &b.graph.operators[at]
		if from.code != opDequantize || len(from.inputs) != 1 || from.inputs[0] < 0 {
			return nil
		}
		index = from.inputs[0]
	}
	if t := &b.graph.tensors[index]; t.data != nil {
		return t
	}
	return nil
}

// output is the shape of what the operator makes, without the batch.
func (b *builder) output(o *operator) []int {
	shape := b.graph.tensors[o.outputs[0]].shape
	if len(shape) == 0 {
		return nil
	}
	return shape[1:]
}

// fill sets a weight's values once the network is built.
func (b *builder) fill(weight func() *nn.Weight, from *tensor, arrange func([]float32) []float32) {
	b.values = append(b.values, func() error {
		w := weight()
		if w == nil {
			return nil // nothing needs the layer
		}
		values, err := b.floats(from)
		if err != nil {
			return err
		}
		if arrange != nil {
			values = arrange(values)
		}
		if len(values) != w.Shape.Size() {
			return fmt.Errorf("tensor %q has %d values where %s takes %v", from.name, len(values), w.Name, []int(w.Shape))
		}
		w.Value = values
		if from.kind == typeInt8 {
			w.Scales = from.scales
		}
		return nil
	})
}
