package nn

import "edged/kernels"

func (s *poolStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	x, spec := in[0], s.spec
	p.forward = append(p.forward, b.kernel(b.table.Pool(&spec), x.tensor, out))
	if x.wanted() {
		if x.tensor.unpooled {
			return nil
		}
		gradient := b.table.NewPoolGradient(&spec, x.tensor.activation)
		p.fill(x, b.samples(0, func(i int, _ kernels.Buffer) {
			gradient.Run(x.slope(i), x.tensor.sample(i), out.sample(i), out.slope(i))
		}))
	}
	return nil
}

func (s *globalPoolStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	x, spec := in[0], s.spec
	p.forward = append(p.forward, b.kernel(b.table.GlobalPool(&spec), x.tensor, out))
	if x.wanted() {
		gradient := b.table.NewGlobalPoolGradient(&spec)
		p.fill(x, b.samples(0, func(i int, _ kernels.Buffer) {
			gradient.Run(x.slope(i), x.tensor.sample(i), out.sample(i), out.slope(i))
		}))
	}
	return nil
}
