package nn

import (
	"fmt"
	"math"
	"sync"

	"edged/quant"
)

// Widen gives every weight of the model that has Float16 its Value instead.
func (m *Model) Widen() {
	for w := range m.weights() {
		if w.Float16 != nil {
			w.Value, w.Float16 = values(w), nil
		}
	}
}

// values returns the weight's values, nil if there is no weight.
func values(w *Weight) []float32 {
	if w == nil {
		return nil
	}
	if w.Float16 == nil {
		return w.Value
	}
	return widened(w.Float16)
}

func widened(bits []uint16) []float32 {
	v := make([]float32, len(bits))
	quant.WidenFloat16(v, bits)
	return v
}

// CheckWeights returns an error naming the layer unless every weight of the
// model has its values and all of them are finite.
func CheckWeights(m *Model) error {
	for _, l := range m.Layers {
		if inner, ok := l.(*Model); ok {
			if err := CheckWeights(inner); err != nil {
				return err
			}
			continue
		}
		for _, w := range l.Weights() {
			if err := w.check(); err != nil {
				return &LayerError{l.Name(), l.Class(), err}
			}
		}
	}
	return nil
}

func (w *Weight) check() error {
	n := len(w.Value)
	if w.Float16 != nil {
		n = len(w.Float16)
	}
	if n != w.Shape.Size() {
		return fmt.Errorf("weight %s has %d values and its shape %v asks for %d", w.Name, n, []int(w.Shape), w.Shape.Size())
	}
	if at := firstIn(len(w.Value), func(from, to int) int { return infinite(w.Value[from:to]) }); at >= 0 {
		return fmt.Errorf("weight %s has the value %g at %d", w.Name, w.Value[at], at)
	}
	if at := firstIn(len(w.Float16), func(from, to int) int { return quant.InfiniteFloat16(w.Float16[from:to]) }); at >= 0 {
		return fmt.Errorf("weight %s has the value %g at %d", w.Name, quant.FromFloat16(w.Float16[at]), at)
	}
	return nil
}

// infinite is the index of the first value that is infinite or not a number, -1
// if all are finite.
func infinite(values []float32) int {
	const exponent = 0x7f800000
	for i, v := range values {
		if math.Float32bits(v)&exponent == exponent {
			return i
		}
	}
	return -1
}

// firstIn is the first of n indices that find finds in one of their runs, -1 if
// it returns that for all. Runs are searched on all cores.
func firstIn(n int, find func(from, to int) int) int {
	if n <= weightRun {
		return find(0, n)
	}
	found := make([]int, (n+weightRun-1)/weightRun)
	var group sync.WaitGroup
	for run := range found {
		search := func() {
			from := run * weightRun
			if found[run] = find(from, min(from+weightRun, n)); found[run] >= 0 {
				found[run] += from
			}
		}
		if run == len(found)-1 {
			search()
		} else {
			group.Go(search)
		}
	}
	group.Wait()
	for _, at := range found {
		if at >= 0 {
			return at
		}
	}
	return -1
}

// weightRun is the number of weights that one goroutine checks or converts.
const weightRun = 1 << 18
