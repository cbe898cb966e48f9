package nn

import "fmt"

// Dropout zeroes a share of its inputs while training, and nothing else: at
// inference it is the identity. Kind tells it from Keras's other layers of
// noise, which are the identity at inference as well.
type Dropout struct {
	Base
	// Kind is "Dropout" (or empty), "SpatialDropout2D", "GaussianNoise",
	// "GaussianDropout" or "AlphaDropout".
	Kind string
	// Rate is the share that is dropped; a GaussianNoise's standard deviation.
	Rate float64
}

// Class returns the Kind.
func (l *Dropout) Class() string {
	if l.Kind == "" {
		return "Dropout"
	}
	return l.Kind
}

// Build returns its input's shape.
func (l *Dropout) Build(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	if !(l.Rate >= 0) || l.Class() != "GaussianNoise" && l.Rate > 1 {
		return nil, fmt.Errorf("rate is %v and must be from 0 to 1", l.Rate)
	}
	return s.Clone(), nil
}

func (l *Dropout) fields(c *config) {
	key := "rate"
	if l.Kind == "GaussianNoise" {
		key = "stddev"
	}
	c.number(key, &l.Rate, 0)
	if c.writing {
		delete(c.values, "trainable") // Keras 3's SpatialDropout2D doesn't take it
	}
	if l.Kind == "SpatialDropout2D" {
		c.channelsLast()
	}
}
