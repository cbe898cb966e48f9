package nn

import "edged/kernels"

// activated lets a step's kernel apply its activation where its slope can be
// had from the output, and else keeps the step's own output apart: it returns
// the activation for the kernel and the tensor that the kernel makes. The task
// that brings the gradient back to that tensor comes first in p.backward.
func (b *trainBuilder) activated(p *pass, a kernels.Activation, out *batchTensor) (kernels.Activation, *batchTensor, *task) {
	if a.Kind == kernels.Linear {
		return a, out, nil
	}
	if a.SlopeFromOutput() && out.maxima != nil {
		out.activation = a
		return a, out, nil
	}
	if a.SlopeFromOutput() {
		p.backward = append(p.backward, b.samples(0, func(i int, _ kernels.Buffer) {
			if out.gradient != nil {
				a.Slope(out.slope(i), out.sample(i))
			}
		}))
		return a, out, nil
	}
	before := &batchTensor{size: out.size, value: make([]float32, len(out.value)), gradient: out.gradient}
	p.backward = append(p.backward, b.samples(0, func(i int, _ kernels.Buffer) {
		a.Slope(before.slope(i), before.sample(i))
	}))
	return kernels.Activation{}, before, b.samples(0, func(i int, _ kernels.Buffer) {
		copy(out.sample(i), before.sample(i))
		a.Apply(out.sample(i))
	})
}

func (s *activateStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	x, a := in[0], s.spec.Activation
	op := b.table.Activate(&s.spec)
	p.forward = append(p.forward, b.kernel(op, x.tensor, out))
	if !x.wanted() {
		return nil
	}
	at := x.tensor
	if a.SlopeFromOutput() {
		at = out
	}
	p.fill(x, b.samples(0, func(i int, _ kernels.Buffer) {
		copy(x.slope(i), out.slope(i))
		a.Slope(x.slope(i), at.sample(i))
	}))
	return nil
}

func (s *softmaxStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	x, spec := in[0], s.spec
	p.forward = append(p.forward, b.kernel(b.table.Softmax(&s.spec), x.tensor, out))
	if x.wanted() {
		p.fill(x, b.samples(0, func(i int, _ kernels.Buffer) { softmaxGradient(&spec, x.slope(i), out.sample(i), out.slope(i)) }))
	}
	return nil
}

func softmaxGradient(s *kernels.SoftmaxSpec, dx, y, dy []float32) {
	for outer := range s.Outer {
		for inner := range s.Inner {
			at, sum := outer*s.Size*s.Inner+inner, 0.0
			for k := range s.Size {
				sum += float64(y[at+k*s.Inner]) * float64(dy[at+k*s.Inner])
			}
			for k := range s.Size {
				dx[at+k*s.Inner] = float32(float64(y[at+k*s.Inner]) * (float64(dy[at+k*s.Inner]) - sum))
			}
		}
	}
}

// preluTraining is PReLU whose slopes change.
type preluTraining struct {
	unfusible
	layer    *PReLU
	from, to Shape // of the slopes and of what they are repeated over
}

func (s *preluTraining) sources() []*Weight { return []*Weight{s.layer.Alpha} }

func (s *preluTraining) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	x, size := in[0], s.to.Size()
	index := repeats(s.from, s.to)
	alpha := s.layer.Alpha.Value
	p.forward = append(p.forward, b.samples(0, func(i int, _ kernels.Buffer) {
		y := out.sample(i)
		for k, v := range x.tensor.sample(i) {
			if v < 0 {
				v *= alpha[index[k%size]]
			}
			y[k] = v
		}
	}))
	v, err := b.variable(s.layer, s.layer.Alpha)
	if err != nil {
		return err
	}
	if v != nil {
		b.accumulate(p, len(alpha), 0, func(i int, sums []float32, _ kernels.Buffer) {
			dy := out.slope(i)
			for k, value := range x.tensor.sample(i) {
				if value < 0 {
					sums[index[k%size]] += value * dy[k]
				}
			}
		}, func(total []float32) { copy(v.gradient, total) })
	}
	if x.wanted() {
		p.fill(x, b.samples(0, func(i int, _ kernels.Buffer) {
			dx, dy := x.slope(i), out.slope(i)
			for k, value := range x.tensor.sample(i) {
				g := dy[k]
				if !(value > 0) {
					g *= alpha[index[k%size]]
				}
				dx[k] = g
			}
		}))
	}
	return nil
}

// repeats are the indexes of expand.
func repeats(from, to Shape) []int32 {
	index := make([]int32, to.Size())
	for i := range index {
		at, stride, rest := 0, 1, i
		for axis := len(to) - 1; axis >= 0; axis-- {
			if from[axis] != 1 {
				at += rest % to[axis] * stride
			}
			stride *= from[axis]
			rest /= to[axis]
		}
		index[i] = int32(at)
	}
	return index
}

// unfusible is a step that only training has.
type unfusible struct{}

func (unfusible) prepare(*kernels.Table, Precision) (kernels.Op, error) { return nil, errTrainingOnly }

func (unfusible) flops() int { return 0 }
