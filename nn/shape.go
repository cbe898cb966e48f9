package nn

import "fmt"

// Shape is the dimensions of one sample without the batch, channels last:
// {224, 224, 3} for a picture, {10} for a vector.
type Shape []int

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
	text := "(None"
	for _, d := range s {
		text += fmt.Sprintf(", %d", d)
	}
	return text + ")"
}
