package nn

import (
	"cmp"
	"fmt"
	"slices"
)

// arrange makes a Functional model of nodes in any order, whose Inputs are
// indexes into nodes. Nodes and layers get Keras's order: nodes as a depth-first
// walk from the outputs finishes them, layers by their distance from the
// outputs, and those of one distance as the walk meets them. What no output
// needs is left out, but for the model's inputs.
//
// Source: tf_keras/src/engine/functional.py and keras/src/ops/function.py,
// _map_graph_network and map_graph. Writers depend on it: Keras 3 numbers the
// weights' groups by this order.
func arrange(name string, nodes []Node, inputs, outputs []int) (*Model, error) {
	w := &walk{nodes: nodes, state: make([]uint8, len(nodes)), met: map[Layer]int{}}
	for _, o := range outputs {
		if o < 0 || o >= len(nodes) {
			return nil, fmt.Errorf("an output is no node")
		}
		if err := w.visit(o); err != nil {
			return nil, err
		}
	}
	nodeDepth, layerDepth := make([]int, len(nodes)), map[Layer]int{}
	for _, i := range slices.Backward(w.order) {
		l := nodes[i].Layer
		depth := max(nodeDepth[i], layerDepth[l])
		nodeDepth[i], layerDepth[l] = depth, depth
		for _, from := range nodes[i].Inputs {
			nodeDepth[from] = max(nodeDepth[from], depth+1)
		}
	}
	for _, i := range inputs {
		if w.state[i] == unseen {
			w.state[i] = finished
			w.order = append(w.order, i)
			w.met[nodes[i].Layer], layerDepth[nodes[i].Layer] = -1, 0
		}
	}
	m := &Model{ModelName: name, Functional: true}
	calls, call := map[Layer]int{}, make([]int, len(nodes))
	for i, n := range nodes {
		if w.state[i] != unseen {
			call[i] = calls[n.Layer]
			calls[n.Layer]++
		}
	}
	position := make([]int, len(nodes))
	for k, i := range w.order {
		position[i] = k
		n := Node{Layer: nodes[i].Layer, Quantization: nodes[i].Quantization, call: call[i]}
		for _, from := range nodes[i].Inputs {
			n.Inputs = append(n.Inputs, position[from])
		}
		m.Nodes = append(m.Nodes, n)
		if _, ok := n.Layer.(*InputLayer); ok && !slices.Contains(inputs, i) {
			return nil, fmt.Errorf("layer %q is an input that the model doesn't list", n.Layer.Name())
		}
	}
	for _, i := range inputs {
		m.Inputs = append(m.Inputs, position[i])
	}
	for _, i := range outputs {
		m.Outputs = append(m.Outputs, position[i])
	}
	for l := range layerDepth {
		m.Layers = append(m.Layers, l)
	}
	slices.SortFunc(m.Layers, func(a, b Layer) int {
		return cmp.Or(cmp.Compare(layerDepth[b], layerDepth[a]), cmp.Compare(w.met[a], w.met[b]), cmp.Compare(a.Name(), b.Name()))
	})
	return m, nil
}

// walk is a depth-first walk from the outputs to the inputs.
type walk struct {
	nodes []Node
	state []uint8
	order []int         // finished nodes: inputs before what takes them
	met   map[Layer]int // when each layer was met first
}

const (
	unseen = iota
	open
	finished
)

// visit walks iteratively: a chain may be as long as a model may have nodes.
func (w *walk) visit(root int) error {
	type frame struct{ node, next int }
	stack := []frame{}
	enter := func(i int) {
		w.state[i] = open
		if _, ok := w.met[w.nodes[i].Layer]; !ok {
			w.met[w.nodes[i].Layer] = len(w.met)
		}
		stack = append(stack, frame{node: i})
	}
	if w.state[root] == unseen {
		enter(root)
	}
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		inputs := w.nodes[top.node].Inputs
		if top.next == len(inputs) {
			w.state[top.node] = finished
			w.order = append(w.order, top.node)
			stack = stack[:len(stack)-1]
			continue
		}
		from := inputs[top.next]
		top.next++
		if from < 0 || from >= len(w.nodes) {
			return fmt.Errorf("layer %q takes the output of no node", w.nodes[top.node].Layer.Name())
		}
		switch w.state[from] {
		case open:
			return fmt.Errorf("layer %q is part of a cycle", w.nodes[from].Layer.Name())
		case unseen:
			enter(from)
		}
	}
	return nil
}
