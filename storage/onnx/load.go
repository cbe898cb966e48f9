package onnx

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"edged/nn"
	"edged/storage/protobuf"
)

// Load reads the model in data. Names of layers are Keras's automatic ones, and
// the network takes pictures channels last, whatever the file does. The error
// names the node that is damaged or not known.
func Load(data []byte) (*nn.Model, error) {
	g, err := parse(data)
	if err != nil {
		return nil, err
	}
	b := &builder{
		graph: g, values: map[string]value{}, patterns: map[string]string{},
		made: map[string]*operator{}, uses: map[string]int{}, budget: 2*len(data) + spare,
	}
	for i := range g.operators {
		o := &g.operators[i]
		for _, name := range o.outputs {
			b.made[name] = o
		}
		for _, name := range o.inputs {
			b.uses[name]++
		}
	}
	for _, name := range g.outputs {
		b.uses[name]++
	}
	return b.model()
}

// Verify checks that data holds a whole model of known operators.
func Verify(data []byte) error {
	_, err := Load(data)
	return err
}

// Complete tells a file that ends inside of a field, as one that is being
// copied, from a whole one.
func Complete(data []byte) bool {
	err := protobuf.Fields(data, func(protobuf.Field) error { return nil })
	return len(data) > 0 && !errors.Is(err, io.ErrUnexpectedEOF)
}

// spare is how many bytes of float32 values may be made of constants beyond
// twice the file's size, because several nodes may share one.
const spare = 16 << 20

// builder turns operators into nodes of a network.
type builder struct {
	graph    *graph
	list     []nn.Node
	values   map[string]value
	patterns map[string]string    // tensors that only a pattern's end gives a meaning, and why
	made     map[string]*operator // operator by the tensor that it makes
	uses     map[string]int
	budget   int // bytes of values that may still be made of constants
}

func (b *builder) model() (*nn.Model, error) {
	if err := b.input(); err != nil {
		return nil, err
	}
	for i := range b.graph.operators {
		o := &b.graph.operators[i]
		if err := b.operator(o); err != nil {
			return nil, fmt.Errorf("%v: %w", o, err)
		}
	}
	if len(b.graph.outputs) != 1 {
		return nil, fmt.Errorf("it has %d outputs and must have one", len(b.graph.outputs))
	}
	v, err := b.value(b.graph.outputs[0])
	if err != nil {
		return nil, err
	}
	rank := len(v.axes)
	order := plain(rank)
	if rank == 3 && !v.runs(order) {
		order = channelsLast
	}
	out, err := b.arrange(v, order)
	if err != nil {
		return nil, fmt.Errorf("its output: %w", err)
	}
	return nn.NewFunctional("model", b.list, out)
}

// input adds the network's input.
func (b *builder) input() error {
	inputs := slices.DeleteFunc(slices.Clone(b.graph.inputs), func(in input) bool { return b.graph.constants[in.name] != nil })
	if len(inputs) > 1 { // Keras's exporter leaves inputs for constants that it has folded
		inputs = slices.DeleteFunc(inputs, func(in input) bool { return b.uses[in.name] == 0 })
	}
	if len(inputs) != 1 {
		return fmt.Errorf("it has %d inputs and must have one", len(inputs))
	}
	in := inputs[0]
	switch {
	case in.kind != typeFloat && in.kind != typeFloat16:
		return fmt.Errorf("its input %q is of type %d and must be float32 or float16", in.name, in.kind)
	case len(in.shape) < 2:
		return fmt.Errorf("its input %q has the shape %v and must have a batch and dimensions", in.name, in.shape)
	case in.shape[0] > 1:
		return fmt.Errorf("its input %q is a batch of %d: export it with a batch of one, or an open one", in.name, in.shape[0])
	case slices.Min(in.shape[1:]) < 1:
		return fmt.Errorf("its input %q leaves its size open: export it with a fixed height and width", in.name)
	}
	order := plain(len(in.shape) - 1)
	if len(order) == 3 && b.channelsFirst(in) {
		order = channelsLast
	}
	shape := make(nn.Shape, len(order))
	for i, axis := range order {
		shape[i] = in.shape[1+axis]
	}
	v, err := b.add(&nn.InputLayer{Base: nn.Named("input"), Shape: shape}, order)
	b.values[in.name] = v
	return err
}

// channelsFirst tells which order a picture comes in: that of the first
// operator that cares, or else the one with fewer channels.
func (b *builder) channelsFirst(in input) bool {
	name := in.name
	for i := range b.graph.operators {
		o := &b.graph.operators[i]
		if !slices.Contains(o.inputs, name) {
			continue
		}
		switch o.kind {
		case "Conv", "MaxPool", "AveragePool", "BatchNormalization", "GlobalAveragePool", "GlobalMaxPool":
			return true
		case "Transpose":
			return !slices.Equal(o.list("perm"), []int{0, 3, 1, 2})
		case "Add", "Sub", "Mul", "Div", "Cast", "Identity", "Pad":
			name = o.outputs[0]
		}
	}
	return in.shape[3] > 4 || in.shape[1] <= 4 && in.shape[1] <= in.shape[3]
}

// add appends a layer and returns its output, whose axis i is ONNX's axis
// order[i].
func (b *builder) add(l nn.Layer, order []int, inputs ...int) (value, error) {
	var shapes []nn.Shape
	for _, i := range inputs {
		shapes = append(shapes, b.list[i].Shape)
	}
	shape, err := l.Build(shapes)
	if err != nil {
		return value{}, err
	}
	if len(shape) != len(order) {
		return value{}, fmt.Errorf("it makes %v where %d dimensions were expected", shape, len(order))
	}
	b.list = append(b.list, nn.Node{Layer: l, Inputs: inputs, Shape: shape})
	return view(len(b.list)-1, shape, order...), nil
}

