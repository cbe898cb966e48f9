//go:build !purego

package arm64

// The tile of Int8Dot: Int8DotPixels pixels of the convolution by Int8DotFilters
// filters, over runs of channels in groups of Int8DotGroup.
const (
	Int8DotPixels  = 8
	Int8DotFilters = 8
	Int8DotGroup   = 4
)

// Int8Bounds is the number of elements of scales in which every panel of
// filters has what is common to all: four times two zero points, of 16 bits,
// four times four lower bounds and as many upper ones, of 8 bits. Before them
// are the biases, the multipliers and the right shifts, as negative numbers, of
// the panel's filters, after them the left shifts.
const Int8Bounds = 3 * 4

// Int8Dot convolves and requantizes for panels of eight filters and tiles of
// eight pixels of the convolution, the last four of which begin second bytes
// after the first four:
//
//	for p := range panels {
//		for t := range tiles {
//			for x := range 8 {
//				for f := range 8 {
//					sum[x][f] = scales[p*44+f]
//					for i := range rows {
//						for k := range length {
//							at := t*step + x/4*second + x%4*pixelStride + i*rowStride + k
//							sum[x][f] += src[at] * w[p*rows*groups*32+(i*groups+k/4)*32+f*4+k%4]
//						}
//					}
//				}
//			}
//			if pool { // columns of two rows of four pixels
//				sum[0], sum[1] = max(sum[0], sum[1], sum[4], sum[5]), max(sum[2], sum[3], sum[6], sum[7])
//			}
//			for x := range 8, or 2 if pool {
//				for f := range 8 {
//					dst[(t*8+x)*dstStride+p*8+f] = requantize(sum[x][f]) // t*2 if pool
//				}
//			}
//		}
//	}
//
// where groups is length/4, rounded up, and length is so rounded: w is zero
// beyond the channels. Up to 15 bytes after a run are read and ignored. general
// tells that some right shift is zero or some left shift isn't. Needs the dot
// product.
//
//go:noescape
func Int8Dot(dst []int8, dstStride int, src []int8, pixelStride, second, rowStride, length, rows, step int, w []int8, scales []int32, tiles, panels int, pool, general bool)

// Int8Pack packs eight rows of src, stride bytes apart, for Int8DotPacked:
//
//	for k := range depth {
//		for x := range 8 {
//			dst[k/16*128+x*16+k%16] = src[x*stride+k]
//		}
//	}
//
// depth is a positive multiple of 16.
//
//go:noescape
func Int8Pack(dst, src []int8, stride, depth int)

// Int8DotPacked is Int8Dot for pixels that Int8Pack packed, one run of depth
// channels each, a multiple of 16:
//
//	for p := range panels {
//		for t := range tiles {
//			for x := range 8 {
//				for f := range 8 {
//					sum := scales[p*44+f]
//					for k := range depth {
//						sum += a[t*8*depth+k/16*128+x*16+k%16] * w[p*8*depth+k/4*32+f*4+k%4]
//					}
//					dst[(t*8+x)*dstStride+p*8+f] = requantize(sum)
//				}
//			}
//		}
//	}
//
// Needs the dot product.
//
//go:noescape
func Int8DotPacked(dst []int8, dstStride int, a []int8, depth int, w []int8, scales []int32, tiles, panels int, general bool)
