//go:build !purego

package arm64

// WinogradRows multiplies every column of six rows of n elements, stride
// elements apart, by the transposed B of F(4,3); n is a positive multiple of 4:
//
//	for x := range n {
//		for i := range 6 {
//			d[i] = src[i*stride+x]
//		}
//		t := transposed(B) * d
//		for i := range 6 {
//			dst[i*stride+x] = t[i]
//		}
//	}
//
//go:noescape
func WinogradRows(dst, src []float32, stride, n int)

// WinogradColumns multiplies the rows of tiles 6x6 patches, side by side in
// what WinogradRows made, by B of F(4,3). Four elements are taken from each
// pixel, whose channels are at most four:
//
//	for t := range tiles {
//		for i := range 6 {
//			for j := range 6 {
//				d[j] = src[i*stride+(4*t+j)*channels:][:4]
//			}
//			v := d * B
//			for j := range 6 {
//				copy(dst[t*144+(j*6+(i+4)%6)*4:], v[j])
//			}
//		}
//	}
//
//go:noescape
func WinogradColumns(dst, src []float32, stride, channels, tiles int)

// WinogradFew1 multiplies transformed patches of one channel by weights and
// transforms the products to outputs, as WinogradOutput does, for tiles in a
// row; channels is 1:
//
//	for t := range tiles {
//		for f := range filters {
//			for p := range 36 {
//				u[(p%6+2)%6][p/6] = sum over c of v[t*144+p*4+c] * w[((f/4*36+p)*channels+c)*4+f%4]
//			}
//			y := transposed(A) * u * A + bias[f]
//			if pool {
//				y = the maximum of each 2x2 of y
//			}
//			for i := range y {
//				for j := range y[i] {
//					dst[i*rowStride+(t*len(y)+j)*pixelStride+f] = min(max(y[i][j], low), high)
//				}
//			}
//		}
//	}
//
// filters is a positive multiple of 4, tiles is positive.
//
//go:noescape
func WinogradFew1(dst []float32, rowStride, pixelStride int, v, w, bias []float32, tiles, filters int, pool bool, low, high float32)

// WinogradFew3 is WinogradFew1 for three channels.
//
//go:noescape
func WinogradFew3(dst []float32, rowStride, pixelStride int, v, w, bias []float32, tiles, filters int, pool bool, low, high float32)

// WinogradFew4 is WinogradFew1 for four channels.
//
//go:noescape
func WinogradFew4(dst []float32, rowStride, pixelStride int, v, w, bias []float32, tiles, filters int, pool bool, low, high float32)
