package nn

// PReLU is x above zero and Alpha*x below, Alpha being learned. It has the
// input's shape, with 1 in SharedAxes (counted as Keras does, the batch being 0).
type PReLU struct {
	Base
	SharedAxes []int
	Alpha      *Weight
}

// Class returns "PReLU".
func (*PReLU) Class() string { return "PReLU" }

// Weights returns alpha.
func (l *PReLU) Weights() []*Weight { return present(l.Alpha) }

// Build follows Keras's PReLU.
func (l *PReLU) Build(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	shape := s.Clone()
	for _, axis := range l.SharedAxes {
		i, err := sampleAxis(axis, len(s))
		if err != nil {
			return nil, err
		}
		shape[i] = 1
	}
	return s.Clone(), setWeight(&l.Alpha, "alpha", true, shape...)
}

func (l *PReLU) fields(c *config) {
	c.integers("shared_axes", &l.SharedAxes)
	c.weights(&l.Base, "alpha")
}
