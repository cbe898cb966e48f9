package nn

// Softmax is exp(x)/sum(exp(x)) along one axis.
type Softmax struct {
	Base
	Axis int // as Keras counts it, the batch being 0; 0 or -1: the last
}

// Class returns "Softmax".
func (*Softmax) Class() string { return "Softmax" }

// Build returns its input's shape.
func (l *Softmax) Build(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	if l.Axis == 0 {
		l.Axis = -1
	}
	if _, err := sampleAxis(l.Axis, len(s)); err != nil {
		return nil, err
	}
	return s.Clone(), nil
}

func (l *Softmax) fields(c *config) {
	c.axis(&l.Axis, -1)
}
