package nn

import (
	"errors"
	"fmt"

	"edged/kernels"
)

// tensor is a value that flows between steps of a plan, seen in some shape.
// Layers that only look at the same elements otherwise, as Flatten, share it.
type tensor struct {
	id    int
	shape Shape
}

// step is one kernel call of a plan while it is compiled.
type step struct {
	layers []Layer // that went into it
	inputs []int   // tensor ids
	output int
	work   work
}

// work is what a step does.
type work interface {
	// prepare packs the weights and returns the op.
	prepare(t *kernels.Table, p Precision) (kernels.Op, error)
	// flops is the number of arithmetic operations.
	flops() int
}

// graph is the list of steps of a plan, in an order in which they may run.
type graph struct {
	steps  []*step
	shapes []Shape // of every tensor
	size   int     // elements of all tensors
	layer  Layer   // the one that is being lowered

	quantized map[int]Quantization // of tensors of int8

	// training keeps what is the identity, or folded, at inference only.
	training bool
}

// maxGraphSize is the number of elements of all tensors of a model together:
// 2 GB if nothing were shared.
const maxGraphSize = 1 << 29

// tensor returns a new one.
func (g *graph) tensor(shape Shape) tensor {
	g.shapes = append(g.shapes, shape)
	g.size += shape.Size()
	return tensor{len(g.shapes) - 1, shape}
}

// bytes is the size of a tensor.
func (g *graph) bytes(id int) int {
	if _, ok := g.quantized[id]; ok {
		return g.shapes[id].Size()
	}
	return g.shapes[id].Size() * kernels.Float32Bytes
}

// add appends a step of the current layer and returns its output.
func (g *graph) add(w work, shape Shape, inputs ...tensor) tensor {
	out := g.tensor(shape)
	s := &step{layers: []Layer{g.layer}, output: out.id, work: w}
	for _, in := range inputs {
		s.inputs = append(s.inputs, in.id)
	}
	g.steps = append(g.steps, s)
	return out
}

// lowerable is a layer that can become steps of a plan. Shapes were checked by
// Build, weights by CheckWeights.
type lowerable interface {
	Layer
	lower(g *graph, in []tensor, out Shape) (tensor, error)
}

// lowerModel lowers all nodes of a model, given its inputs, and returns the
// tensor of every node.
func (g *graph) lowerModel(m *Model, inputs []tensor) ([]tensor, error) {
	if len(inputs) != len(m.Inputs) {
		return nil, fmt.Errorf("it takes %d inputs and has %d", len(m.Inputs), len(inputs))
	}
	tensors := make([]tensor, len(m.Nodes))
	for i, id := range m.Inputs {
		tensors[id] = inputs[i]
	}
	for i, n := range m.Nodes {
		if _, ok := n.Layer.(*InputLayer); ok {
			continue
		}
		l, ok := n.Layer.(lowerable)
		if !ok {
			return nil, &LayerError{n.Layer.Name(), n.Layer.Class(), fmt.Errorf("edged can't run this class of layer")}
		}
		var in []tensor
		for _, from := range n.Inputs {
			in = append(in, tensors[from])
		}
		if g.size+n.Shape.Size() > maxGraphSize {
			return nil, located(l, fmt.Errorf("the model has more than %d elements up to here, more than edged accepts", maxGraphSize))
		}
		g.layer = l
		out, err := l.lower(g, in, n.Shape)
		if err != nil {
			return nil, located(l, err)
		}
		tensors[i] = g.quantize(out, n.Quantization)
	}
	return tensors, nil
}

// located wraps an error with the layer, unless an inner layer is named already.
func located(l Layer, err error) error {
	var inner *LayerError
	if errors.As(err, &inner) {
		return err
	}
	return &LayerError{l.Name(), l.Class(), err}
}

func (m *Model) lower(g *graph, in []tensor, _ Shape) (tensor, error) {
	tensors, err := g.lowerModel(m, in)
	if err != nil {
		return tensor{}, err
	}
	return tensors[m.Outputs[0]], nil
}

func (l *Operation) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	e, ok := l.Equivalent.(lowerable)
	if !ok {
		return tensor{}, fmt.Errorf("edged can't run this function")
	}
	return e.lower(g, in, out)
}

// Layers that are the identity at inference, or change the shape only.

func (l *Dropout) lower(g *graph, in []tensor, _ Shape) (tensor, error) {
	if g.training && l.Rate > 0 {
		return g.add(&dropoutStep{layer: l}, in[0].shape, in[0]), nil
	}
	return in[0], nil
}

func (l *Augmentation) lower(_ *graph, in []tensor, _ Shape) (tensor, error) { return in[0], nil }

func (l *Flatten) lower(_ *graph, in []tensor, out Shape) (tensor, error) {
	return tensor{in[0].id, out}, nil
}

func (l *Reshape) lower(_ *graph, in []tensor, out Shape) (tensor, error) {
	return tensor{in[0].id, out}, nil
}

// activate applies an activation to a tensor that is not yet activated.
func (g *graph) activate(a Activation, t tensor) tensor {
	if a.Linear() {
		return t
	}
	if a.Softmax() {
		n := channels(t.shape)
		return g.add(&softmaxStep{kernels.SoftmaxSpec{Outer: t.shape.Size() / n, Size: n, Inner: 1}}, t.shape, t)
	}
	k, _ := a.Kernel()
	return g.add(&activateStep{kernels.ActivateSpec{Size: t.shape.Size(), Activation: k}}, t.shape, t)
}

// fusible returns the part of an activation that a kernel can apply itself, and
// the rest.
func fusible(a Activation) (now kernels.Activation, rest Activation) {
	if a.Softmax() {
		return kernels.Activation{}, a
	}
	now, _ = a.Kernel()
	return now, Activation{}
}

// channels is the last dimension.
func channels(s Shape) int {
	if len(s) == 0 {
		return 1
	}
	return s[len(s)-1]
}
