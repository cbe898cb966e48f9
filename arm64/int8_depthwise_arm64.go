//go:build !purego

package arm64

// Int8DepthwiseGroup is the number of channels that the loops for depthwise
// convolutions take at once.
const Int8DepthwiseGroup = 8

// Int8Depthwise3 convolves every channel with its own 3x3 kernel for pixels
// pixels in a row with stride 1, and requantizes:
//
//	for g := range groups {
//		for x := range pixels {
//			for c := range 8 {
//				sum := scales[g*44+c]
//				for i := range 3 {
//					for j := range 3 {
//						sum += src[i*rowStride+(x+j)*pixelStride+g*8+c] * w[g*72+(j*3+i)*8+c]
//					}
//				}
//				dst[x*dstStride+g*8+c] = requantize(sum)
//			}
//		}
//	}
//
// Products of weights 0 and 1, 2 and 3, 4 and 5, 6 and 7 of a channel are added
// in 16 bits: those weights must not both be -128. scales and general are those
// of Int8Dot.
//
//go:noescape
func Int8Depthwise3(dst []int8, dstStride int, src []int8, rowStride, pixelStride int, w []int8, scales []int32, groups, pixels int, general bool)

// Int8Depthwise3Stride2 is Int8Depthwise3 with pixel 2*x+j.
//
//go:noescape
func Int8Depthwise3Stride2(dst []int8, dstStride int, src []int8, rowStride, pixelStride int, w []int8, scales []int32, groups, pixels int, general bool)
