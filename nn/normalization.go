package nn

import (
	"fmt"
	"math"
)

// Normalization is (x-mean)/max(sqrt(variance), 1e-7) along the last axis, or
// x*max(sqrt(variance), 1e-7)+mean with Invert. The statistics are weights that
// were adapted to a data set, or constants of the configuration.
type Normalization struct {
	Base
	// PerChannel tells statistics for each channel from one for all (Keras's
	// axis=None).
	PerChannel bool
	Invert     bool
	// GivenMean and GivenVariance are the constants: both nil where the
	// statistics are weights; otherwise one value, or one for each channel.
	GivenMean, GivenVariance []float64

	Mean, Variance, Count *Weight

	axis int // as Keras counts it, where there is one; 0: the last
}

// Class returns "Normalization".
func (*Normalization) Class() string { return "Normalization" }

// Weights returns mean, variance, count, unless they are constants.
func (l *Normalization) Weights() []*Weight { return present(l.Mean, l.Variance, l.Count) }

// Build follows Keras's Normalization.
func (l *Normalization) Build(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	if len(s) == 0 {
		return nil, fmt.Errorf("its input %v has no axis to normalize", s)
	}
	var shape []int
	if l.axis != 0 && l.axis != -1 && l.axis != len(s) {
		return nil, fmt.Errorf("axis is %d and must be the last one (channels last) of its input %v", l.axis, s)
	}
	if l.PerChannel {
		shape = []int{s[len(s)-1]}
	}
	if l.GivenMean != nil || l.GivenVariance != nil {
		for _, given := range [][]float64{l.GivenMean, l.GivenVariance} {
			if n := len(given); n != 1 && n != s[len(s)-1] {
				return nil, fmt.Errorf("mean or variance has %d values and must have one, or one for each channel of its input %v", n, s)
			}
		}
		return s.Clone(), nil
	}
	if err := setWeight(&l.Mean, "mean", false, shape...); err != nil {
		return nil, err
	}
	if err := setWeight(&l.Variance, "variance", false, shape...); err != nil {
		return nil, err
	}
	if err := setWeight(&l.Count, "count", false); err != nil {
		return nil, err
	}
	l.Count.DType = "int64"
	return s.Clone(), nil
}

func (l *Normalization) fields(c *config) {
	axes := []int{-1}
	if !l.PerChannel {
		axes = nil
	}
	if _, ok := c.values["axis"]; ok || c.writing {
		c.integers("axis", &axes)
	}
	l.PerChannel = len(axes) > 0
	if len(axes) > 1 {
		c.fail("axis", fmt.Sprintf("is %v: only the last axis, or none, is supported", axes))
	} else if len(axes) == 1 {
		l.axis = axes[0]
	}
	c.boolean("invert", &l.Invert, false)
	c.numbers("mean", &l.GivenMean, nil)
	c.numbers("variance", &l.GivenVariance, nil)
}

// Affine returns what the input is multiplied by and what is added then, each one
// for every channel or one for all.
func (l *Normalization) Affine() (scale, offset []float64) {
	mean, variance := l.GivenMean, l.GivenVariance
	if mean == nil {
		mean, variance = float64s(values(l.Mean)), float64s(values(l.Variance))
	}
	scale, offset = make([]float64, len(variance)), make([]float64, max(len(mean), len(variance)))
	for c, v := range variance {
		scale[c] = max(math.Sqrt(v), 1e-7)
		if !l.Invert {
			scale[c] = 1 / scale[c]
		}
	}
	for c := range offset {
		offset[c] = mean[c%len(mean)]
		if !l.Invert {
			offset[c] *= -scale[c%len(scale)]
		}
	}
	return scale, offset
}

func float64s(v []float32) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}
