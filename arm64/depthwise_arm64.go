//go:build !purego

package arm64

// Depthwise3 convolves every channel with its own 3x3 kernel for tiles of four
// pixels in a row, with stride 1:
//
//	for t := range tiles {
//		for x := range 4 {
//			for c := range channels {
//				sum := bias[c]
//				for i := range rows {
//					for j := range 3 {
//						sum += src[i*rowStride+(4*t+x+j)*pixelStride+c] * w[c/4*group+(i*3+j)*4+c%4]
//					}
//				}
//				dst[(4*t+x)*dstStride+c] = min(max(sum, low), high)
//			}
//		}
//	}
//
// channels is a positive multiple of 4; rows and tiles are positive.
//
//go:noescape
func Depthwise3(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32)

// Depthwise3Stride2 is Depthwise3 with pixel 2*(4*t+x)+j.
//
//go:noescape
func Depthwise3Stride2(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32)

// Depthwise5 is Depthwise3 for kernels of width 5, w[c/4*group+(i*5+j)*4+c%4].
//
//go:noescape
func Depthwise5(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32)

// Depthwise5Stride2 is Depthwise5 with pixel 2*(4*t+x)+j.
//
//go:noescape
func Depthwise5Stride2(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32)
