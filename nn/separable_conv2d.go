package nn

// SeparableConv2D is a depthwise convolution followed by a 1x1 convolution.
// Its kernels are [KernelSize[0]][KernelSize[1]][channels][DepthMultiplier] and
// [1][1][channels*DepthMultiplier][Filters]; strides, padding and dilation are
// those of the depthwise part, bias and activation come after the second.
//
// Left zero in a literal, Strides, DilationRate and DepthMultiplier are 1.
type SeparableConv2D struct {
	Base
	Filters         int
	KernelSize      [2]int
	Strides         [2]int
	Padding         Padding
	DilationRate    [2]int
	DepthMultiplier int
	Activation      Activation
	UseBias         bool

	DepthwiseKernel, PointwiseKernel, Bias *Weight
}

// Class returns "SeparableConv2D".
func (*SeparableConv2D) Class() string { return "SeparableConv2D" }

// Weights returns depthwise_kernel, pointwise_kernel and bias.
func (l *SeparableConv2D) Weights() []*Weight {
	return present(l.DepthwiseKernel, l.PointwiseKernel, l.Bias)
}

// Build follows Keras's SeparableConv2D.
func (l *SeparableConv2D) Build(in []Shape) (Shape, error) {
	s, err := picture(in)
	if err != nil {
		return nil, err
	}
	if l.DepthMultiplier == 0 {
		l.DepthMultiplier = 1
	}
	if err := checkSizes("depth_multiplier", l.DepthMultiplier); err != nil {
		return nil, err
	}
	if err := checkUnits("filters", l.Filters); err != nil {
		return nil, err
	}
	if err := l.Activation.check(); err != nil {
		return nil, err
	}
	height, width, err := convolve(s, l.KernelSize, &l.Strides, &l.DilationRate, l.Padding)
	if err != nil {
		return nil, err
	}
	if err := (Shape{height, width, s[2] * l.DepthMultiplier}).check(maxElements); err != nil {
		return nil, err
	}
	if err := setWeight(&l.DepthwiseKernel, "depthwise_kernel", true, l.KernelSize[0], l.KernelSize[1], s[2], l.DepthMultiplier); err != nil {
		return nil, err
	}
	if err := setWeight(&l.PointwiseKernel, "pointwise_kernel", true, 1, 1, s[2]*l.DepthMultiplier, l.Filters); err != nil {
		return nil, err
	}
	if l.UseBias {
		if err := setWeight(&l.Bias, "bias", true, l.Filters); err != nil {
			return nil, err
		}
	}
	out := Shape{height, width, l.Filters}
	return out, out.check(maxElements)
}

func (l *SeparableConv2D) fields(c *config) {
	c.integer("filters", &l.Filters)
	c.pair("kernel_size", &l.KernelSize, [2]int{})
	c.pair("strides", &l.Strides, [2]int{1, 1})
	c.padding(&l.Padding)
	c.channelsLast()
	c.pair("dilation_rate", &l.DilationRate, [2]int{1, 1})
	c.positiveOr("depth_multiplier", &l.DepthMultiplier, 1)
	c.activation("activation", &l.Activation)
	c.boolean("use_bias", &l.UseBias, true)
	c.weights(&l.Base, "depthwise", "pointwise", "bias")
}
