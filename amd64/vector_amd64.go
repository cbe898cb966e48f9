package amd64

// AddInto adds src to dst, element by element; len(src) >= len(dst), which is a
// positive multiple of 4, as in the other kernels of this file.
//
//	for i := range dst {
//		dst[i] += src[i]
//	}
//
//go:noescape
func AddInto(dst, src []float32)

// SubtractInto subtracts src from dst.
//
//go:noescape
func SubtractInto(dst, src []float32)

// MultiplyInto multiplies dst by src.
//
//go:noescape
func MultiplyInto(dst, src []float32)

// MaximumInto keeps the larger one of dst and src.
//
//go:noescape
func MaximumInto(dst, src []float32)

// MinimumInto keeps the smaller one of dst and src.
//
//go:noescape
func MinimumInto(dst, src []float32)

// Clamp keeps v within low and high:
//
//	for i := range v {
//		v[i] = min(max(v[i], low), high)
//	}
//
//go:noescape
func Clamp(v []float32, low, high float32)

// MaxPool makes the maxima of windows in a row; the windows of neighbours are
// step elements apart:
//
//	for x := range pixels {
//		for c := range channels {
//			m := src[x*step+c]
//			for i := range rows {
//				for j := range columns {
//					m = max(m, src[x*step+i*rowStride+j*pixelStride+c])
//				}
//			}
//			dst[x*channels+c] = m
//		}
//	}
//
// channels is a positive multiple of 4; the other counts are positive.
//
//go:noescape
func MaxPool(dst, src []float32, rowStride, pixelStride, channels, rows, columns, step, pixels int)

// SumPool is MaxPool for the sums times factor.
//
//go:noescape
func SumPool(dst, src []float32, rowStride, pixelStride, channels, rows, columns, step, pixels int, factor float32)

// Blend adds up four slices times their weights; len(dst) is a positive multiple
// of 4.
//
//	for i := range dst {
//		dst[i] = wa*a[i] + wb*b[i] + wc*c[i] + wd*d[i]
//	}
//
//go:noescape
func Blend(dst, a, b, c, d []float32, wa, wb, wc, wd float32)
