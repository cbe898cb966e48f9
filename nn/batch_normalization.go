package nn

import (
	"fmt"
	"math"
)

// BatchNormalization is (x-MovingMean)/sqrt(MovingVariance+Epsilon)*Gamma+Beta
// along the channels, with the statistics of training. NewBatchNormalization
// gives Keras's defaults.
type BatchNormalization struct {
	Base
	Axis          int // as Keras counts it; 0 or -1: the last
	Momentum      float64
	Epsilon       float64
	Center, Scale bool // whether there is a Beta, a Gamma

	Gamma, Beta, MovingMean, MovingVariance *Weight
}

// NewBatchNormalization returns the layer with Keras's defaults.
func NewBatchNormalization() *BatchNormalization {
	return &BatchNormalization{Axis: -1, Momentum: 0.99, Epsilon: 1e-3, Center: true, Scale: true}
}

// Class returns "BatchNormalization".
func (*BatchNormalization) Class() string { return "BatchNormalization" }

// Weights returns gamma, beta, moving_mean, moving_variance.
func (l *BatchNormalization) Weights() []*Weight {
	return present(l.Gamma, l.Beta, l.MovingMean, l.MovingVariance)
}

// Build follows Keras's BatchNormalization; the axis must be the last one.
func (l *BatchNormalization) Build(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	if l.Axis == 0 {
		l.Axis = -1
	}
	axis, err := sampleAxis(l.Axis, len(s))
	if err != nil {
		return nil, err
	}
	if axis != len(s)-1 {
		return nil, fmt.Errorf("axis is %d and must be the last one (channels last) of its input %v", l.Axis, s)
	}
	if !(l.Epsilon >= 0 && l.Epsilon < 1e6) {
		return nil, fmt.Errorf("epsilon is %v and must be small and not negative", l.Epsilon)
	}
	n := s[axis]
	if l.Scale {
		if err := setWeight(&l.Gamma, "gamma", true, n); err != nil {
			return nil, err
		}
	}
	if l.Center {
		if err := setWeight(&l.Beta, "beta", true, n); err != nil {
			return nil, err
		}
	}
	if err := setWeight(&l.MovingMean, "moving_mean", false, n); err != nil {
		return nil, err
	}
	return s.Clone(), setWeight(&l.MovingVariance, "moving_variance", false, n)
}

func (l *BatchNormalization) fields(c *config) {
	c.axis(&l.Axis, -1)
	c.number("momentum", &l.Momentum, 0.99)
	c.number("epsilon", &l.Epsilon, 1e-3)
	c.boolean("center", &l.Center, true)
	c.boolean("scale", &l.Scale, true)
	if !c.writing {
		c.only("renorm", false, "batch renormalization is not supported")
	}
	c.weights(&l.Base, "beta", "gamma")
}

// Affine returns what inference multiplies each channel by and adds to it.
func (l *BatchNormalization) Affine() (scale, offset []float64) {
	mean, variance := values(l.MovingMean), values(l.MovingVariance)
	gamma, beta := values(l.Gamma), values(l.Beta)
	scale, offset = make([]float64, len(mean)), make([]float64, len(mean))
	for c := range mean {
		scale[c] = 1 / math.Sqrt(float64(variance[c])+l.Epsilon)
		if gamma != nil {
			scale[c] *= float64(gamma[c])
		}
		offset[c] = -float64(mean[c]) * scale[c]
		if beta != nil {
			offset[c] += float64(beta[c])
		}
	}
	return scale, offset
}
