package nn

import (
	"fmt"
	"math"

	"edged/kernels"
)

// Quantization says which real numbers an int8 tensor holds: q stands for
// Scale*(q-Zero).
type Quantization struct {
	Scale float32
	Zero  int8
}

// Real is the number that q stands for.
func (q Quantization) Real(v int8) float32 { return q.Scale * float32(int32(v)-int32(q.Zero)) }

// Quantize is the int8 nearest to a real number, ties away from zero.
func (q Quantization) Quantize(v float32) int8 {
	return q.saturate(math.Round(float64(v/q.Scale)) + float64(q.Zero))
}

func (q Quantization) saturate(v float64) int8 {
	if v != v {
		return q.Zero
	}
	return int8(min(max(v, math.MinInt8), math.MaxInt8))
}

// check refuses scales that are no positive numbers.
func (q Quantization) check() error {
	if !(q.Scale > 0) || math.IsInf(float64(q.Scale), 0) {
		return fmt.Errorf("its scale %g is no positive number", q.Scale)
	}
	return nil
}

// clamp is the range of an output with a fused activation, or false for one
// that doesn't only clamp.
//
// Source: CalculateActivationRangeQuantized in tensorflow/lite/kernels/kernel_util.cc.
func (q Quantization) clamp(a kernels.Activation) (low, high int8, ok bool) {
	low, high = math.MinInt8, math.MaxInt8
	switch {
	case a.Kind == kernels.Linear:
		return low, high, true
	case a.Kind != kernels.ReLU || a.Alpha != 0 || a.Threshold != 0:
		return 0, 0, false
	}
	if a.Max != 0 && !math.IsInf(float64(a.Max), 1) {
		high = q.Quantize(a.Max)
	}
	return q.Zero, high, true
}

// table computes f on every value of in.
func (q Quantization) table(in Quantization, f func(float32) float32) (table [256]int8) {
	for v := math.MinInt8; v <= math.MaxInt8; v++ {
		table[uint8(v)] = q.Quantize(f(in.Real(int8(v))))
	}
	return table
}

// activation is the table of an activation, with the arithmetic of TensorFlow
// Lite's reference kernels where it differs from rounding the real result.
func (q Quantization) activation(in Quantization, a kernels.Activation) [256]int8 {
	low, high, clamps := q.clamp(a)
	slope := float64(in.Scale) / float64(q.Scale)
	switch {
	case a.Kind == kernels.Sigmoid && q == probability:
		return kernels.LogisticInt8(float64(in.Scale), in.Zero)
	case clamps:
		return q.pieces(in, slope, slope, low, high)
	case a.Kind == kernels.LeakyReLU && a.Alpha >= 0:
		return q.pieces(in, slope*float64(a.Alpha), slope, math.MinInt8, math.MaxInt8)
	}
	return q.table(in, func(v float32) float32 {
		one := [1]float32{v}
		a.Apply(one[:])
		return one[0]
	})
}

// pieces is the table of a function that has one slope below zero and another
// above it.
func (q Quantization) pieces(in Quantization, below, above float64, low, high int8) (table [256]int8) {
	negative, positive := kernels.NewRescale(below), kernels.NewRescale(above)
	for v := math.MinInt8; v <= math.MaxInt8; v++ {
		x := int32(v) - int32(in.Zero)
		r := positive
		if x < 0 {
			r = negative
		}
		table[uint8(v)] = int8(min(max(r.Apply(x)+int32(q.Zero), int32(low)), int32(high)))
	}
	return table
}

// probability is what TensorFlow Lite gives the outputs of softmax and sigmoid.
var probability = Quantization{Scale: 1.0 / 256, Zero: -128}
