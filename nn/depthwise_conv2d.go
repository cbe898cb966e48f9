package nn

// DepthwiseConv2D convolves each channel by itself into DepthMultiplier
// channels. Its kernel is [KernelSize[0]][KernelSize[1]][channels][DepthMultiplier].
//
// Left zero in a literal, Strides, DilationRate and DepthMultiplier are 1.
type DepthwiseConv2D struct {
	Base
	KernelSize            [2]int
	Strides               [2]int
	Padding               Padding
	DilationRate          [2]int
	DepthMultiplier       int
	Activation            Activation
	UseBias               bool
	DepthwiseKernel, Bias *Weight
}

// Class returns "DepthwiseConv2D".
func (*DepthwiseConv2D) Class() string { return "DepthwiseConv2D" }

// Weights returns depthwise_kernel and bias.
func (l *DepthwiseConv2D) Weights() []*Weight { return present(l.DepthwiseKernel, l.Bias) }

// Build follows Keras's DepthwiseConv2D.
func (l *DepthwiseConv2D) Build(in []Shape) (Shape, error) {
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
	if err := l.Activation.check(); err != nil {
		return nil, err
	}
	height, width, err := convolve(s, l.KernelSize, &l.Strides, &l.DilationRate, l.Padding)
	if err != nil {
		return nil, err
	}
	if err := setWeight(&l.DepthwiseKernel, "depthwise_kernel", true, l.KernelSize[0], l.KernelSize[1], s[2], l.DepthMultiplier); err != nil {
		return nil, err
	}
	channels := s[2] * l.DepthMultiplier
	if l.UseBias {
		if err := setWeight(&l.Bias, "bias", true, channels); err != nil {
			return nil, err
		}
	}
	out := Shape{height, width, channels}
	return out, out.check(maxElements)
}

func (l *DepthwiseConv2D) fields(c *config) {
	c.pair("kernel_size", &l.KernelSize, [2]int{})
	c.pair("strides", &l.Strides, [2]int{1, 1})
	c.padding(&l.Padding)
	c.channelsLast()
	c.pair("dilation_rate", &l.DilationRate, [2]int{1, 1})
	c.positiveOr("depth_multiplier", &l.DepthMultiplier, 1)
	c.activation("activation", &l.Activation)
	c.boolean("use_bias", &l.UseBias, true)
	c.weights(&l.Base, "depthwise", "bias")
}
