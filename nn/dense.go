package nn

import "fmt"

// Dense is a fully connected layer on the last axis of a tensor of any rank.
// Its kernel is [inputs][Units].
type Dense struct {
	Base
	Units        int
	Activation   Activation
	UseBias      bool
	Kernel, Bias *Weight
}

// Class returns "Dense".
func (*Dense) Class() string { return "Dense" }

// Weights returns kernel and bias.
func (l *Dense) Weights() []*Weight { return present(l.Kernel, l.Bias) }

// Build follows Keras's Dense.
func (l *Dense) Build(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	if len(s) == 0 {
		return nil, fmt.Errorf("it takes vectors (None, inputs) and its input is %v", s)
	}
	if err := checkUnits("units", l.Units); err != nil {
		return nil, err
	}
	if err := l.Activation.check(); err != nil {
		return nil, err
	}
	last := len(s) - 1
	if err := setWeight(&l.Kernel, "kernel", true, s[last], l.Units); err != nil {
		return nil, err
	}
	if l.UseBias {
		if err := setWeight(&l.Bias, "bias", true, l.Units); err != nil {
			return nil, err
		}
	}
	out := s.Clone()
	out[last] = l.Units
	return out, out.check(maxElements)
}

func (l *Dense) fields(c *config) {
	c.integer("units", &l.Units)
	c.activation("activation", &l.Activation)
	c.boolean("use_bias", &l.UseBias, true)
	c.weights(&l.Base, "kernel", "bias")
}
