package keras

import (
	"errors"
	"fmt"
	"slices"

	"edged/nn"
	"edged/storage/folder"
	"edged/storage/hdf5"
)

// A file may hold at most this many bytes of weights, as float32 or as they
// are inflated: room for float16, and none for bombs.
const (
	weightsFactor = 2
	weightsFloor  = 8 << 20
)

// Bounds of a configuration in JSON, which takes many times its size in memory.
// The largest of keras.applications have 1 MB and 60,000 values.
const (
	maxConfig = 8 << 20 // bytes
	maxValues = 400_000
)

// variables reads weights from the datasets of an HDF5 file.
type variables struct {
	file string // what errors call it
	size int64  // of the file that it comes from, in bytes
	keep bool   // whether to keep the values
}

// wrong tells what is missing from what can't be used.
func (v *variables) wrong(err error) error {
	var short *hdf5.ShortError
	if errors.As(err, &short) {
		return folder.Short(v.file, "%v", err)
	}
	return folder.Damaged(v.file, "%w", err)
}

// limit refuses networks whose weights can't be in the file.
func (v *variables) limit(m *nn.Model) error {
	total, room := int64(0), min(maxWeights, weightsFactor*v.size+weightsFloor)
	for _, w := range m.Weights() {
		if total += 4 * int64(w.Shape.Size()); total > room {
			return fmt.Errorf("the layers ask for more than %d bytes of weights, and the file has %d bytes", room, v.size)
		}
	}
	return nil
}

// read reads a weight's values.
func (v *variables) read(o *hdf5.Object, w *nn.Weight) error {
	shape, err := o.Shape()
	if err != nil {
		return err
	}
	if !slices.Equal(shape, []int(w.Shape)) {
		return fmt.Errorf("it has shape %v and the layer asks for %v", shape, []int(w.Shape))
	}
	values, err := o.Floats(w.Shape.Size())
	if err != nil {
		return err
	}
	if v.keep {
		w.Value = values
	}
	return nil
}

// checkJSON refuses configurations that would take too much memory.
func checkJSON(text []byte) error {
	if len(text) > maxConfig {
		return fmt.Errorf("the model's configuration has %d bytes and may have %d", len(text), maxConfig)
	}
	values := 0
	for _, c := range text {
		if c == ',' || c == '[' || c == '{' {
			values++
		}
	}
	if values > maxValues {
		return fmt.Errorf("the model's configuration has more than %d values", maxValues)
	}
	return nil
}
