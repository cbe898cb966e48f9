package nn

import "fmt"

// Merge combines tensors element by element: Keras's Add, Multiply, Subtract,
// Average, Maximum and Minimum. Dimensions of 1 and missing leading ones are
// repeated to fit.
type Merge struct {
	Base
	// Kind is the class: "Add", "Multiply", "Subtract", "Average", "Maximum"
	// or "Minimum".
	Kind string
}

// Class returns the Kind.
func (l *Merge) Class() string { return l.Kind }

// Build returns the shape that all inputs fit.
func (l *Merge) Build(in []Shape) (Shape, error) {
	if len(in) < 2 {
		return nil, fmt.Errorf("it takes two or more inputs and has %d", len(in))
	}
	if l.Kind == "Subtract" && len(in) != 2 {
		return nil, fmt.Errorf("it takes two inputs and has %d", len(in))
	}
	out := in[0].Clone()
	for _, s := range in[1:] {
		var err error
		if out, err = broadcast(out, s); err != nil {
			return nil, err
		}
	}
	return out, out.check(maxElements)
}

func broadcast(a, b Shape) (Shape, error) {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := a.Clone()
	for i, d := range b {
		o := &out[len(a)-len(b)+i]
		if *o == 1 {
			*o = d
		}
		if d != 1 && d != *o {
			return nil, fmt.Errorf("its inputs %v and %v don't fit each other", a, b)
		}
	}
	return out, nil
}

func (l *Merge) fields(c *config) {
}
