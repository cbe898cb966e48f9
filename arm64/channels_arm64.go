//go:build !purego

package arm64

// ChannelGroup is the channels that SumChannels and the loops after it take at
// once.
const ChannelGroup = 4

// SumChannels adds pixels rows of v, stride elements apart, to sums:
//
//	for p := range pixels {
//		for c := range channels {
//			sums[c] += v[p*stride+c]
//		}
//	}
//
// channels is a positive multiple of 4; pixels is positive.
//
//go:noescape
func SumChannels(sums, v []float32, stride, channels, pixels int)

// SumSquares adds squares of distances from the mean:
//
//	for p := range pixels {
//		for c := range channels {
//			d := x[p*stride+c] - mean[c]
//			sums[c] += d * d
//		}
//	}
//
// channels is a positive multiple of 4; pixels is positive.
//
//go:noescape
func SumSquares(sums, x, mean []float32, stride, channels, pixels int)

// SumSlopes adds what batch normalization's offset and scale have of a gradient:
//
//	for p := range pixels {
//		for c := range channels {
//			g := dy[p*stride+c]
//			dbeta[c] += g
//			dgamma[c] += g * (x[p*stride+c] - mean[c])
//		}
//	}
//
// channels is a positive multiple of 4; pixels is positive.
//
//go:noescape
func SumSlopes(dbeta, dgamma, x, dy, mean []float32, stride, channels, pixels int)

// Normalize scales and offsets channels:
//
//	for p := range pixels {
//		for c := range channels {
//			y[p*stride+c] = x[p*stride+c]*scale[c] + offset[c]
//		}
//	}
//
// channels is a positive multiple of 4; pixels is positive.
//
//go:noescape
func Normalize(y, x, scale, offset []float32, stride, channels, pixels int)

// NormalizationGradient is the gradient of what batch normalization takes in:
//
//	for p := range pixels {
//		for c := range channels {
//			at := p*stride + c
//			dx[at] = (dy[at] - dbeta[c] - (x[at]-mean[c])*dgamma[c]) * scale[c]
//		}
//	}
//
// channels is a positive multiple of 4; pixels is positive.
//
//go:noescape
func NormalizationGradient(dx, x, dy, mean, scale, dbeta, dgamma []float32, stride, channels, pixels int)
