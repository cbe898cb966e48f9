package nn

import (
	"fmt"
	"reflect"
	"strings"

	"edged/kernels"
)

// Quantizable returns a Functional model that computes the same as m, in layers
// that int8 kernels know: nested models are opened, batch normalization is
// folded into the layers before it (or is a depthwise convolution), separable
// convolutions and activations that do more than clamp are layers of their own,
// and what is the identity at inference is left out. Every layer is called once
// and has its own name. m keeps its weights, of which unchanged ones are shared.
func Quantizable(m *Model) (*Model, error) {
	if _, err := m.Build(nil); err != nil {
		return nil, err
	}
	if err := CheckWeights(m); err != nil {
		return nil, err
	}
	m.Widen()
	q := &quantizable{names: map[string]bool{}}
	var inputs []int
	for _, id := range m.Inputs {
		n := m.Nodes[id]
		inputs = append(inputs, q.add(&InputLayer{Base: Named(q.name(n.Layer.Name())), Shape: n.Shape}, n.Shape))
	}
	at := q.model(m, inputs)
	var outputs []int
	for _, id := range m.Outputs {
		outputs = append(outputs, at[id])
	}
	outputs = q.fold(outputs)
	return NewFunctional(m.ModelName, q.nodes, outputs...)
}

// quantizable is a list of nodes that grows.
type quantizable struct {
	nodes []Node
	names map[string]bool
}

// name makes a layer's name one that no other has.
func (q *quantizable) name(name string) string {
	name = strings.ReplaceAll(name, "/", "_")
	unique := name
	for i := 1; q.names[unique]; i++ {
		unique = fmt.Sprintf("%s_%d", name, i)
	}
	q.names[unique] = true
	return unique
}

// add appends a node.
func (q *quantizable) add(l Layer, shape Shape, inputs ...int) int {
	q.nodes = append(q.nodes, Node{Layer: l, Inputs: inputs, Shape: shape})
	return len(q.nodes) - 1
}

// model appends the nodes of a model and returns the place of each.
func (q *quantizable) model(m *Model, inputs []int) []int {
	at := make([]int, len(m.Nodes))
	for i, id := range m.Inputs {
		at[id] = inputs[i]
	}
	for i, n := range m.Nodes {
		if _, ok := n.Layer.(*InputLayer); ok {
			continue
		}
		var in []int
		for _, from := range n.Inputs {
			in = append(in, at[from])
		}
		at[i] = q.layer(n.Layer, n.Layer.Name(), n.Shape, in)
	}
	return at
}

// layer appends what a layer becomes.
func (q *quantizable) layer(l Layer, name string, shape Shape, in []int) int {
	switch l := l.(type) {
	case *Model:
		return q.model(l, in)[l.Outputs[0]]
	case *Operation:
		return q.layer(l.Equivalent, name, shape, in)
	case *Dropout, *Augmentation:
		return in[0]
	case *ActivationLayer:
		if l.Activation.Linear() {
			return in[0]
		}
	case *SeparableConv2D:
		middle := Shape{shape[0], shape[1], l.PointwiseKernel.Shape[2]}
		depthwise := q.add(&DepthwiseConv2D{
			Base: Named(q.name(name + "_depthwise")), KernelSize: l.KernelSize, Strides: l.Strides, Padding: l.Padding,
			DilationRate: l.DilationRate, DepthMultiplier: l.DepthMultiplier, DepthwiseKernel: renamed(l.DepthwiseKernel, "depthwise_kernel"),
		}, middle, in...)
		return q.layer(&Conv2D{
			Filters: l.Filters, KernelSize: [2]int{1, 1}, Activation: l.Activation, UseBias: l.UseBias,
			Kernel: renamed(l.PointwiseKernel, "kernel"), Bias: l.Bias,
		}, name, shape, []int{depthwise})
	}
	one := alone(l, q.name(name))
	a := ownActivation(one)
	if a == nil || clamps(*a) {
		return q.add(one, shape, in...)
	}
	rest := *a
	*a = Activation{}
	at := q.add(one, shape, in...)
	return q.add(&ActivationLayer{Base: Named(q.name(name + "_" + rest.Name)), Activation: rest}, shape, at)
}

// renamed is a weight of the same values under another name.
func renamed(w *Weight, name string) *Weight {
	return &Weight{Name: name, Shape: w.Shape, Trainable: w.Trainable, Value: w.Value}
}

