//go:build !purego

package arm64

// Int8Depthwise5 is Int8Depthwise3 with 5x5 kernels, whose weights lie by rows:
//
//	sum += src[i*rowStride+(x+j)*pixelStride+g*8+c] * w[g*200+(i*5+j)*8+c]
//
// Products of weights 0 and 1, and 2 and 3, of a row are added in 16 bits: those
// weights must not both be -128.
//
//go:noescape
func Int8Depthwise5(dst []int8, dstStride int, src []int8, rowStride, pixelStride int, w []int8, scales []int32, groups, pixels int, general bool)

// Int8Depthwise5Stride2 is Int8Depthwise5 with pixel 2*x+j.
//
//go:noescape
func Int8Depthwise5Stride2(dst []int8, dstStride int, src []int8, rowStride, pixelStride int, w []int8, scales []int32, groups, pixels int, general bool)
