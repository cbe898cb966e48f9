//go:build !purego

package arm64

// WeightGradientFilters is the filters of a panel of WeightGradient.
const WeightGradientFilters = 16

// WeightGradient adds to a panel of 16 filters of the gradient of a
// convolution's weights, for count of them side by side in a row of the kernel:
//
//	for i := range count {
//		for f := range 16 {
//			for r := range rows {
//				for p := range pixels {
//					sums[i*stride+f] += x[r*xRow+p*xStep+i] * dy[r*dyRow+p*dyStep+f]
//				}
//			}
//		}
//	}
//
// count, rows and pixels are positive.
//
//go:noescape
func WeightGradient(sums []float32, stride int, x []float32, xStep, xRow int, dy []float32, dyStep, dyRow, pixels, rows, count int)

// MaxPoolGradient spreads the gradient dy of maxima y of windows of 2x2 pixels
// in a row over two rows of x, rowStride elements apart: the first pixel of a
// window that is its maximum gets it, the others nothing. Maxima that are not
// above low have no gradient.
//
//	for p := range pixels {
//		for c := range channels {
//			if !(y[p*channels+c] > low) {
//				dy[p*channels+c] = 0
//			}
//			g := dy[p*channels+c]
//			for _, at := range []int{2*p*channels + c, (2*p+1)*channels + c, rowStride + 2*p*channels + c, rowStride + (2*p+1)*channels + c} {
//				dx[at] = 0
//				if x[at] == y[p*channels+c] {
//					dx[at], g = g, 0
//				}
//			}
//		}
//	}
//
// channels is a positive multiple of 4; pixels is positive.
//
//go:noescape
func MaxPoolGradient(dx, x, y, dy []float32, rowStride, channels, pixels int, low float32)
