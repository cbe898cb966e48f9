//go:build !purego

package arm64

// Int8Lanes is the number of elements that kernels on int8 handle at a time.
const Int8Lanes = 16

// Int8Add adds two tensors; len(dst), a positive multiple of Int8Lanes, is the
// length of all three:
//
//	for i := range dst {
//		a := rescale((left[i]-zero[0])<<s[0], s[1], s[2])
//		b := rescale((right[i]-zero[1])<<s[3], s[4], s[5])
//		dst[i] = clamp(rescale((a+b)<<s[6], s[7], s[8])+outZero, low, high)
//	}
//
// where rescale doubles the product with the multiplier, takes its high half,
// rounded half up, and shifts it right, rounded half away from zero, by the
// shift, which scales has as a negative number. scales are these nine numbers s,
// then four times zero[0] and four times zero[1] of 8 bits, twice outZero of 16,
// and four times low and high of 8.
//
//go:noescape
func Int8Add(dst, left, right []int8, scales []int32)

// Int8Subtract is Int8Add with a-b.
//
//go:noescape
func Int8Subtract(dst, left, right []int8, scales []int32)

// Int8Multiply is Int8Add with (left[i]-zero[0])*(right[i]-zero[1]) for the sum.
//
//go:noescape
func Int8Multiply(dst, left, right []int8, scales []int32)

// Int8Table looks elements up; len(dst) is a positive multiple of Int8Lanes:
//
//	for i := range dst {
//		dst[i] = table[uint8(src[i])]
//	}
//
//go:noescape
func Int8Table(dst, src []int8, table *[256]int8)

// Int8Quantize makes int8 of float32; len(dst) is a positive multiple of
// Int8Lanes. The quotient is rounded half away from zero, that of NaN is 0:
//
//	for i := range dst {
//		dst[i] = clamp(round(src[i]/scale)+zero, -128, 127)
//	}
//
//go:noescape
func Int8Quantize(dst []int8, src []float32, scale float32, zero int8)

// Int8Dequantize makes float32 of int8; len(src) is dst's, a positive multiple
// of Int8Lanes:
//
//	for i := range dst {
//		dst[i] = scale * (src[i]-zero)
//	}
//
//go:noescape
func Int8Dequantize(dst []float32, src []int8, scale float32, zero int8)
