package nn

import (
	"fmt"
	"slices"
)

// Place says where Keras's files keep the weights of a layer.
type Place struct {
	// Layer has weights and is no model.
	Layer Layer
	// Checkpoint is the path of the layer in the object graph of a Keras 2
	// SavedModel, as "layer_with_weights-0/layer_with_weights-2". Its weights
	// are children called by their names. The keys of variables in nested models
	// may differ from the path: the object graph has them.
	Checkpoint string
	// Archive is the layer's group in the weights of a .keras file, as
	// "layers/sequential/layers/conv2d_1". Its weights are vars/0, vars/1 ...
	// in the order of Layer.Weights.
	Archive string
}

// Places lists the layers with weights, those of nested models among them, in
// Keras's order, each once.
func (m *Model) Places() []Place {
	var list []Place
	m.walkPlaces("", "", map[Layer]bool{}, &list)
	return list
}

func (m *Model) walkPlaces(checkpoint, archive string, seen map[Layer]bool, list *[]Place) {
	weighted := 0
	used := map[string]int{}
	for _, l := range m.Layers {
		stem := snakeCase(l.Class())
		group := stem
		if k := used[stem]; k > 0 {
			group = fmt.Sprintf("%s_%d", stem, k)
		}
		used[stem]++
		if len(l.Weights()) == 0 {
			continue
		}
		p := Place{Layer: l, Checkpoint: fmt.Sprintf("%slayer_with_weights-%d", checkpoint, weighted), Archive: archive + "layers/" + group}
		weighted++
		if seen[l] {
			continue
		}
		seen[l] = true
		if inner, ok := l.(*Model); ok {
			inner.walkPlaces(p.Checkpoint+"/", p.Archive+"/", seen, list)
			continue
		}
		*list = append(*list, p)
	}
}

// LegacyWeights are the weights of one of the model's own layers in the order
// in which an .h5 file lists them in the layer's group: what training would
// change first, then the rest, through all of a nested model.
func (m *Model) LegacyWeights(l Layer) []*Weight {
	group := &Model{Layers: []Layer{l}}
	var changed, fixed []*Weight
	for w, trainable := range group.weights() {
		if trainable {
			changed = append(changed, w)
		} else {
			fixed = append(fixed, w)
		}
	}
	return slices.Concat(changed, fixed)
}
