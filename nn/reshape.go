package nn

import "fmt"

// Reshape gives the same elements another shape. One dimension of TargetShape
// may be -1 and is then what the others leave.
type Reshape struct {
	Base
	TargetShape []int
}

// Class returns "Reshape".
func (*Reshape) Class() string { return "Reshape" }

// Build returns the target shape with every dimension settled.
func (l *Reshape) Build(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	out, open := Shape(l.TargetShape).Clone(), -1
	for i, d := range out {
		if d != unknown {
			continue
		}
		if open >= 0 {
			return nil, fmt.Errorf("target_shape %v has more than one -1", l.TargetShape)
		}
		open, out[i] = i, 1
	}
	if err := out.check(maxElements); err != nil {
		return nil, fmt.Errorf("target_shape %v: %w", l.TargetShape, err)
	}
	if open >= 0 {
		out[open] = s.Size() / out.Size()
	}
	if out.Size() != s.Size() {
		return nil, fmt.Errorf("target_shape %v doesn't hold the %d elements of its input %v", l.TargetShape, s.Size(), s)
	}
	return out, nil
}

func (l *Reshape) fields(c *config) {
	c.integers("target_shape", &l.TargetShape)
}
