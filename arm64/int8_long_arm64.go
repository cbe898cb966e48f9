//go:build !purego

package arm64

// The tile of Int8Long: Int8LongPixels pixels of the convolution by
// Int8LongFilters filters, over runs of channels in groups of Int8LongGroup.
const (
	Int8LongPixels  = 4
	Int8LongFilters = 4
	Int8LongGroup   = 16
)

// Int8Long is Int8Dot for tiles of four pixels by four filters on cores without
// the dot product:
//
//	for p := range panels {
//		for t := range tiles {
//			for x := range 4 {
//				for f := range 4 {
//					sum[x][f] = scales[p*28+f]
//					for i := range rows {
//						for k := range length {
//							at := t*step + x/2*second + x%2*pixelStride + i*rowStride + k
//							sum[x][f] += src[at] * w[p*rows*groups*64+(i*groups+k/16)*64+f*16+k%16]
//						}
//					}
//				}
//			}
//			if pool { // two rows of two pixels
//				sum[0] = max(sum[0], sum[1], sum[2], sum[3])
//			}
//			for x := range 4, or 1 if pool {
//				for f := range 4 {
//					dst[(t*4+x)*dstStride+p*4+f] = requantize(sum[x][f]) // t*1 if pool
//				}
//			}
//		}
//	}
//
// where groups is length/16, rounded up, and length is so rounded. Products of k and k+8
// are added in 16 bits: their weights must not both be -128.
//
//go:noescape
func Int8Long(dst []int8, dstStride int, src []int8, pixelStride, second, rowStride, length, rows, step int, w []int8, scales []int32, tiles, panels int, pool, general bool)
