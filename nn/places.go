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
	// Dependencies is the layer's group in .keras files of Keras 2.12 and 2.13,
	// as "_layer_checkpoint_dependencies/conv2d_2". They count a layer that has
	// weights twice.
	Dependencies string
}

// Places lists the layers with weights, those of nested models among them, in
// Keras's order, each once.
func (m *Model) Places() []Place {
	var list []Place
	m.walkPlaces(Place{}, map[Layer]bool{}, &list)
	return list
}

// walkPlaces lists those in m, which is at the place in; its paths end in a
// slash where they are not empty.
func (m *Model) walkPlaces(in Place, seen map[Layer]bool, list *[]Place) {
	weighted := 0
	used, counted := map[string]int{}, map[string]int{}
	for _, l := range m.Layers {
		stem := snakeCase(l.Class())
		p := Place{
			Layer:        l,
			Checkpoint:   fmt.Sprintf("%slayer_with_weights-%d", in.Checkpoint, weighted),
			Archive:      in.Archive + "layers/" + numbered(stem, used[stem]),
			Dependencies: in.Dependencies + "_layer_checkpoint_dependencies/" + numbered(stem, counted[stem]),
		}
		used[stem]++
		counted[stem]++
		if len(l.Weights()) == 0 {
			continue
		}
		weighted++
		counted[stem]++
		if seen[l] {
			continue
		}
		seen[l] = true
		if inner, ok := l.(*Model); ok {
			inner.walkPlaces(Place{Checkpoint: p.Checkpoint + "/", Archive: p.Archive + "/", Dependencies: p.Dependencies + "/"}, seen, list)
			continue
		}
		*list = append(*list, p)
	}
}

// numbered is how Keras names the k-th thing of a kind, from 0.
func numbered(stem string, k int) string {
	if k == 0 {
		return stem
	}
	return fmt.Sprintf("%s_%d", stem, k)
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
