package nn

import "fmt"

// Rescaling is x*Scale + Offset. Each has one value, or one for each channel.
type Rescaling struct {
	Base
	Scale, Offset []float64
}

// Class returns "Rescaling".
func (*Rescaling) Class() string { return "Rescaling" }

// Build returns its input's shape.
func (l *Rescaling) Build(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	if l.Offset == nil {
		l.Offset = []float64{0}
	}
	for _, v := range []struct {
		what   string
		values []float64
	}{{"scale", l.Scale}, {"offset", l.Offset}} {
		if n := len(v.values); n != 1 && (len(s) == 0 || n != s[len(s)-1]) {
			return nil, fmt.Errorf("%s has %d values and must have one, or one for each channel of its input %v", v.what, n, s)
		}
	}
	return s.Clone(), nil
}

func (l *Rescaling) fields(c *config) {
	c.numbers("scale", &l.Scale, nil)
	c.numbers("offset", &l.Offset, []float64{0})
}

// Affine returns Scale and Offset, each one for every channel or one for all.
func (l *Rescaling) Affine() (scale, offset []float64) { return l.Scale, l.Offset }
