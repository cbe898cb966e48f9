package nn

import (
	"fmt"

	"edged/kernels"
)

// layerVariables returns kernel and bias as variables; nil for those that stay.
func (b *trainBuilder) layerVariables(l Layer, from []*Weight) (kernel, bias *variable, err error) {
	if kernel, err = b.variable(l, from[0]); err != nil {
		return nil, nil, err
	}
	if len(from) > 1 {
		bias, err = b.variable(l, from[1])
	}
	return kernel, bias, err
}

// biasGradient appends the tasks that sum the gradient of out for each of n
// channels.
func (b *trainBuilder) biasGradient(p *pass, bias *variable, out *batchTensor) {
	if bias == nil {
		return
	}
	if out.maxima != nil { // whose gradient went to one place each
		out = out.maxima
	}
	n := len(bias.gradient)
	channels := b.table.NewChannelSums(n)
	b.accumulate(p, n, 0, func(i int, sums []float32, _ kernels.Buffer) { channels.Bias(sums, out.slope(i)) }, func(total []float32) { copy(bias.gradient, total) })
}

func (s *conv2DStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	x, spec := in[0], s.spec
	a, made, activate := b.activated(p, spec.Activation, out)
	spec.Activation = a
	op := b.table.NewExactConv2D(&spec, kernels.Weights{Float32: s.kernel, Bias: s.bias})
	repack, ok := b.repack(op, s.parameters)
	if !ok {
		return fmt.Errorf("its kernel %s is for prediction only", op.Name())
	}
	p.forward = append(p.forward, repack, b.kernel(op, x.tensor, made))
	if activate != nil {
		p.forward = append(p.forward, activate)
	}
	kernel, bias, err := b.layerVariables(p.layer, s.from)
	if err != nil {
		return err
	}
	if spec.Groups != 1 {
		b.biasGradient(p, bias, made)
		s.trainGrouped(b, p, x, made, kernel, &spec)
		return nil
	}
	g := b.table.NewConv2DGradient(&spec)
	if kernel != nil && made.maxima != nil {
		if pool := b.table.NewPoolGradient(made.pool, made.activation); g.Unpools(pool) {
			s.trainUnpooling(b, p, x, made, kernel, g, pool)
			b.biasGradient(p, bias, made)
			return nil
		}
	}
	b.biasGradient(p, bias, made)
	if kernel != nil {
		b.accumulate(p, g.SumsSize(), g.Workspace(), func(i int, sums []float32, private kernels.Buffer) {
			g.Weights(sums, x.tensor.sample(i), made.slope(i), private)
		}, func(total []float32) { g.Total(kernel.gradient, total) })
	}
	if x.wanted() {
		args := b.sampleArgs(1)
		p.backward = append(p.backward, b.once(func() { g.Repack(s.kernel) }))
		p.fill(x, b.samples(g.Workspace(), func(i int, private kernels.Buffer) {
			g.Input(&args[i], x.slope(i), made.slope(i), private)
		}))
	}
	return nil
}

// trainUnpooling spreads the gradient of pooled outputs while it is used, so that
// no batch of it has to go through memory.
func (s *conv2DStep) trainUnpooling(b *trainBuilder, p *pass, x *source, out *batchTensor, kernel *variable, g *kernels.Conv2DGradient, pool *kernels.PoolGradient) {
	out.unpooled, out.gradient = true, []float32{}
	finish := func(total []float32) { g.Total(kernel.gradient, total) }
	if !x.wanted() {
		b.accumulate(p, g.SumsSize(), g.Workspace(), func(i int, sums []float32, private kernels.Buffer) {
			from := kernels.Unpooling{Pool: pool, X: out.sample(i), Y: out.maxima.sample(i), DY: out.maxima.slope(i)}
			g.WeightsUnpooled(sums, x.tensor.sample(i), from, private)
		}, finish)
		return
	}
	args, room := b.sampleArgs(1), (out.size*kernels.Float32Bytes+kernels.Alignment-1)&^(kernels.Alignment-1)
	p.backward = append(p.backward, b.once(func() { g.Repack(s.kernel) }))
	b.accumulate(p, g.SumsSize(), room+g.Workspace(), func(i int, sums []float32, private kernels.Buffer) {
		dy := private[:room].Float32()[:out.size]
		pool.Run(dy, out.sample(i), out.maxima.sample(i), out.maxima.slope(i))
		g.Weights(sums, x.tensor.sample(i), dy, private[room:])
		g.Input(&args[i], x.slope(i), dy, private[room:])
	}, finish)
	if x.join != nil {
		p.backward = append(p.backward, x.join)
	}
}

func (s *conv2DStep) trainGrouped(b *trainBuilder, p *pass, x *source, out *batchTensor, kernel *variable, spec *kernels.Conv2DSpec) {
	g := b.table.NewGroupedConv2DGradient(spec)
	if kernel != nil {
		b.accumulate(p, len(kernel.gradient), 0, func(i int, sums []float32, _ kernels.Buffer) {
			g.Weights(sums, x.tensor.sample(i), out.slope(i))
		}, func(total []float32) { copy(kernel.gradient, total) })
	}
	if x.wanted() {
		p.fill(x, b.samples(0, func(i int, _ kernels.Buffer) { g.Input(x.slope(i), out.slope(i), s.kernel) }))
	}
}

func (s *depthwiseStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	x, spec := in[0], s.spec
	a, made, activate := b.activated(p, spec.Activation, out)
	spec.Activation = a
	op := b.table.Depthwise(&spec, kernels.Weights{Float32: s.kernel, Bias: s.bias})
	repack, ok := b.repack(op, s.parameters)
	if !ok {
		return fmt.Errorf("its kernel %s is for prediction only", op.Name())
	}
	p.forward = append(p.forward, repack, b.kernel(op, x.tensor, made))
	if activate != nil {
		p.forward = append(p.forward, activate)
	}
	kernel, bias, err := b.layerVariables(p.layer, s.from)
	if err != nil {
		return err
	}
	b.biasGradient(p, bias, made)
	g := b.table.NewDepthwiseGradient(&spec)
	if kernel != nil {
		b.accumulate(p, len(kernel.gradient), 0, func(i int, sums []float32, _ kernels.Buffer) {
			g.Weights(sums, x.tensor.sample(i), made.slope(i))
		}, func(total []float32) { copy(kernel.gradient, total) })
	}
	if x.wanted() {
		args := b.sampleArgs(1)
		p.backward = append(p.backward, b.once(func() { g.Repack(s.kernel) }))
		p.fill(x, b.samples(g.Workspace(), func(i int, private kernels.Buffer) {
			g.Input(&args[i], x.slope(i), made.slope(i), private)
		}))
	}
	return nil
}
