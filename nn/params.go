package nn

import "iter"

// Params counts the elements of all weights, and of those that training would
// change: trainable weights outside frozen layers and models.
func (m *Model) Params() (total, trainable int) {
	for w, t := range m.weights() {
		total += w.Shape.Size()
		if t {
			trainable += w.Shape.Size()
		}
	}
	return total, trainable
}

// weights walks every weight once, with whether training would change it.
func (m *Model) weights() iter.Seq2[*Weight, bool] {
	seen := map[*Weight]bool{}
	return func(yield func(*Weight, bool) bool) { m.walkWeights(seen, true, yield) }
}

func (m *Model) walkWeights(seen map[*Weight]bool, trainable bool, yield func(*Weight, bool) bool) bool {
	trainable = trainable && !m.Frozen
	for _, l := range m.Layers {
		if inner, ok := l.(*Model); ok {
			if !inner.walkWeights(seen, trainable, yield) {
				return false
			}
			continue
		}
		b, ok := l.(interface{ Trainable() bool })
		layerTrainable := trainable && (!ok || b.Trainable())
		for _, w := range l.Weights() {
			if seen[w] {
				continue
			}
			seen[w] = true
			if !yield(w, w.Trainable && layerTrainable) {
				return false
			}
		}
	}
	return true
}

// countParams is the number of elements of a layer's weights.
func countParams(l Layer) int {
	total := 0
	for _, w := range l.Weights() {
		total += w.Shape.Size()
	}
	return total
}

// bytes is the size of the variable as Keras keeps it.
func (w *Weight) bytes() int {
	size := 4
	switch w.DType {
	case "int64", "float64":
		size = 8
	case "float16", "bfloat16":
		size = 2
	}
	return w.Shape.Size() * size
}
