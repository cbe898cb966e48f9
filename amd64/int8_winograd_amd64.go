package amd64

// The tile of Int8WinogradMultiply: Int8WinogradTiles tiles of 4x4 pixels by
// Int8WinogradFilters filters, over groups of Int8WinogradGroup channels.
const (
	Int8WinogradTiles   = 8
	Int8WinogradFilters = 8
	Int8WinogradGroup   = 8
)

// Int8WinogradInput transforms one patch of 6x6 pixels, eight channels at a time:
//
//	for g := range groups {
//		for c := range 8 {
//			d[i][j] = src[i*rowStride+j*pixelStride+g*8+c]
//			dst[(i*6+j)*position+g*64+c] = (B' d B)[i][j]
//		}
//	}
//
// with Winograd's B' of F(4x4,3x3) for the points 0, 1, -1, 2, -2 and infinity,
// whose rows are (4 0 -5 0 1 0), (0 -4 -4 1 1 0), (0 4 -4 -1 1 0), (0 -2 -1 2 1 0),
// (0 2 -1 -2 1 0) and (0 4 0 -5 0 1). Results are at most 100*128 in magnitude.
//
//go:noescape
func Int8WinogradInput(dst []int16, position int, src []int8, rowStride, pixelStride, groups int)

// Int8WinogradMultiply multiplies eight tiles with eight filters at 36 positions:
//
//	for p := range 36 {
//		for t := range 8 {
//			for f := range 8 {
//				sum := int32(0)
//				for k := range depth {
//					sum += a[p*position+k/8*64+t*8+k%8] * b[((p*depth+k)/2*8+f)*2+k%2]
//				}
//				dst[p*64+t*8+f] = sum
//			}
//		}
//	}
//
// modulo 1<<32. depth is a positive multiple of 8.
//
//go:noescape
func Int8WinogradMultiply(dst []int32, a []int16, position int, b []int16, depth int)

// Int8WinogradOutput makes the pixels of neighbouring tiles from what
// Int8WinogradMultiply made, and requantizes them:
//
//	for t := range tiles {
//		for f := range 8 {
//			y := A' m A, where m[i][j] = src[(i*6+j)*64+t*8+f]
//			z := y * 954437177 // the inverse of 9 modulo 1<<32
//			dst[i*rowStride+(t*4+j)*pixelStride+f] = requantize((z[i][j]+bias[f])>>6)
//		}
//	}
//
// modulo 1<<32, where the rows of A' are (1 1 1 1 1 0), (0 1 -1 2 -2 0),
// (0 1 1 4 4 0) and (0 1 -1 8 -8 2). scales is that of Int8Tiles256, with biases
// that are 64-fold.
//
//go:noescape
func Int8WinogradOutput(dst []int8, rowStride, pixelStride int, src, scales []int32, tiles int)

// Int8WinogradPool is Int8WinogradOutput with the maximum of each two by two of z
// in place of them: its tiles have two by two pixels.
//
//go:noescape
func Int8WinogradPool(dst []int8, rowStride, pixelStride int, src, scales []int32, tiles int)
