package nn

import (
	"fmt"

	"edged/kernels"
)

func (s *padStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	x, spec := in[0], s.spec
	p.forward = append(p.forward, b.kernel(b.table.Pad(&spec), x.tensor, out))
	if x.wanted() {
		back := b.table.Pad(&kernels.PadSpec{
			InHeight: spec.OutHeight, InWidth: spec.OutWidth, Channels: spec.Channels,
			Top: -spec.Top, Left: -spec.Left, OutHeight: spec.InHeight, OutWidth: spec.InWidth,
		})
		p.fill(x, b.kernel(back, &batchTensor{size: out.size, value: out.gradient}, &batchTensor{size: x.tensor.size, value: x.into}))
	}
	return nil
}

func (s *affineStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	x, spec := in[0], s.spec
	p.forward = append(p.forward, b.kernel(b.table.Affine(&spec), x.tensor, out))
	if x.wanted() {
		p.fill(x, b.samples(0, func(i int, _ kernels.Buffer) {
			dx, dy := x.slope(i), out.slope(i)
			for k := range dx {
				dx[k] = dy[k] * spec.Scale[k%spec.Channels]
			}
		}))
	}
	return nil
}

func (s *concatenateStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	spec := s.spec
	p.forward = append(p.forward, b.kernels(b.table.Concatenate(&spec), tensorsOf(in), out))
	total := 0
	for _, c := range spec.Channels {
		total += c
	}
	left := total
	for k := len(in) - 1; k >= 0; k-- {
		x, n := in[k], spec.Channels[k]
		left -= n
		if at := left; x.wanted() {
			p.fill(x, b.samples(0, func(i int, _ kernels.Buffer) {
				dx, dy := x.slope(i), out.slope(i)
				for row := range spec.Rows {
					copy(dx[row*n:][:n], dy[row*total+at:])
				}
			}))
		}
	}
	return nil
}

func tensorsOf(in []*source) []*batchTensor {
	var list []*batchTensor
	for _, s := range in {
		list = append(list, s.tensor)
	}
	return list
}

func (s *combineStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	spec := s.spec
	p.forward = append(p.forward, b.kernels(b.table.Combine(&spec), tensorsOf(in), out))
	for k := len(in) - 1; k >= 0; k-- {
		x := in[k]
		if !x.wanted() {
			continue
		}
		g := &combineGradient{spec: spec, input: k, in: in, out: out, index: broadcastIndex(spec.Inputs[k], spec.Output)}
		for j := range in {
			g.others = append(g.others, broadcastIndex(spec.Inputs[j], spec.Output))
		}
		p.fill(x, b.samples(0, func(i int, _ kernels.Buffer) { g.run(i) }))
	}
	return nil
}

// combineGradient is the gradient of one input of a merging layer.
type combineGradient struct {
	spec   kernels.CombineSpec
	input  int
	in     []*source
	out    *batchTensor
	index  []int32   // where each element of the output came from; nil: the same place
	others [][]int32 // of every input
}

func (g *combineGradient) run(i int) {
	dx, dy := g.in[g.input].slope(i), g.out.slope(i)
	if g.index != nil {
		clear(dx)
	}
	for k, slope := range dy {
		to := place32(g.index, k)
		v := slope * g.factor(i, k)
		if g.index != nil {
			v += dx[to]
		}
		dx[to] = v
	}
}

// factor is the derivative of element k of sample i by the input's element.
func (g *combineGradient) factor(i, k int) float32 {
	switch g.spec.Kind {
	case kernels.Subtract:
		if g.input == 1 {
			return -1
		}
	case kernels.Average:
		return 1 / float32(len(g.in))
	case kernels.Multiply:
		f := float32(1)
		for j, x := range g.in {
			if j != g.input {
				f *= x.tensor.sample(i)[place32(g.others[j], k)]
			}
		}
		return f
	case kernels.Maximum, kernels.Minimum:
		return g.chosen(i, k)
	}
	return 1
}

// chosen is 1 where the input is the first of the greatest or least.
func (g *combineGradient) chosen(i, k int) float32 {
	best, from := float32(0), -1
	for j, x := range g.in {
		v := x.tensor.sample(i)[place32(g.others[j], k)]
		if from < 0 || g.spec.Kind == kernels.Maximum && v > best || g.spec.Kind == kernels.Minimum && v < best {
			best, from = v, j
		}
	}
	if from == g.input {
		return 1
	}
	return 0
}

func place32(index []int32, k int) int {
	if index == nil {
		return k
	}
	return int(index[k])
}

// broadcastIndex tells for each element of out which one of in it is made of,
// nil where they are one and the same.
func broadcastIndex(in, out [3]int) []int32 {
	if in == out {
		return nil
	}
	return repeats(in[:], out[:])
}

func (s *resizingStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	if in[0].wanted() {
		return fmt.Errorf("edged can't train layers before it")
	}
	spec := s.spec
	p.forward = append(p.forward, b.kernel(b.table.Resizing(&spec), in[0].tensor, out))
	return nil
}
