package nn

import "fmt"

// Concatenate joins tensors along one axis.
type Concatenate struct {
	Base
	Axis int // as Keras counts it, the batch being 0; 0 or -1: the last
}

// Class returns "Concatenate".
func (*Concatenate) Class() string { return "Concatenate" }

// Build returns the joined shape.
func (l *Concatenate) Build(in []Shape) (Shape, error) {
	if len(in) < 1 {
		return nil, fmt.Errorf("it has no input")
	}
	if l.Axis == 0 {
		l.Axis = -1
	}
	axis, err := sampleAxis(l.Axis, len(in[0]))
	if err != nil {
		return nil, err
	}
	out := in[0].Clone()
	for _, s := range in[1:] {
		if len(s) != len(out) {
			return nil, fmt.Errorf("its inputs %v and %v differ in rank", in[0], s)
		}
		for i, d := range s {
			if i != axis && d != out[i] {
				return nil, fmt.Errorf("its inputs %v and %v differ beside axis %d", in[0], s, l.Axis)
			}
		}
		if out[axis] += s[axis]; out[axis] > maxElements {
			return nil, fmt.Errorf("its inputs have more than %d elements together", maxElements)
		}
	}
	return out, out.check(maxElements)
}

func (l *Concatenate) fields(c *config) {
	c.axis(&l.Axis, -1)
}
