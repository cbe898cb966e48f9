package amd64

// The channels that SumChannels and the loops after it take at once.
const (
	ChannelGroup    = 8
	ChannelGroup512 = 16
)

// SumChannels adds pixels rows of v, stride elements apart, to sums:
//
//	for p := range pixels {
//		for c := range channels {
//			sums[c] += v[p*stride+c]
//		}
//	}
//
// channels is a positive multiple of 8; pixels is positive.
//
//go:noescape
func SumChannels(sums, v []float32, stride, channels, pixels int)

// SumChannels512 is SumChannels on AVX-512, for a multiple of 16 channels.
//
//go:noescape
func SumChannels512(sums, v []float32, stride, channels, pixels int)

// SumSquares adds squares of distances from the mean:
//
//	for p := range pixels {
//		for c := range channels {
//			d := x[p*stride+c] - mean[c]
//			sums[c] += d * d
//		}
//	}
//
// channels is a positive multiple of 8; pixels is positive.
//
//go:noescape
func SumSquares(sums, x, mean []float32, stride, channels, pixels int)

// SumSquares512 is SumSquares on AVX-512, for a multiple of 16 channels.
//
//go:noescape
func SumSquares512(sums, x, mean []float32, stride, channels, pixels int)

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
// channels is a positive multiple of 8; pixels is positive.
//
//go:noescape
func SumSlopes(dbeta, dgamma, x, dy, mean []float32, stride, channels, pixels int)

// SumSlopes512 is SumSlopes on AVX-512, for a multiple of 16 channels.
//
//go:noescape
func SumSlopes512(dbeta, dgamma, x, dy, mean []float32, stride, channels, pixels int)

// Normalize scales and offsets channels:
//
//	for p := range pixels {
//		for c := range channels {
//			y[p*stride+c] = x[p*stride+c]*scale[c] + offset[c]
//		}
//	}
//
// channels is a positive multiple of 8; pixels is positive.
//
//go:noescape
func Normalize(y, x, scale, offset []float32, stride, channels, pixels int)

// Normalize512 is Normalize on AVX-512, for a multiple of 16 channels.
//
//go:noescape
func Normalize512(y, x, scale, offset []float32, stride, channels, pixels int)

// NormalizationGradient is the gradient of what batch normalization takes in:
//
//	for p := range pixels {
//		for c := range channels {
//			at := p*stride + c
//			dx[at] = (dy[at] - dbeta[c] - (x[at]-mean[c])*dgamma[c]) * scale[c]
//		}
//	}
//
// channels is a positive multiple of 8; pixels is positive.
//
//go:noescape
func NormalizationGradient(dx, x, dy, mean, scale, dbeta, dgamma []float32, stride, channels, pixels int)

// NormalizationGradient512 is NormalizationGradient on AVX-512, for a multiple
// of 16 channels.
//
//go:noescape
func NormalizationGradient512(dx, x, dy, mean, scale, dbeta, dgamma []float32, stride, channels, pixels int)
