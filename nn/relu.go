package nn

import "fmt"

// ActivationLayer is Keras's layer "Activation".
type ActivationLayer struct {
	Base
	Activation Activation
}

// Class returns "Activation".
func (*ActivationLayer) Class() string { return "Activation" }

// Function returns the activation.
func (l *ActivationLayer) Function() Activation { return l.Activation }

// Build returns its input's shape.
func (l *ActivationLayer) Build(in []Shape) (Shape, error) { return elementwise(in, l.Function()) }

// ReLU is min(x, MaxValue) from Threshold on and
// NegativeSlope*(x-Threshold) below. MaxValue 0 means none.
type ReLU struct {
	Base
	MaxValue, NegativeSlope, Threshold float64
}

// Class returns "ReLU".
func (*ReLU) Class() string { return "ReLU" }

// Function returns the activation that does the same.
func (l *ReLU) Function() Activation {
	return Activation{Name: "relu", MaxValue: l.MaxValue, Alpha: l.NegativeSlope, Threshold: l.Threshold}
}

// Build returns its input's shape.
func (l *ReLU) Build(in []Shape) (Shape, error) {
	if l.MaxValue < 0 || l.NegativeSlope < 0 || l.Threshold < 0 {
		return nil, fmt.Errorf("max_value, negative_slope and threshold must not be negative")
	}
	return elementwise(in, l.Function())
}

// ELU is x above zero and Alpha*(exp(x)-1) below. Keras's default is 1.
type ELU struct {
	Base
	Alpha float64
}

// Class returns "ELU".
func (*ELU) Class() string { return "ELU" }

// Function returns the activation that does the same.
func (l *ELU) Function() Activation { return Activation{Name: "elu", Alpha: l.Alpha} }

// Build returns its input's shape.
func (l *ELU) Build(in []Shape) (Shape, error) { return elementwise(in, l.Function()) }

// LeakyReLU is x above zero and NegativeSlope*x below. Keras's default is 0.3.
type LeakyReLU struct {
	Base
	NegativeSlope float64 // Keras 2 calls it alpha
}

// Class returns "LeakyReLU".
func (*LeakyReLU) Class() string { return "LeakyReLU" }

// Function returns the activation that does the same.
func (l *LeakyReLU) Function() Activation {
	return Activation{Name: "leaky_relu", Alpha: l.NegativeSlope}
}

// Build returns its input's shape.
func (l *LeakyReLU) Build(in []Shape) (Shape, error) { return elementwise(in, l.Function()) }

func elementwise(in []Shape, a Activation) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	return s.Clone(), a.check()
}

func (l *ActivationLayer) fields(c *config) {
	c.activation("activation", &l.Activation)
}

func (l *ReLU) fields(c *config) {
	c.optional("max_value", &l.MaxValue)
	c.number("negative_slope", &l.NegativeSlope, 0)
	c.number("threshold", &l.Threshold, 0)
}

func (l *ELU) fields(c *config) {
	c.number("alpha", &l.Alpha, 1)
}

func (l *LeakyReLU) fields(c *config) {
	c.number(c.name("alpha", "negative_slope"), &l.NegativeSlope, 0.3)
}
