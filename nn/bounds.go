package nn

import "fmt"

// Limits on what a configuration may ask for, far above any model that fits on
// a board, so that no product of sizes overflows.
const (
	maxSize        = 1 << 16 // a kernel's, stride's or padding's side
	maxElements    = 1 << 28 // of one activation
	maxWeightSize  = 1 << 30 // elements of one weight
	maxRank        = 8       // dimensions of a tensor, the batch among them
	maxLayers      = 1 << 13 // of one model, nested ones included
	maxNesting     = 16      // of models inside models
	maxConnections = 1 << 16 // edges of one model
)

// check refuses shapes without elements and those with more than limit.
func (s Shape) check(limit int) error {
	n := 1
	for _, d := range s {
		if d < 1 {
			return fmt.Errorf("shape %v has a dimension without elements", s)
		}
		if d > limit/n {
			return fmt.Errorf("shape %v has more than %d elements", s, limit)
		}
		n *= d
	}
	return nil
}

// checkSizes refuses sides of a window that are not from 1 to maxSize.
func checkSizes(what string, sizes ...int) error {
	for _, n := range sizes {
		if n < 1 || n > maxSize {
			return fmt.Errorf("%s is %d and must be from 1 to %d", what, n, maxSize)
		}
	}
	return nil
}

// checkUnits refuses numbers of filters or units that can't be.
func checkUnits(what string, n int) error {
	if n < 1 || n > maxElements {
		return fmt.Errorf("%s is %d and must be from 1 to %d", what, n, maxElements)
	}
	return nil
}

// single returns the only input shape.
func single(in []Shape) (Shape, error) {
	if len(in) != 1 {
		return nil, fmt.Errorf("it takes one input and has %d", len(in))
	}
	return in[0], nil
}

// picture returns the only input shape, which must be height, width, channels.
func picture(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	if len(s) != 3 {
		return nil, fmt.Errorf("it takes pictures (None, height, width, channels) and its input is %v", s)
	}
	return s, nil
}

// orDefault gives the sides that a literal left out their default.
func orDefault(pair *[2]int, value [2]int) {
	if *pair == [2]int{} {
		*pair = value
	}
}

// sampleAxis turns an axis as Keras counts it (the batch is 0, negative ones
// count from the end) into an index of a shape of that rank without the batch.
func sampleAxis(axis, rank int) (int, error) {
	index := axis - 1
	if axis < 0 {
		index = rank + axis
	}
	if axis == 0 || index < 0 || index >= rank {
		return 0, fmt.Errorf("axis %d is none of a tensor of rank %d (the batch's not counted)", axis, rank)
	}
	return index, nil
}

// setWeight gives the weight in *w its name and shape. A layer that is built
// again, because it is shared, keeps its values and must find the same shape.
func setWeight(w **Weight, name string, trainable bool, shape ...int) error {
	if err := Shape(shape).check(maxWeightSize); err != nil {
		return fmt.Errorf("weight %s: %w", name, err)
	}
	if *w == nil {
		*w = &Weight{Name: name, Shape: shape, Trainable: trainable}
		return nil
	}
	if (*w).Shape == nil {
		(*w).Name, (*w).Shape, (*w).Trainable = name, shape, trainable
		return nil
	}
	if !(*w).Shape.Equal(shape) {
		return fmt.Errorf("weight %s has shape %v and its input asks for %v", name, []int((*w).Shape), shape)
	}
	return nil
}

// present returns the weights that are not nil.
func present(weights ...*Weight) []*Weight {
	var list []*Weight
	for _, w := range weights {
		if w != nil {
			list = append(list, w)
		}
	}
	return list
}