// alone copies a layer, of any class, whose weights and name may then be changed.
func alone(l Layer, name string) Layer {
	from := reflect.ValueOf(l).Elem()
	to := reflect.New(from.Type())
	to.Elem().Set(from)
	one := to.Interface().(Layer)
	if b, ok := one.(interface{ base() *Base }); ok {
		b.base().LayerName = name
	}
	for _, w := range multiplied(one) {
		if *w != nil {
			*w = renamed(*w, (*w).Name)
		}
	}
	return one
}

// multiplied is where a layer that multiplies keeps its kernel and bias; nil for
// other layers.
func multiplied(l Layer) []**Weight {
	switch l := l.(type) {
	case *Conv2D:
		return []**Weight{&l.Kernel, &l.Bias}
	case *DepthwiseConv2D:
		return []**Weight{&l.DepthwiseKernel, &l.Bias}
	case *Dense:
		return []**Weight{&l.Kernel, &l.Bias}
	}
	return nil
}

// ownActivation is where a layer that multiplies keeps its activation.
func ownActivation(l Layer) *Activation {
	switch l := l.(type) {
	case *Conv2D:
		return &l.Activation
	case *DepthwiseConv2D:
		return &l.Activation
	case *Dense:
		return &l.Activation
	}
	return nil
}

// clamps tells activations that only limit their input.
func clamps(a Activation) bool {
	k, ok := a.Kernel()
	return ok && (k.Kind == kernels.Linear || k.Kind == kernels.ReLU && k.Alpha == 0 && k.Threshold == 0)
}

// fold folds batch normalization into the layers that it follows alone, and
// makes depthwise convolutions of the others on pictures.
func (q *quantizable) fold(outputs []int) []int {
	uses := q.uses(outputs)
	at := make([]int, len(q.nodes)) // where each node's output is now
	nodes := q.nodes
	q.nodes = nil
	for i, n := range nodes {
		n.Inputs = nil
		for _, from := range nodes[i].Inputs {
			n.Inputs = append(n.Inputs, at[from])
		}
		norm, ok := n.Layer.(*BatchNormalization)
		switch {
		case !ok:
		case uses[nodes[i].Inputs[0]] == 1 && q.folds(norm, n.Inputs[0]):
			at[i] = n.Inputs[0]
			continue
		case len(n.Shape) == 3:
			n.Layer = depthwiseOf(norm)
		}
		q.nodes = append(q.nodes, n)
		at[i] = len(q.nodes) - 1
	}
	moved := make([]int, len(outputs))
	for i, o := range outputs {
		moved[i] = at[o]
	}
	return moved
}

// uses counts how often each node's output is taken.
func (q *quantizable) uses(outputs []int) []int {
	uses := make([]int, len(q.nodes))
	for _, o := range outputs {
		uses[o]++
	}
	for _, n := range q.nodes {
		for _, from := range n.Inputs {
			uses[from]++
		}
	}
	return uses
}

// folds folds the normalization into the node's layer, if that can take it.
func (q *quantizable) folds(norm *BatchNormalization, node int) bool {
	l := q.nodes[node].Layer
	if a := ownActivation(l); a == nil || !a.Linear() {
		return false
	}
	scale, offset := norm.Affine()
	w := multiplied(l)
	kernel, bias := *w[0], *w[1]
	value := make([]float32, len(kernel.Value))
	for i, v := range kernel.Value {
		value[i] = float32(float64(v) * scale[i%len(scale)])
	}
	kernel.Value = value
	shift := make([]float32, len(scale))
	for c := range shift {
		b := 0.0
		if bias != nil {
			b = float64(bias.Value[c])
		}
		shift[c] = float32(b*scale[c] + offset[c])
	}
	*w[1] = &Weight{Name: "bias", Shape: Shape{len(shift)}, Trainable: true, Value: shift}
	switch l := l.(type) {
	case *Conv2D:
		l.UseBias = true
	case *DepthwiseConv2D:
		l.UseBias = true
	case *Dense:
		l.UseBias = true
	}
	return true
}

// depthwiseOf is the depthwise convolution of one pixel that normalizes alike.
func depthwiseOf(l *BatchNormalization) Layer {
	scale, offset := l.Affine()
	kernel, bias := make([]float32, len(scale)), make([]float32, len(scale))
	for c := range scale {
		kernel[c], bias[c] = float32(scale[c]), float32(offset[c])
	}
	return &DepthwiseConv2D{
		Base: Named(l.Name()), KernelSize: [2]int{1, 1}, UseBias: true,
		DepthwiseKernel: &Weight{Name: "depthwise_kernel", Shape: Shape{1, 1, len(kernel), 1}, Trainable: true, Value: kernel},
		Bias:            &Weight{Name: "bias", Shape: Shape{len(bias)}, Trainable: true, Value: bias},
	}
}