// put adds a layer that makes the operator's output.
func (b *builder) put(o *operator, l nn.Layer, order []int, inputs ...int) error {
	v, err := b.add(l, order, inputs...)
	b.values[o.outputs[0]] = v
	return err
}

// each adds a layer that treats every element alike: its output is seen as its
// input.
func (b *builder) each(o *operator, l nn.Layer, in value) error {
	out, err := b.add(l, plain(len(in.shape)), in.node)
	out.atoms, out.axes = in.atoms, in.axes
	b.values[o.outputs[0]] = out
	return err
}

// channelwise adds a layer that treats each channel, the elements of an axis, by
// itself: its output is seen as its input. The channels lie in memory as
// in.places says.
func (b *builder) channelwise(o *operator, l nn.Layer, in value, at int) error {
	rank := len(in.axes)
	node, err := b.arrange(in.sorted(at), lastly(at, rank))
	if err != nil {
		return err
	}
	out, err := b.add(l, plain(rank), node)
	out.atoms, out.axes = in.atoms, in.axes
	b.values[o.outputs[0]] = out
	return err
}

// arrange returns a node whose memory runs over the value's axes in that order,
// one axis after the other.
func (b *builder) arrange(v value, order []int) (int, error) {
	if !v.runs(order) {
		return 0, fmt.Errorf("its input %v runs in another order than it can be taken in: edged knows pictures as channels first turned into channels last, and what is flattened only before a dense layer", v.dims())
	}
	want := make(nn.Shape, len(order))
	for i, axis := range order {
		want[i] = v.size(axis)
	}
	if want.Equal(v.shape) {
		return v.node, nil
	}
	var l nn.Layer = &nn.Reshape{TargetShape: want}
	if len(want) == 1 {
		l = &nn.Flatten{}
	}
	out, err := b.add(l, plain(len(want)), v.node)
	return out.node, err
}

// value is the computed tensor of a name.
func (b *builder) value(name string) (value, error) {
	if v, ok := b.values[name]; ok {
		return v, nil
	}
	if why, ok := b.patterns[name]; ok {
		return value{}, errors.New(why)
	}
	if b.graph.constants[name] != nil {
		return value{}, fmt.Errorf("%q is a constant where something computed is known", name)
	}
	return value{}, fmt.Errorf("nothing computes %q", name)
}

// in is the operator's computed input i.
func (b *builder) in(o *operator, i int) (value, error) {
	if i >= len(o.inputs) || o.inputs[i] == "" {
		return value{}, fmt.Errorf("its input %d is left out", i)
	}
	return b.value(o.inputs[i])
}

// picture is the operator's computed input i as a node of height, width and
// channels.
func (b *builder) picture(o *operator, i int) (node int, shape nn.Shape, err error) {
	v, err := b.in(o, i)
	if err != nil {
		return 0, nil, err
	}
	if len(v.axes) != 3 {
		return 0, nil, fmt.Errorf("its input has the shape %v and must be a picture", v.dims())
	}
	if node, err = b.arrange(v, channelsLast); err != nil {
		return 0, nil, err
	}
	return node, b.list[node].Shape, nil
}

// constant is the operator's input i where it is a constant, or nil.
func (b *builder) constant(o *operator, i int) *tensor {
	if i >= len(o.inputs) || o.inputs[i] == "" {
		return nil
	}
	return b.graph.constants[o.inputs[i]]
}

// floats are the values of the operator's constant input i. All that are read
// together are bounded by the file's size.
func (b *builder) floats(o *operator, i int) ([]float32, []int, error) {
	t := b.constant(o, i)
	if t == nil {
		return nil, nil, fmt.Errorf("its input %d is no constant", i)
	}
	bytes := len(t.data)
	if t.kind == typeFloat16 {
		bytes *= 2
	}
	if err := b.spend(bytes); err != nil {
		return nil, nil, err
	}
	v, err := t.floats()
	return v, t.shape, err
}

// spend takes bytes that are made of a constant from the budget.
func (b *builder) spend(bytes int) error {
	if b.budget -= bytes; b.budget < 0 {
		return errors.New("its weights are used by more nodes than edged reads")
	}
	return nil
}

// numbers are the integers of the operator's constant input i; nil where it is
// left out.
func (b *builder) numbers(o *operator, i int) ([]int, error) {
	if i >= len(o.inputs) || o.inputs[i] == "" {
		return nil, nil
	}
	t := b.constant(o, i)
	if t == nil {
		return nil, fmt.Errorf("its input %d is no constant", i)
	}
	return t.integers()
}

// set gives a weight its values.
func set(w *nn.Weight, values []float32) error {
	if len(values) != w.Shape.Size() {
		return fmt.Errorf("it has %d values where %s takes %v", len(values), w.Name, []int(w.Shape))
	}
	w.Value = values
	return nil
}

// axis counts an axis of ONNX from the sample's first.
func axis(a, rank int) (int, error) {
	if a < 0 {
		a += rank + 1
	}
	if a < 1 || a > rank {
		return 0, fmt.Errorf("axis %d of a tensor of %d dimensions; the batch's can't be touched", a, rank+1)
	}
	return a - 1, nil
}

func axes(list []int, rank int) ([]int, error) {
	out := make([]int, len(list))
	for i, a := range list {
		var err error
		if out[i], err = axis(a, rank); err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
