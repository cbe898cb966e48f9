package nn

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Model is a graph of layers and their weights, as Keras's Sequential or
// Functional model. A Model is itself a Layer, so that models nest.
type Model struct {
	// ModelName is Keras's name of the model, as "sequential".
	ModelName string
	// Functional tells a Functional model from a Sequential one.
	Functional bool
	// Layers are Keras's model.layers in its order: for a Sequential model
	// without the InputLayer.
	Layers []Layer
	// Nodes are the graph in topological order. The input nodes hold an
	// *InputLayer.
	Nodes []Node
	// Inputs and Outputs are indexes into Nodes.
	Inputs, Outputs []int
	// Frozen is Keras's trainable=False of the model as a whole.
	Frozen bool
	// Compile is what model.compile said, as JSON: Keras 3's compile_config or
	// Keras 2's training_config, whichever was read. It may be nil.
	Compile json.RawMessage
}

// Node is one application of a layer to the outputs of earlier nodes.
type Node struct {
	Layer  Layer
	Inputs []int // indexes into Model.Nodes, each less than the node's own
	Shape  Shape // of the output

	// Quantization is that of the output in a model that can run in Int8. It is
	// nil where the node is computed together with the only one that takes it, an
	// activation, and where the output is in floating point.
	Quantization *Quantization

	call int // which of its layer's calls it is, from 0
}

// LayerError says which layer is wrong and why.
type LayerError struct {
	Layer, Class string // the layer's name and class
	Err          error
}

// Error names the layer, its class and the reason.
func (e *LayerError) Error() string {
	return fmt.Sprintf("layer %q (%s): %v", e.Layer, e.Class, e.Err)
}

// Unwrap returns the reason.
func (e *LayerError) Unwrap() error { return e.Err }

// Name returns ModelName.
func (m *Model) Name() string { return m.ModelName }

// Class returns "Functional" or "Sequential".
func (m *Model) Class() string {
	if m.Functional {
		return "Functional"
	}
	return "Sequential"
}

// Build gives every node its shape and every weight its own, in topological
// order, and returns the (first) output's shape. A model by itself takes its
// InputLayers' shapes and in is nil; a nested model is given its inputs'.
// An error is a *LayerError where one layer is to blame.
func (m *Model) Build(in []Shape) (Shape, error) {
	if in != nil && len(in) != len(m.Inputs) {
		return nil, fmt.Errorf("it takes %d inputs and has %d", len(m.Inputs), len(in))
	}
	given := make(map[int]Shape, len(in))
	for i, s := range in {
		given[m.Inputs[i]] = s
	}
	for i := range m.Nodes {
		n := &m.Nodes[i]
		var shapes []Shape
		if s, ok := given[i]; ok {
			shapes = append(shapes, s)
		}
		for _, from := range n.Inputs {
			if from < 0 || from >= i {
				return nil, &LayerError{n.Layer.Name(), n.Layer.Class(), fmt.Errorf("its input comes from no earlier node")}
			}
			shapes = append(shapes, m.Nodes[from].Shape)
		}
		shape, err := n.Layer.Build(shapes)
		if err != nil {
			return nil, &LayerError{n.Layer.Name(), n.Layer.Class(), err}
		}
		if _, nested := n.Layer.(*Model); nested && n.Shape != nil && !n.Shape.Equal(shape) {
			return nil, &LayerError{n.Layer.Name(), n.Layer.Class(), fmt.Errorf("it is called on inputs of different shapes")}
		}
		n.Shape = shape
	}
	if len(m.Outputs) == 0 {
		return nil, fmt.Errorf("model %q has no output", m.ModelName)
	}
	for _, o := range m.Outputs {
		if o < 0 || o >= len(m.Nodes) {
			return nil, fmt.Errorf("model %q has an output that is no node", m.ModelName)
		}
	}
	return m.OutputShape(), nil
}

// InputShape is the (first) input's shape, once built.
func (m *Model) InputShape() Shape { return m.Nodes[m.Inputs[0]].Shape }

// OutputShape is the (first) output's shape, once built.
func (m *Model) OutputShape() Shape { return m.Nodes[m.Outputs[0]].Shape }

// Quantized tells whether the model can run in Int8: whether any of its tensors
// has a quantization.
func (m *Model) Quantized() bool {
	return slices.ContainsFunc(m.Nodes, func(n Node) bool { return n.Quantization != nil })
}

// Weights returns every weight once, layer by layer in the order of Layers,
// nested models' among them.
func (m *Model) Weights() []*Weight {
	var list []*Weight
	seen := map[*Weight]bool{}
	for _, l := range m.Layers {
		for _, w := range l.Weights() {
			if !seen[w] {
				seen[w] = true
				list = append(list, w)
			}
		}
	}
	return list
}
