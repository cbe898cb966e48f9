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

// The tile of Direct512, of which the second half of the pixels may be missing.
const (
	Direct512Pixels  = 14
	Direct512Filters = 32
)

// Direct512 is Direct for pixels pixels and up to 32 filters of one panel, zero
// beyond them:
//
//	for x := range pixels {
//		for f := range filters {
//			sum := bias[f]
//			for i := range rows {
//				for k := range length {
//					sum += src[i*rowStride+x*pixelStride+k] * w[(i*length+k)*32+f]
//				}
//			}
//			dst[x*dstStride+f] = min(max(sum, low), high)
//		}
//	}
//
// src is read to the end of the last fourteen or seven pixels.
//
//go:noescape
func Direct512(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, filters, pixels int, low, high float32)
