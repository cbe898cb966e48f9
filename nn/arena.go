package nn

import (
	"slices"

	"edged/kernels"
)

// lifetime is when a tensor's memory is in use, in indexes of steps.
type lifetime struct {
	size        int // bytes
	first, last int // step that writes it, last step that reads it
	offset      int
}

func (l *lifetime) meets(o *lifetime) bool { return l.first <= o.last && o.first <= l.last }

// pile gives every lifetime an offset so that no two that meet overlap, and
// returns the size of the arena: the largest first, each at the lowest place
// that is free, with the least waste.
func pile(all []*lifetime) (size int) {
	order := slices.Clone(all)
	slices.SortStableFunc(order, func(a, b *lifetime) int { return b.size - a.size })
	var placed []*lifetime // by offset
	for _, l := range order {
		end, best, waste := 0, -1, 0
		for _, p := range placed {
			if !l.meets(p) {
				continue
			}
			if gap := p.offset - end; gap >= l.size && (best < 0 || gap < waste) {
				best, waste = end, gap
			}
			end = max(end, p.offset+p.size)
		}
		if best < 0 {
			best = end
		}
		l.offset = best
		size = max(size, best+l.size)
		at, _ := slices.BinarySearchFunc(placed, l, func(a, b *lifetime) int { return a.offset - b.offset })
		placed = slices.Insert(placed, at, l)
	}
	return size
}

// layOut gives every tensor its place in the arena. Kept tensors live until the
// end, inputs from the beginning. The offset of a tensor that no step touches
// is -1.
func (g *graph) layOut(inputs, kept []int, share bool) (offsets []int, size int) {
	lifetimes := make([]*lifetime, len(g.shapes))
	touch := func(id, at int) {
		if lifetimes[id] == nil {
			bytes := (g.bytes(id) + kernels.Alignment - 1) / kernels.Alignment * kernels.Alignment
			lifetimes[id] = &lifetime{size: bytes, first: at}
		}
		lifetimes[id].last = max(lifetimes[id].last, at)
	}
	for _, id := range inputs {
		touch(id, -1)
	}
	for at, s := range g.steps {
		for _, id := range s.inputs {
			touch(id, at)
		}
		touch(s.output, at)
	}
	for _, id := range kept {
		touch(id, len(g.steps))
	}
	if !share {
		for _, l := range lifetimes {
			if l != nil {
				l.first, l.last = -1, len(g.steps)
			}
		}
	}
	for at, s := range g.steps {
		if in := lifetimes[s.inputs[0]]; share && s.inPlace(g) && in.last == at {
			in.last = lifetimes[s.output].last
			lifetimes[s.output] = in
		}
	}
	var distinct []*lifetime
	for _, l := range lifetimes {
		if l != nil && !slices.Contains(distinct, l) {
			distinct = append(distinct, l)
		}
	}
	size = pile(distinct)
	offsets = make([]int, len(lifetimes))
	for id, l := range lifetimes {
		offsets[id] = -1
		if l != nil {
			offsets[id] = l.offset
		}
	}
	return offsets, size
}

// inPlace tells whether the step's output may take its first input's memory.
func (s *step) inPlace(g *graph) bool {
	if g.shapes[s.inputs[0]].Size() != g.shapes[s.output].Size() || slices.Contains(s.inputs[1:], s.inputs[0]) {
		return false
	}
	switch w := s.work.(type) {
	case *int8Step:
		return w.inPlace
	case *activateStep, *softmaxStep, *affineStep, *preluStep:
		return true
	case *combineStep:
		return w.spec.Inputs[0] == w.spec.Output
	}
	return false
}
