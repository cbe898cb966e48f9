package quant

import "math"

// Affine says which real numbers an int8 stands for: q for Scale*(q-Zero).
type Affine struct {
	Scale float32
	Zero  int8
}

// Range is an interval of real numbers.
type Range struct{ Low, High float64 }

// Union is the smallest range that holds both.
func (r Range) Union(o Range) Range { return Range{min(r.Low, o.Low), max(r.High, o.High)} }

// smallest is the width of the narrowest range that is told apart from a point.
const smallest = 1e-9

// Affine spreads the 256 values over the range and zero, which gets a value of
// its own. A range that is a point gets the scale of a wider one.
//
// Source: ChooseQuantizationParams in tensorflow/lite/kernels/internal/quantization_util.h.
func (r Range) Affine() Affine {
	low, high := min(r.Low, 0), max(r.High, 0)
	if high-low < smallest {
		return Affine{Scale: smallest, Zero: 0}
	}
	scale := (high - low) / 255
	zero := math.Round(math.MinInt8 - low/scale)
	return Affine{Scale: float32(scale), Zero: int8(min(max(zero, math.MinInt8), math.MaxInt8))}
}

// Real is the number that q stands for.
func (a Affine) Real(q int8) float64 { return float64(a.Scale) * float64(int(q)-int(a.Zero)) }

// Nearest is the int8 nearest to a real number, ties away from zero.
func (a Affine) Nearest(v float64) int8 {
	q := math.Round(v/float64(a.Scale)) + float64(a.Zero)
	return int8(min(max(q, math.MinInt8), math.MaxInt8))
}

// Symmetric returns, for weights whose last axis has the given number of
// channels, the scale of each channel that makes its largest weight 127.
// Channels without weights but zeros get a scale of their own choice, above zero.
func Symmetric(weights []float32, channels int) []float32 {
	scales := make([]float32, channels)
	for i, w := range weights {
		c := i % channels
		scales[c] = max(scales[c], float32(math.Abs(float64(w))))
	}
	for c, largest := range scales {
		scales[c] = max(largest/math.MaxInt8, smallest)
	}
	return scales
}

// Round rounds weights in place to multiples from -127 to 127 of their channel's
// scale, and calls gained
// with the index of each weight and what it gained by that.
func Round(weights []float32, scales []float32, gained func(i int, difference float64)) {
	for i, w := range weights {
		scale := float64(scales[i%len(scales)])
		q := min(max(math.Round(float64(w)/scale), -math.MaxInt8), math.MaxInt8)
		weights[i] = float32(q * scale)
		gained(i, q*scale-float64(w))
	}
}
