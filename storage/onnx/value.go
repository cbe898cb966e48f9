package onnx

import (
	"fmt"
	"iter"
	"slices"

	"edged/nn"
)

// value is a tensor that the network computes: a view of a node's output. The
// node's memory is seen as atoms, sizes above 1 from the slowest to the fastest,
// and each axis of ONNX's tensor, the batch's left out, runs over some of them,
// the slowest first. An axis of size 1 runs over none.
type value struct {
	node  int
	shape nn.Shape // of the node's output
	atoms []int
	axes  [][]int
}

// view is the value of a node whose axis i is ONNX's axis order[i].
func view(node int, shape nn.Shape, order ...int) value {
	v := value{node: node, shape: shape, axes: make([][]int, len(shape))}
	for i, d := range shape {
		if d > 1 {
			v.axes[order[i]] = []int{len(v.atoms)}
			v.atoms = append(v.atoms, d)
		}
	}
	return v
}

// channelsLast is the order in memory of ONNX's axes channels, height, width.
var channelsLast = []int{1, 2, 0}

// plain is the order in memory of a tensor that runs as ONNX says.
func plain(rank int) []int {
	order := make([]int, rank)
	for i := range order {
		order[i] = i
	}
	return order
}

// lastly is the order in memory where one axis runs fastest.
func lastly(axis, rank int) []int {
	order := slices.DeleteFunc(plain(rank), func(i int) bool { return i == axis })
	return append(order, axis)
}

// dims is the shape as ONNX sees it, without the batch.
func (v value) dims() []int {
	out := make([]int, len(v.axes))
	for i := range v.axes {
		out[i] = v.size(i)
	}
	return out
}

func (v value) size(axis int) int {
	n := 1
	for _, a := range v.axes[axis] {
		n *= v.atoms[a]
	}
	return n
}

// runs tells whether the memory runs over ONNX's axes in that order.
func (v value) runs(order []int) bool {
	next := 0
	for _, axis := range order {
		for _, a := range v.axes[axis] {
			if a != next {
				return false
			}
			next++
		}
	}
	return true
}

// same tells whether two values are seen alike.
func (v value) same(w value) bool {
	return v.shape.Equal(w.shape) && slices.Equal(v.atoms, w.atoms) && slices.EqualFunc(v.axes, w.axes, slices.Equal[[]int])
}

// transposed has axis perm[i] of v as its axis i.
func (v value) transposed(perm []int) value {
	axes := make([][]int, len(perm))
	for i, p := range perm {
		axes[i] = v.axes[p]
	}
	v.axes = axes
	return v
}

// reshaped sees the same elements in another shape.
func (v value) reshaped(dims []int) (value, error) {
	wrong := fmt.Errorf("it turns %v into %v, which edged has no layer for", v.dims(), dims)
	out := value{node: v.node, shape: v.shape, atoms: slices.Clone(v.atoms), axes: make([][]int, len(dims))}
	rest := slices.Concat(v.axes...)
	for i, need := range dims {
		for need > 1 {
			if len(rest) == 0 {
				return value{}, wrong
			}
			size := out.atoms[rest[0]]
			switch {
			case need%size == 0:
			case size%need == 0:
				out.split(rest, need)
				rest = slices.Insert(rest, 1, rest[0]+1)
				size = need
			default:
				return value{}, wrong
			}
			out.axes[i] = append(out.axes[i], rest[0])
			rest = rest[1:]
			need /= size
		}
	}
	if len(rest) > 0 {
		return value{}, wrong
	}
	return out, nil
}

// split makes two atoms of rest[0], the outer of size outer, and counts on in
// the axes and the rest.
func (v *value) split(rest []int, outer int) {
	at := rest[0]
	v.atoms = slices.Insert(v.atoms, at+1, v.atoms[at]/outer)
	v.atoms[at] = outer
	for _, list := range append(slices.Clone(v.axes), rest) {
		for i := range list {
			if list[i] > at {
				list[i]++
			}
		}
	}
}

// places tells for each element of an axis in ONNX's order its place in memory
// among the axis's elements; nil where they are the same.
func (v value) places(axis int) []int {
	atoms := v.axes[axis]
	if slices.IsSorted(atoms) {
		return nil
	}
	out := make([]int, v.size(axis))
	for i, place := range v.eachPlace(axis) {
		out[i] = place
	}
	return out
}

// eachPlace yields the elements of an axis in ONNX's order with their places in
// memory.
func (v value) eachPlace(axis int) iter.Seq2[int, int] {
	atoms := v.axes[axis]
	stride, n := map[int]int{}, 1
	for _, a := range slices.Backward(slices.Sorted(slices.Values(atoms))) {
		stride[a] = n
		n *= v.atoms[a]
	}
	return func(yield func(i, place int) bool) {
		for i := range n {
			rest, place := i, 0
			for _, a := range slices.Backward(atoms) {
				place += rest % v.atoms[a] * stride[a]
				rest /= v.atoms[a]
			}
			if !yield(i, place) {
				return
			}
		}
	}
}

// sorted sees an axis's elements in the order of memory.
func (v value) sorted(axis int) value {
	v.axes = slices.Clone(v.axes)
	v.axes[axis] = slices.Sorted(slices.Values(v.axes[axis]))
	return v
}

// scatter moves element i to places[i]; without places for all, none moves.
func scatter(values []float32, places []int) []float32 {
	if len(places) != len(values) {
		return values
	}
	out := make([]float32, len(values))
	for i, p := range places {
		out[p] = values[i]
	}
	return out
}
