package nn

import (
	"fmt"
	"slices"
)

// Shape is the dimensions of one sample without the batch, channels last:
// {224, 224, 3} for a picture, {10} for a vector.
type Shape []int

// unknown is a dimension that an InputLayer leaves open.
const unknown = -1

// Size is the number of elements.
func (s Shape) Size() int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

// String writes the shape as Keras does, the batch first: (None, 224, 224, 3).
func (s Shape) String() string {
	if len(s) == 0 {
		return "(None,)"
	}
	text := "(None"
	for _, d := range s {
		if d == unknown {
			text += ", None"
			continue
		}
		text += fmt.Sprintf(", %d", d)
	}
	return text + ")"
}

// Equal tells whether both shapes have the same dimensions.
func (s Shape) Equal(o Shape) bool { return slices.Equal(s, o) }

// Clone returns a copy.
func (s Shape) Clone() Shape { return slices.Clone(s) }
