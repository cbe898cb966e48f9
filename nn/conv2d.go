package nn

import "fmt"

// Conv2D is a two-dimensional convolution over [height][width][channels]. Its
// kernel is [KernelSize[0]][KernelSize[1]][channels/Groups][Filters].
//
// Pairs are height, width. Left zero in a literal, Strides and DilationRate are
// 1 and Groups is 1, as in Keras; UseBias must be said.
type Conv2D struct {
	Base
	Filters      int
	KernelSize   [2]int
	Strides      [2]int
	Padding      Padding
	DilationRate [2]int
	Groups       int
	Activation   Activation
	UseBias      bool
	Kernel, Bias *Weight
}

// Class returns "Conv2D".
func (*Conv2D) Class() string { return "Conv2D" }

// Weights returns kernel and bias.
func (l *Conv2D) Weights() []*Weight { return present(l.Kernel, l.Bias) }

// Build follows Keras's Conv2D.
func (l *Conv2D) Build(in []Shape) (Shape, error) {
	s, err := picture(in)
	if err != nil {
		return nil, err
	}
	if l.Groups == 0 {
		l.Groups = 1
	}
	if err := checkUnits("filters", l.Filters); err != nil {
		return nil, err
	}
	if l.Groups < 1 || s[2]%l.Groups != 0 || l.Filters%l.Groups != 0 {
		return nil, fmt.Errorf("groups is %d and must divide its %d input channels and %d filters", l.Groups, s[2], l.Filters)
	}
	if err := l.Activation.check(); err != nil {
		return nil, err
	}
	height, width, err := convolve(s, l.KernelSize, &l.Strides, &l.DilationRate, l.Padding)
	if err != nil {
		return nil, err
	}
	if err := setWeight(&l.Kernel, "kernel", true, l.KernelSize[0], l.KernelSize[1], s[2]/l.Groups, l.Filters); err != nil {
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

// convolve checks what all convolutions share and returns the output's sides.
func convolve(in Shape, kernel [2]int, strides, dilation *[2]int, padding Padding) (height, width int, err error) {
	orDefault(strides, [2]int{1, 1})
	orDefault(dilation, [2]int{1, 1})
	if err := checkSizes("kernel_size", kernel[:]...); err != nil {
		return 0, 0, err
	}
	if err := checkSizes("strides", strides[:]...); err != nil {
		return 0, 0, err
	}
	if err := checkSizes("dilation_rate", dilation[:]...); err != nil {
		return 0, 0, err
	}
	if err := padding.check(); err != nil {
		return 0, 0, err
	}
	if max(strides[0], strides[1]) > 1 && max(dilation[0], dilation[1]) > 1 {
		return 0, 0, fmt.Errorf("strides above 1 and dilation_rate above 1 don't go together")
	}
	return padding.slide(in, kernel, *strides, *dilation)
}

func (l *Conv2D) fields(c *config) {
	c.integer("filters", &l.Filters)
	c.pair("kernel_size", &l.KernelSize, [2]int{})
	c.pair("strides", &l.Strides, [2]int{1, 1})
	c.padding(&l.Padding)
	c.channelsLast()
	c.pair("dilation_rate", &l.DilationRate, [2]int{1, 1})
	c.positiveOr("groups", &l.Groups, 1)
	c.activation("activation", &l.Activation)
	c.boolean("use_bias", &l.UseBias, true)
	c.weights(&l.Base, "kernel", "bias")
}
