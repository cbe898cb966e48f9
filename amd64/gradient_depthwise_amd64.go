package amd64

// DepthwiseWeightGradient adds to the gradient of taps weights side by side in a
// row of a depthwise kernel, channel by channel:
//
//	for t := range taps {
//		for r := range rows {
//			for p := range pixels {
//				for c := range channels {
//					sums[t*stride+c] += x[t*tap+r*xRow+p*step+c] * dy[r*dyRow+p*stride+c]
//				}
//			}
//		}
//	}
//
// channels is a positive multiple of 8; taps is 1 or 3; rows and pixels are positive.
//
//go:noescape
func DepthwiseWeightGradient(sums, x, dy []float32, stride, tap, step, xRow, dyRow, channels, taps, rows, pixels int)

// DepthwiseWeightGradient512 is DepthwiseWeightGradient on AVX-512, for a
// multiple of 16 channels.
//
//go:noescape
func DepthwiseWeightGradient512(sums, x, dy []float32, stride, tap, step, xRow, dyRow, channels, taps, rows, pixels int)

// DepthwiseInputGradient adds what one weight of each channel brings back to
// pixels step elements apart:
//
//	for p := range pixels {
//		for c := range channels {
//			dx[p*step+c] += w[c] * dy[p*stride+c]
//		}
//	}
//
// channels is a positive multiple of 8; pixels is positive.
//
//go:noescape
func DepthwiseInputGradient(dx, w, dy []float32, step, stride, channels, pixels int)

// DepthwiseInputGradient512 is DepthwiseInputGradient on AVX-512, for a multiple
// of 16 channels.
//
//go:noescape
func DepthwiseInputGradient512(dx, w, dy []float32, step, stride, channels, pixels int)
