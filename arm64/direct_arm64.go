//go:build !purego

package arm64

// The tile of Direct: pixels by filters.
const (
	DirectPixels  = 8
	DirectFilters = 8
)

// Direct convolves pictures of few channels, whose pixels under a row of the
// kernel lie side by side, length elements of them:
//
//	for p := range panels {
//		for t := range tiles {
//			for x := range 8 {
//				for f := range 8 {
//					sum := bias[8*p+f]
//					for i := range rows {
//						for k := range length {
//							sum += src[i*rowStride+(8*t+x)*pixelStride+k] * w[((p*rows+i)*length+k)*8+f]
//						}
//					}
//					dst[(8*t+x)*dstStride+8*p+f] = min(max(sum, low), high)
//				}
//			}
//		}
//	}
//
// All counts are positive.
//
//go:noescape
func Direct(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, tiles, panels int, low, high float32)

// DirectPool is Direct for tiles of two rows of four pixels, second elements
// apart, of which the maximum of each 2x2 is kept:
//
//	for p := range panels {
//		for t := range tiles {
//			for x := range 2 {
//				for f := range 8 {
//					sum[y][z] = bias[8*p+f] + the products of pixel 4*t+2*x+z, y*second elements on; y, z < 2
//					dst[(2*t+x)*dstStride+8*p+f] = min(max(the maximum of sum, low), high)
//				}
//			}
//		}
//	}
//
//go:noescape
func DirectPool(dst []float32, dstStride int, src []float32, rowStride, pixelStride, second, length, rows int, w, bias []float32, tiles, panels int, low, high float32)
