package nn

import (
	"fmt"
	"math"
	"math/rand/v2"

	"edged/kernels"
)

// dropoutStep is Dropout in training.
type dropoutStep struct {
	unfusible
	layer *Dropout
}

// dropout is the state of one such layer: what each value is multiplied by.
// The factors depend on the seed, the number of steps done and the sample.
func (s *dropoutStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	x, t, l := in[0], b.Trainer, s.layer
	block := 1 // values that share their fate: those of a channel, where it has one
	switch l.Class() {
	case "Dropout", "GaussianDropout":
	case "SpatialDropout2D":
		block = out.size / channels(b.graph.shapes[b.index(out)])
	case "GaussianNoise":
	default:
		return fmt.Errorf("edged can't train with %s", l.Class())
	}
	noise := l.Class() == "GaussianNoise"
	factors := make([]float32, t.options.BatchSize*out.size/block)
	number := uint64(len(t.passes))
	sources := make([]rand.PCG, t.options.BatchSize)
	draw := dropoutDraw(l)
	n := out.size / block
	p.forward = append(p.forward, b.samples(0, func(i int, _ kernels.Buffer) {
		from, to := x.tensor.sample(i), out.sample(i)
		if !t.training {
			copy(to, from)
			return
		}
		sources[i].Seed(t.options.Seed^number<<48, uint64(t.step.iterations)<<20|uint64(i))
		own := factors[i*n:][:n]
		for k := range own {
			own[k] = draw(&sources[i])
		}
		for k, v := range from {
			if noise {
				to[k] = v + own[k%n]
			} else {
				to[k] = v * own[k%n]
			}
		}
	}))
	if x.wanted() {
		p.fill(x, b.samples(0, func(i int, _ kernels.Buffer) {
			own, dy, dx := factors[i*n:][:n], out.slope(i), x.slope(i)
			if noise {
				copy(dx, dy)
				return
			}
			for k, g := range dy {
				dx[k] = g * own[k%n]
			}
		}))
	}
	return nil
}

// index is the number of a tensor in the graph.
func (b *trainBuilder) index(t *batchTensor) int {
	for i, one := range b.tensors {
		if one == t {
			return i
		}
	}
	return -1
}

// dropoutDraw returns what makes a factor: 0 or 1/(1-rate), or a normal one of
// the same mean and deviation; for noise what is added.
func dropoutDraw(l *Dropout) func(*rand.PCG) float32 {
	uniform := func(s *rand.PCG) float64 { return float64(s.Uint64()>>11) / (1 << 53) }
	normal := func(s *rand.PCG) float64 { // by Box and Muller
		return math.Sqrt(-2*math.Log(1-uniform(s))) * math.Cos(2*math.Pi*uniform(s))
	}
	switch l.Class() {
	case "GaussianNoise":
		return func(s *rand.PCG) float32 { return float32(l.Rate * normal(s)) }
	case "GaussianDropout":
		deviation := math.Sqrt(l.Rate / max(1-l.Rate, 1e-7))
		return func(s *rand.PCG) float32 { return float32(1 + deviation*normal(s)) }
	}
	kept := float32(1 / max(1-l.Rate, 1e-7))
	return func(s *rand.PCG) float32 {
		if uniform(s) < l.Rate {
			return 0
		}
		return kept
	}
}
