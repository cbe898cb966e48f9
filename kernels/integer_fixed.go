package kernels

import (
	"math"
	"math/bits"
)

// The functions of this file compute in fixed point as gemmlowp does, which
// TensorFlow Lite's reference kernels use: gemmlowp/fixedpoint/fixedpoint.h.
// A number of n integer bits is its int32 divided by 2^(31-n).

// expOfNegative is e^a for a number that is not positive with the given integer
// bits, 4 or 5; the result has none.
func expOfNegative(a int32, integerBits int) int32 {
	if a == 0 {
		return math.MaxInt32
	}
	point := 29 - integerBits // the bit of 1/4
	quarter := int32(1) << point
	part := a&(quarter-1) - quarter
	result := expOfSmall(saturatedLeft(part, integerBits))
	rest := part - a
	factors := [...]int32{1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242}
	for i, factor := range factors[:integerBits+2] {
		if rest>>(point+i)&1 != 0 { // e^-(2^(i-2))
			result = doubledHigh(result, factor)
		}
	}
	return result
}

// expOfSmall is e^a for a between -1/4 and 0, by the Taylor polynomial round -1/8.
func expOfSmall(a int32) int32 {
	const (
		expOfEighth = 1895147668 // e^-1/8
		third       = 715827883
	)
	x := a + 1<<28
	x2 := doubledHigh(x, x)
	x3 := doubledHigh(x2, x)
	x4 := doubledHigh(x2, x2)
	tail := roundedShift(doubledHigh(roundedShift(x4, 2)+x3, third)+x2, 1)
	return expOfEighth + doubledHigh(expOfEighth, x+tail)
}

// saturatedLeft is x*2^n, saturated.
func saturatedLeft(x int32, n int) int32 {
	v := int64(x) << n
	return int32(min(max(v, math.MinInt32), math.MaxInt32))
}

// reciprocal returns scale, without integer bits, such that 1/x is
// scale/2^shift, for a positive x of the given integer bits.
func reciprocal(x int32, integerBits int) (scale int32, shift int) {
	headroom := bits.LeadingZeros32(uint32(x))
	return oneOverOnePlus(int32(uint32(x)<<headroom - 1<<31)), integerBits - headroom
}

// oneOverOnePlus is 1/(1+x) for x between 0 and 1 without integer bits, by three
// steps of Newton's method.
func oneOverOnePlus(a int32) int32 {
	half := int32((int64(a) + math.MaxInt32 + 1) / 2)
	x := 1515870810 + doubledHigh(half, -1010580540) // 2 integer bits
	for range 3 {
		missing := int32(1)<<29 - doubledHigh(half, x)
		x += saturatedLeft(doubledHigh(x, missing), 2)
	}
	return saturatedLeft(x, 1)
}

// LogisticInt8 is the table of the logistic function of an int8 of the given
// scale and zero point. The output's scale is 1/256 and its zero point -128.
//
// Source: Logistic in tensorflow/lite/kernels/internal/reference/integer_ops/logistic.h.
func LogisticInt8(scale float64, zero int8) (table [256]int8) {
	r := NewRescale(scale * (1 << 27)) // 4 integer bits
	radius := math.Floor(15 * (1 << 27) / math.Ldexp(1, int(r.Shift)))
	for q := -128; q < 128; q++ {
		x := int32(q) - int32(zero)
		var y int32
		switch {
		case float64(x) <= -radius:
			y = -128
		case float64(x) >= radius:
			y = 127
		default:
			y = roundedShift(logistic(r.Apply(x)), 31-8) - 128
		}
		table[uint8(q)] = clampInt8(y, -128, 127)
	}
	return table
}

// logistic is 1/(1+e^-a) for a number of 4 integer bits; the result has none.
func logistic(a int32) int32 {
	if a == 0 {
		return 1 << 30
	}
	magnitude := a
	if a < 0 {
		magnitude = -a
	}
	positive := oneOverOnePlus(expOfNegative(-magnitude, 4))
	if a > 0 {
		return positive
	}
	return math.MaxInt32 - positive
}
