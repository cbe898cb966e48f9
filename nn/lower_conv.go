package nn

import "edged/kernels"

// conv2DStep is a convolution with its fused neighbours.
type conv2DStep struct {
	spec kernels.Conv2DSpec
	parameters
}

func (s *conv2DStep) prepare(t *kernels.Table, p Precision) (kernels.Op, error) {
	w, err := p.pack(s.parameters)
	if err != nil {
		return nil, err
	}
	if c := &s.spec; s.dense() {
		return t.Dense(&kernels.DenseSpec{
			Rows: 1, Inputs: c.InHeight * c.InWidth * c.InChannels, Units: c.Filters, Activation: c.Activation,
		}, w), nil
	}
	return t.Conv2D(&s.spec, w), nil
}

// dense tells whether the kernel covers the picture in its only place, which
// makes the convolution a fully connected layer with the same weights.
func (s *conv2DStep) dense() bool {
	c := &s.spec
	return c.OutHeight == 1 && c.OutWidth == 1 && c.KernelHeight == c.InHeight && c.KernelWidth == c.InWidth &&
		c.PadTop == 0 && c.PadLeft == 0 && c.Groups == 1 && c.Pool == (kernels.Window{}) &&
		(c.DilationHeight == 1 || c.KernelHeight == 1) && (c.DilationWidth == 1 || c.KernelWidth == 1)
}

func (s *conv2DStep) flops() int {
	c := &s.spec
	return 2 * c.OutHeight * c.OutWidth * c.Filters * c.KernelHeight * c.KernelWidth * c.InChannels / c.Groups
}

func (s *conv2DStep) padded() bool {
	c := &s.spec
	return c.PadTop > 0 || c.PadLeft > 0 ||
		reach(c.OutHeight, c.StrideHeight, c.KernelHeight, c.DilationHeight) > c.InHeight ||
		reach(c.OutWidth, c.StrideWidth, c.KernelWidth, c.DilationWidth) > c.InWidth
}

// reach is the number of inputs that a window passes over on its way.
func reach(outputs, stride, window, dilation int) int {
	return (outputs-1)*stride + (window-1)*dilation + 1
}

// slides fills in what layers with a window have in common.
func slides(in Shape, window, strides, dilation [2]int, p Padding) (top, left int) {
	return p.Before(in[0], window[0], strides[0], dilation[0]), p.Before(in[1], window[1], strides[1], dilation[1])
}

func (l *Conv2D) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	activation, rest := fusible(l.Activation)
	s := in[0].shape
	top, left := slides(s, l.KernelSize, l.Strides, l.DilationRate, l.Padding)
	t := g.add(&conv2DStep{
		spec: kernels.Conv2DSpec{
			InHeight: s[0], InWidth: s[1], InChannels: s[2],
			OutHeight: out[0], OutWidth: out[1], Filters: out[2],
			KernelHeight: l.KernelSize[0], KernelWidth: l.KernelSize[1],
			StrideHeight: l.Strides[0], StrideWidth: l.Strides[1],
			DilationHeight: l.DilationRate[0], DilationWidth: l.DilationRate[1],
			PadTop: top, PadLeft: left, Groups: l.Groups, Activation: activation,
		},
		parameters: parametersOf(l.Kernel, l.Bias),
	}, out, in[0])
	return g.activate(rest, t), nil
}

// depthwiseStep is a depthwise convolution with its fused neighbours.
type depthwiseStep struct {
	spec kernels.DepthwiseSpec
	parameters
}

func (s *depthwiseStep) prepare(t *kernels.Table, p Precision) (kernels.Op, error) {
	w, err := p.pack(s.parameters)
	if err != nil {
		return nil, err
	}
	return t.Depthwise(&s.spec, w), nil
}

func (s *depthwiseStep) flops() int {
	d := &s.spec
	return 2 * d.OutHeight * d.OutWidth * d.Channels * d.Multiplier * d.KernelHeight * d.KernelWidth
}

func (s *depthwiseStep) padded() bool {
	d := &s.spec
	return d.PadTop > 0 || d.PadLeft > 0 ||
		reach(d.OutHeight, d.StrideHeight, d.KernelHeight, d.DilationHeight) > d.InHeight ||
		reach(d.OutWidth, d.StrideWidth, d.KernelWidth, d.DilationWidth) > d.InWidth
}

func (l *DepthwiseConv2D) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	activation, rest := fusible(l.Activation)
	s := in[0].shape
	top, left := slides(s, l.KernelSize, l.Strides, l.DilationRate, l.Padding)
	t := g.add(&depthwiseStep{
		spec: kernels.DepthwiseSpec{
			InHeight: s[0], InWidth: s[1], Channels: s[2], Multiplier: l.DepthMultiplier,
			OutHeight: out[0], OutWidth: out[1],
			KernelHeight: l.KernelSize[0], KernelWidth: l.KernelSize[1],
			StrideHeight: l.Strides[0], StrideWidth: l.Strides[1],
			DilationHeight: l.DilationRate[0], DilationWidth: l.DilationRate[1],
			PadTop: top, PadLeft: left, Activation: activation,
		},
		parameters: parametersOf(l.DepthwiseKernel, l.Bias),
	}, out, in[0])
	return g.activate(rest, t), nil
}

// A separable convolution is a depthwise one and a 1x1 one.
func (l *SeparableConv2D) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	middle := Shape{out[0], out[1], in[0].shape[2] * l.DepthMultiplier}
	depthwise := &DepthwiseConv2D{
		KernelSize: l.KernelSize, Strides: l.Strides, Padding: l.Padding, DilationRate: l.DilationRate,
		DepthMultiplier: l.DepthMultiplier, DepthwiseKernel: l.DepthwiseKernel,
	}
	pointwise := &Conv2D{
		Filters: l.Filters, KernelSize: [2]int{1, 1}, Strides: [2]int{1, 1}, DilationRate: [2]int{1, 1}, Groups: 1,
		Activation: l.Activation, Kernel: l.PointwiseKernel, Bias: l.Bias,
	}
	t, err := depthwise.lower(g, in, middle)
	if err != nil {
		return t, err
	}
	return pointwise.lower(g, []tensor{t}, out)
}

// denseStep is a fully connected layer with its fused neighbours.
type denseStep struct {
	spec kernels.DenseSpec
	parameters
}

func (s *denseStep) prepare(t *kernels.Table, p Precision) (kernels.Op, error) {
	w, err := p.pack(s.parameters)
	if err != nil {
		return nil, err
	}
	return t.Dense(&s.spec, w), nil
}

func (s *denseStep) flops() int { return 2 * s.spec.Rows * s.spec.Inputs * s.spec.Units }

func (l *Dense) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	activation, rest := fusible(l.Activation)
	inputs := channels(in[0].shape)
	t := g.add(&denseStep{
		spec:       kernels.DenseSpec{Rows: in[0].shape.Size() / inputs, Inputs: inputs, Units: l.Units, Activation: activation},
		parameters: parametersOf(l.Kernel, l.Bias),
	}, out, in[0])
	return g.activate(rest, t), nil
}
