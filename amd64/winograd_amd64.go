package amd64

// WinogradInput transforms 6x6 patches for F(4x4,3x3), with d the patch of
// channel c and B as Lavin and Gray give it:
//
//	for c := range channels {
//		d[i][j] = src[i*rowStride+j*pixelStride+c]
//		v := transposed(B) * d * B
//		for p := range 36 {
//			dst[p*position+c/8*groupStride+c%8] = v[p/6][p%6]
//		}
//	}
//
// channels is a positive multiple of 8.
//
//go:noescape
func WinogradInput(dst []float32, position, groupStride int, src []float32, rowStride, pixelStride, channels int)

// WinogradOutput transforms the 36 products of one 4x4 tile for F(4x4,3x3), with
// A as Lavin and Gray give it:
//
//	for f := range filters {
//		for p := range 36 {
//			u[p/6][p%6] = m[p*position+f]
//		}
//		y := transposed(A) * u * A
//		if pool {
//			y = the maximum of each 2x2 of y
//		}
//		for i := range y {
//			for j := range y[i] {
//				dst[i*rowStride+j*pixelStride+f] = min(max(y[i][j]+bias[f], low), high)
//			}
//		}
//	}
//
// filters is a positive multiple of 8.
//
//go:noescape
func WinogradOutput(dst []float32, rowStride, pixelStride int, m []float32, position int, bias []float32, filters int, pool bool, low, high float32)
