package kernels

import "math"

// Rescale is a factor Multiplier*2^(Shift-31), Multiplier being zero or at least
// 2^30: TensorFlow Lite's "quantized multiplier".
type Rescale struct{ Multiplier, Shift int32 }

// NewRescale returns the Rescale nearest to a factor that is not negative. One
// below 2^-31 becomes zero, one of 2^30 or more saturates.
//
// Source: QuantizeMultiplier in tensorflow/lite/kernels/internal/quantization_util.cc.
func NewRescale(factor float64) Rescale {
	if !(factor > 0) {
		return Rescale{}
	}
	fraction, exponent := math.Frexp(factor)
	fixed := int64(math.Round(fraction * (1 << 31)))
	if fixed == 1<<31 {
		fixed /= 2
		exponent++
	}
	switch {
	case exponent < -31:
		return Rescale{}
	case exponent > 30:
		return Rescale{math.MaxInt32, 30}
	}
	return Rescale{int32(fixed), int32(exponent)}
}

// Apply multiplies x, rounding twice: the doubled high half of the product half
// up, then the right shift half away from zero. A left shift comes first and
// wraps.
//
// Source: MultiplyByQuantizedMultiplier in tensorflow/lite/kernels/internal/common.h.
func (r Rescale) Apply(x int32) int32 {
	if r.Shift > 0 {
		return doubledHigh(x<<r.Shift, r.Multiplier)
	}
	return roundedShift(doubledHigh(x, r.Multiplier), int(-r.Shift))
}

// doubledHigh is the high half of 2*a*b, rounded and saturated: SQRDMULH.
//
// Source: SaturatingRoundingDoublingHighMul in gemmlowp/fixedpoint/fixedpoint.h,
// whose nudge and truncating division round ties of negatives towards zero as
// half up does.
func doubledHigh(a, b int32) int32 {
	if a == math.MinInt32 && b == math.MinInt32 {
		return math.MaxInt32
	}
	return int32((int64(a)*int64(b) + 1<<30) >> 31)
}

// roundedShift is x/2^n, rounded half away from zero.
func roundedShift(x int32, n int) int32 {
	mask := int32(1)<<n - 1
	threshold := mask >> 1
	if x < 0 {
		threshold++
	}
	q := x >> n
	if x&mask > threshold {
		q++
	}
	return q
}

// clampInt8 keeps v within low and high.
func clampInt8(v int32, low, high int8) int8 {
	return int8(min(max(v, int32(low)), int32(high)))
}
