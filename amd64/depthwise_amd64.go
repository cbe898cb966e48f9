package amd64

// DepthwiseTile is the number of pixels that Depthwise makes at once.
const DepthwiseTile = 4

// Depthwise convolves each channel of tiles tiles of pixels in a row:
//
//	for x := range tiles * 4 {
//		for c := range channels {
//			sum := bias[c]
//			for i := range rows {
//				for j := range width {
//					sum += src[i*rowStride+(x*stride+j)*pixelStride+c] * w[c/4*group+(i*width+j)*4+c%4]
//				}
//			}
//			dst[x*dstStride+c] = min(max(sum, low), high)
//		}
//	}
//
// channels is a positive multiple of 4; the other counts are positive.
//
//go:noescape
func Depthwise(dst []float32, dstStride int, src []float32, rowStride, pixelStride, width, stride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32)
