package nn

import (
	"slices"

	"edged/kernels"
)

// chained are steps that run together, each reading what the one before it wrote.
type chained []work

// prepare is never called: steps are chained once they are prepared.
func (c chained) prepare(*kernels.Table, Precision) (kernels.Op, error) { return nil, nil }

func (c chained) flops() int {
	sum := 0
	for _, w := range c {
		sum += w.flops()
	}
	return sum
}

// weightSize is the size of a step's weights in this precision.
func (p Precision) weightSize(w work) int {
	switch w := w.(type) {
	case chained:
		size := 0
		for _, one := range w {
			size += p.weightSize(one)
		}
		return size
	case interface{ weights() parameters }:
		return p.size(w.weights())
	}
	return 0
}

// chainBytes is the size of a tensor from which it is worth keeping out of
// memory: it wouldn't stay in a core's caches. Weights that every row needs again
// must be smaller.
const chainBytes = 384 << 10

// chainWindows is the largest number of depthwise convolutions in a chain: where
// several workers share it, each makes some rows again that another one made, the
// more the more windows follow.
const chainWindows = 2

func (s *step) windows() int {
	if _, ok := s.work.(*depthwiseStep); ok {
		return 1
	}
	return 0
}

// chain joins neighbouring steps whose kernels can work by rows, where a large
// tensor passes between them that nothing else reads.
func (c *compiler) chain() {
	g, p := &c.graph, c.plan
	readers := make([]int, len(g.shapes))
	for _, id := range c.kept {
		readers[id]++
	}
	for _, s := range g.steps {
		for _, id := range s.inputs {
			readers[id]++
		}
	}
	small := func(s *step) bool { return p.precision.weightSize(s.work) < chainBytes }
	// joins tells whether step i continues a chain.
	joins := func(i int) bool {
		before, s := g.steps[i-1], g.steps[i]
		id := before.output
		return len(s.inputs) == 1 && s.inputs[0] == id && readers[id] == 1 && g.bytes(id) >= chainBytes && small(before) && small(s)
	}
	for i := 0; i < len(g.steps); i++ {
		end := i + 1
		for windows := g.steps[i].windows(); end < len(g.steps) && joins(end); end++ {
			if windows += g.steps[end].windows(); windows > chainWindows {
				break
			}
		}
		for ; end > i+1; end-- {
			if op := kernels.Chain(p.ops[i:end]); op != nil {
				g.steps = slices.Replace(g.steps, i, end, joined(g.steps[i:end]))
				p.ops = slices.Replace(p.ops, i, end, op)
				break
			}
		}
	}
}

// joined is one step for a chain of them.
func joined(steps []*step) *step {
	one := &step{inputs: steps[0].inputs, output: steps[len(steps)-1].output}
	var works chained
	for _, s := range steps {
		one.layers = append(one.layers, s.layers...)
		works = append(works, s.work)
	}
	one.work = works
	return one
}
