package amd64

// MaxPoolWindows spreads the gradient dy of maxima y of windows side by side,
// step elements apart: it adds it to the first cell of a window that is its
// maximum.
//
//	for p := range pixels {
//		for c := range channels {
//			g := dy[p*stride+c]
//			for i := range rows {
//				for j := range columns {
//					if at := p*step + i*rowStride + j*stride + c; x[at] == y[p*stride+c] {
//						dx[at] += g
//						g = 0
//					}
//				}
//			}
//		}
//	}
//
// channels is a positive multiple of 8; rows, columns and pixels are positive.
//
//go:noescape
func MaxPoolWindows(dx, x, y, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int)

// AveragePoolWindows adds the gradient dy of means times factor to all cells of
// windows side by side, step elements apart:
//
//	for p := range pixels {
//		for i := range rows {
//			for j := range columns {
//				for c := range channels {
//					dx[p*step+i*rowStride+j*stride+c] += dy[p*stride+c] * factor
//				}
//			}
//		}
//	}
//
// channels is a positive multiple of 8; rows, columns and pixels are positive.
//
//go:noescape
func AveragePoolWindows(dx, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int, factor float32)
