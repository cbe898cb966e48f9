package amd64

// The filters of the panels of WeightGradient and WeightGradient512.
const (
	WeightGradientFilters    = 16
	WeightGradientFilters512 = 32
)

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

// WeightGradient512 is WeightGradient on AVX-512, with 32 filters in place of 16.
//
//go:noescape
func WeightGradient512(sums []float32, stride int, x []float32, xStep, xRow int, dy []float32, dyStep, dyRow, pixels, rows, count int)
