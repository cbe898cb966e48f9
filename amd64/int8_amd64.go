package amd64

// The tiles of the int8 products are those of GEMM and GEMM512; where these have
// a float32, Int8Multiply has two int16 and Int8MultiplyDot four bytes.
const (
	Int8Pair = 2
	Int8Dot  = 4
)

// Int8Multiply multiplies tiles panels of a by panels panels of b:
//
//	for p := range panels {
//		for t := range tiles {
//			for r := range 6 {
//				for c := range 16 {
//					sum := start[(6*t+r)*startStride+16*p+c]
//					for k := range depth {
//						for i := range 2 {
//							sum += a[((t*depth/8+k/8)*6+r)*16+k%8*2+i] * b[((p*depth+k)*16+c)*2+i]
//						}
//					}
//					dst[(6*t+r)*stride+16*p+c] = sum
//				}
//			}
//		}
//	}
//
// modulo 1<<32, with 0 for sums to start with if start is empty. depth is a
// positive multiple of 8; tiles and panels are positive.
//
//go:noescape
func Int8Multiply(dst []int32, stride int, a, b []int16, depth, tiles, panels int, start []int32, startStride int)

// Int8MultiplyDot is Int8Multiply with 7 rows, unsigned bytes times signed ones
// and four of them in place of two.
//
//go:noescape
func Int8MultiplyDot(dst []int32, stride int, a []uint8, b []int8, depth, tiles, panels int, start []int32, startStride int)

// Int8MaxPool is MaxPool for sums of int8 products.
//
//go:noescape
func Int8MaxPool(dst, src []int32, rowStride, pixelStride, channels, rows, columns, step, pixels int)

// Requantize makes int8 values of the sums of pixels:
//
//	for x := range pixels {
//		for c := range channels {
//			v := (int64(sums[x*stride+c]<<left[c])*int64(multipliers[c]) + 1<<30) >> 31
//			v = v / (1 << right[c]), rounded to nearest, ties away from zero
//			dst[x*dstStride+c] = min(max(v, low), high) + zero
//		}
//	}
//
// channels is a positive multiple of 8, pixels is positive.
//
//go:noescape
func Requantize(dst []int8, dstStride int, sums []int32, stride, channels, pixels int, multipliers, left, right []int32, low, high, zero int32)

// Int8Depthwise sums the products of each channel of a row of pixels:
//
//	for x := range pixels {
//		for c := range channels {
//			sum := bias[c]
//			for i := range rows {
//				for j := range width {
//					sum += src[i*rowStride+x*step+j*channels+c] * w[(c/8*rows*width+i*width+j)*8+c%8]
//				}
//			}
//			dst[x*channels+c] = sum
//		}
//	}
//
// channels is a positive multiple of 8; the other counts are positive.
//
//go:noescape
func Int8Depthwise(dst []int32, src []int8, rowStride, step, width, rows int, w, bias []int32, channels, pixels int)
