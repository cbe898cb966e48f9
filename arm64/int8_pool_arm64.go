//go:build !purego

package arm64

// Int8MaxPool makes the maxima of windows of rows by columns pixels, windows of
// neighbours in the output being step elements apart; channels is at least
// Int8Lanes:
//
//	for p := range pixels {
//		for c := range channels {
//			best := low
//			for y := range rows {
//				for x := range columns {
//					best = max(best, src[p*step+y*rowStride+x*pixelStride+c])
//				}
//			}
//			dst[p*channels+c] = min(best, high)
//		}
//	}
//
//go:noescape
func Int8MaxPool(dst, src []int8, rowStride, pixelStride, channels, rows, columns, step, pixels int, low, high int8)

// Int8AveragePool is Int8MaxPool for means, rounded half away from zero and
// clamped to low and high. A window has at most 1<<16 pixels.
//
//go:noescape
func Int8AveragePool(dst, src []int8, rowStride, pixelStride, channels, rows, columns, step, pixels int, low, high int8)

// Int8Sums makes the sums of at least Int8Lanes channels:
//
//	for c := range dst {
//		dst[c] = 0
//		for p := range pixels {
//			dst[c] += src[p*pixelStride+c]
//		}
//	}
//
//go:noescape
func Int8Sums(dst []int32, src []int8, pixelStride, pixels int)
