package nn

import (
	"errors"
	"fmt"
	"slices"
)

// Head is the last Dense layer of a classifier: what is fitted when the layers
// before it, the body, stay as they are.
type Head struct {
	// Body is the network without the head: it shares the layers' weights and
	// its output is what the head takes.
	Body *Model
	// Dense is the head itself, whose scores a softmax turns into
	// probabilities.
	Dense *Dense

	model  *Model
	nested []*Node // which hold the models round the head
	at     int     // of the node before the head, where it is not nested
}

// ErrNoHead says that a network doesn't end as a classifier whose head can be
// fitted.
var ErrNoHead = errors.New("its last layers must be a Dense layer and softmax")

// SplitHead finds the head of a built model, also where it is inside nested
// models. Errors wrap ErrNoHead.
func SplitHead(m *Model) (*Head, error) {
	h := &Head{model: m}
	body, err := h.split(m, false)
	if err != nil {
		return nil, err
	}
	h.Body = body
	if _, err := body.Build(nil); err != nil {
		return nil, err
	}
	return h, nil
}

// split returns m without its head. softmax tells whether one follows m.
func (h *Head) split(m *Model, softmax bool) (*Model, error) {
	at := m.Outputs[0]
	for {
		n := &m.Nodes[at]
		if len(n.Inputs) != 1 {
			return nil, fmt.Errorf("layer %q (%s): %w", n.Layer.Name(), n.Layer.Class(), ErrNoHead)
		}
		switch l := n.Layer.(type) {
		case *Softmax:
			softmax = true
		case *ActivationLayer:
			if softmax || !l.Activation.Softmax() {
				return nil, fmt.Errorf("layer %q is %s: %w", l.Name(), l.Activation.Name, ErrNoHead)
			}
			softmax = true
		case *Dense:
			fits := softmax && l.Activation.Linear() || !softmax && l.Activation.Softmax()
			if in := m.Nodes[n.Inputs[0]].Shape; !fits || len(in) != 1 {
				return nil, fmt.Errorf("layer %q has the activation %q and the input %v: %w", l.Name(), l.Activation.Name, in, ErrNoHead)
			}
			h.Dense, h.at = l, n.Inputs[0]
			return m.upTo(n.Inputs[0], nil), nil
		case *Model:
			inner, err := h.split(l, softmax)
			if err != nil {
				return nil, err
			}
			h.nested = append(h.nested, n)
			if len(inner.Nodes) == len(inner.Inputs) {
				return m.upTo(n.Inputs[0], nil), nil
			}
			return m.upTo(at, inner), nil
		default:
			return nil, fmt.Errorf("layer %q (%s): %w", l.Name(), l.Class(), ErrNoHead)
		}
		at = n.Inputs[0]
	}
}

// upTo returns the part of m that ends with the node at, whose layer becomes
// last unless that is nil.
func (m *Model) upTo(at int, last Layer) *Model {
	out := *m
	out.Nodes = append([]Node(nil), m.Nodes[:at+1]...)
	if last != nil {
		out.Nodes[at].Layer, out.Nodes[at].Shape = last, nil
	}
	out.Outputs, out.Layers = []int{at}, nil
	used := map[Layer]bool{}
	for _, n := range out.Nodes {
		if _, input := n.Layer.(*InputLayer); !used[n.Layer] && (!input || m.Functional) {
			used[n.Layer] = true
			out.Layers = append(out.Layers, n.Layer)
		}
	}
	return &out
}

// after returns the part of m that takes the output of the node at.
func (m *Model) after(at int) (*Model, error) {
	nodes := []Node{{Layer: &InputLayer{Base: Named("features"), Shape: m.Nodes[at].Shape}}}
	position := map[int]int{at: 0}
	for i := at + 1; i < len(m.Nodes); i++ {
		n := m.Nodes[i]
		one := Node{Layer: n.Layer}
		for _, from := range n.Inputs {
			p, ok := position[from]
			if !ok {
				return nil, fmt.Errorf("layer %q takes more than the features: %w", n.Layer.Name(), ErrNoHead)
			}
			one.Inputs = append(one.Inputs, p)
		}
		position[i] = len(nodes)
		nodes = append(nodes, one)
	}
	return NewFunctional("head", nodes, position[m.Outputs[0]])
}

// unquantize leaves the head of a model in int8, and what follows it, in floating
// point: other weights make other outputs than those that were calibrated.
func (h *Head) unquantize() {
	h.Dense.Kernel.Scales = nil
	nodes := h.model.Nodes
	at := slices.IndexFunc(nodes, func(n Node) bool { return n.Layer == Layer(h.Dense) })
	for i := max(at, 0); at >= 0 && i < len(nodes); i++ {
		nodes[i].Quantization = nil
	}
}

// Inputs is the number of features that the head takes.
func (h *Head) Inputs() int { return h.Dense.Kernel.Shape[0] }

// Tail is the head as a model of its own, which takes Body's output and shares
// its weights. A head inside nested models has none.
func (h *Head) Tail() (*Model, error) {
	if len(h.nested) > 0 {
		return nil, fmt.Errorf("the head is inside a nested model: %w", ErrNoHead)
	}
	return h.model.after(h.at)
}

// Set gives the head other weights, for as many units as there are biases. The
// kernel is [inputs][units]. A head without biases takes none but zeros.
func (h *Head) Set(kernel, bias []float32) error {
	units := len(bias)
	if len(kernel) != h.Inputs()*units {
		return fmt.Errorf("a head of %d inputs and %d units has %d weights, not %d", h.Inputs(), units, h.Inputs()*units, len(kernel))
	}
	d := h.Dense
	d.Units = units
	d.Kernel.Shape, d.Kernel.Value = Shape{h.Inputs(), units}, kernel
	h.unquantize()
	if d.Bias == nil {
		d.UseBias, d.Bias = true, &Weight{Name: "bias", Trainable: true}
	}
	d.Bias.Shape, d.Bias.Value = Shape{units}, bias
	for _, n := range h.nested {
		n.Shape = nil
	}
	_, err := h.model.Build(nil)
	return err
}
