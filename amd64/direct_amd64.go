package amd64

// The tile of Direct.
const (
	DirectPixels  = 6
	DirectFilters = 16
)

// Direct convolves tiles tiles of pixels in a row:
//
//	for p := range panels {
//		for x := range tiles * 6 {
//			for f := range 16 {
//				sum := bias[16*p+f]
//				for i := range rows {
//					for k := range length {
//						sum += src[i*rowStride+x*pixelStride+k] * w[((p*rows+i)*length+k)*16+f]
//					}
//				}
//				dst[x*dstStride+16*p+f] = min(max(sum, low), high)
//			}
//		}
//	}
//
// All counts are positive.
//
//go:noescape
func Direct(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, tiles, panels int, low, high float32)
