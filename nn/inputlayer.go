package nn

import "fmt"

// InputLayer is where a model's input enters.
type InputLayer struct {
	Base
	// Shape is the input's shape; a nested model's may have dimensions of -1,
	// which the model around it settles.
	Shape Shape
}

// Class returns "InputLayer".
func (*InputLayer) Class() string { return "InputLayer" }

// Build returns the shape that enters: the layer's own, or, inside a nested
// model, the one given, which must fit it.
func (l *InputLayer) Build(in []Shape) (Shape, error) {
	shape := l.Shape
	if len(in) > 0 {
		given, err := single(in)
		if err != nil {
			return nil, err
		}
		if !l.accepts(given) {
			return nil, fmt.Errorf("its shape is %v and it is given %v", l.Shape, given)
		}
		shape = given
	}
	for _, d := range shape {
		if d == unknown {
			return nil, fmt.Errorf("its shape %v is not fixed: save the model with an input shape", l.Shape)
		}
	}
	return shape.Clone(), shape.check(maxElements)
}

func (l *InputLayer) accepts(s Shape) bool {
	if len(s) != len(l.Shape) {
		return false
	}
	for i, d := range l.Shape {
		if d != unknown && d != s[i] {
			return false
		}
	}
	return true
}
