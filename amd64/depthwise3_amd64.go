package amd64

// The channels whose weights and biases lie together for Depthwise3 and
// Depthwise3On512.
const (
	Depthwise3Group      = 8
	Depthwise3On512Group = 16
)

// Depthwise3 convolves each channel of a row of pixels with 3x3 weights. The
// first pixel lacks its left column if left is 1, and the last its right one if
// right is 1; pixels are between them. w is [channels/8][3][3][8], bias is padded
// to whole groups as well:
//
//	for x := range left + pixels + right {
//		for c := range channels {
//			sum := bias[c]
//			for i, row := range [][]float32{top, middle, bottom} {
//				for j := range 3 {
//					if column := x*step + (j-left)*channels; the pixel has it {
//						sum += row[column+c] * w[(c/8*9+3*i+j)*8+c%8]
//					}
//				}
//			}
//			dst[x*channels+c] = min(max(sum, low), high)
//		}
//	}
//
// channels is a positive multiple of 8; left and right are 0 or 1.
//
//go:noescape
func Depthwise3(dst, top, middle, bottom, w, bias []float32, channels, step, left, pixels, right int, low, high float32)

// Depthwise3On512 is Depthwise3 on AVX-512, for any number of channels, with
// groups of 16.
//
//go:noescape
func Depthwise3On512(dst, top, middle, bottom, w, bias []float32, channels, step, left, pixels, right int, low, high float32)

// Depthwise3Pair512 makes two rows with steps of one pixel as Depthwise3On512
// does: dst from the rows first, upper and lower, second from upper, lower and last.
//
//go:noescape
func Depthwise3Pair512(dst, second, first, upper, lower, last, w, bias []float32, channels, left, pixels, right int, low, high float32)
