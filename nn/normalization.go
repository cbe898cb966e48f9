package nn

import "fmt"

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
