package nn

import (
	"fmt"
	"slices"
)

// InputLayer is where a model's input enters.
type InputLayer struct {
	Base
	// Shape is the input's shape; a nested model's may have dimensions of -1,
	// which the model around it settles, or no shape at all (nil).
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
	if shape == nil || slices.Contains(shape, unknown) {
		return nil, fmt.Errorf("the input's shape %v is not fixed: save the model with an input shape", l.Shape)
	}
	return shape.Clone(), shape.check(maxElements)
}

func (l *InputLayer) accepts(s Shape) bool {
	if l.Shape == nil {
		return true
	}
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

func (l *InputLayer) fields(c *config) {
	key := c.name("batch_input_shape", "batch_shape")
	if c.writing {
		c.values[key] = batchShape(l.Shape)
		delete(c.values, "trainable")
		return
	}
	v, ok := c.take(key)
	if !ok {
		c.fail(key, "is missing")
		return
	}
	if l.Shape, ok = readBatchShape(v); !ok {
		c.fail(key, "must be a list of sizes, the batch first")
	}
	c.only("sparse", false, "sparse inputs are not supported")
	c.only("ragged", false, "ragged inputs are not supported")
}

// batchShape is a shape as configurations have it: the batch first, open
// dimensions null.
func batchShape(s Shape) []any {
	list := []any{nil}
	for _, d := range s {
		if d == unknown {
			list = append(list, nil)
		} else {
			list = append(list, d)
		}
	}
	return list
}

// readBatchShape drops the batch, whatever its size.
func readBatchShape(v any) (Shape, bool) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 || len(list) > maxRank {
		return nil, false
	}
	shape := Shape{}
	for _, e := range list[1:] {
		d := unknown
		if e != nil {
			if d, ok = integer(e); !ok || d < 1 {
				return nil, false
			}
		}
		shape = append(shape, d)
	}
	return shape, true
}
