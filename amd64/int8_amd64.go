package amd64

// The tiles of Int8Tiles: so many pixels by filters; or of Int8TilesPool, whose
// tiles make so many outputs of two by two pixels.
const (
	Int8TilePixels  = 14
	Int8PoolPixels  = 3
	Int8TileFilters = 32
)

// Int8TileScales is the number of elements of scales of a panel of 32 filters:
// twice bias, left shift and one more, multiplier, multiplier of the odd lanes in
// the even ones, what rounds the even lanes and what rounds the odd ones in 64
// bits, right shift, each of 16; then the zero point in 32 int16, 32 int8 of the
// lower bound and as many of the upper one. Of up to 16 filters the first half
// holds all. Of more it holds those of every eight that come first, four, and the
// second half the other four.
const Int8TileScales = 2*7*16 + 2*16

// Int8Tiles convolves pixels for up to 32 filters:
//
//	for x := range pixels {
//		for f := range filters {
//			sum := bias[f]
//			for i := range rows {
//				for k := range words {
//					for j := range 4 {
//						sum += src[x*pixelStride+i*rowStride+4*k+j] * int8(w[(i*words+k)*128+lane(f)*4+j])
//					}
//				}
//			}
//			dst[x*dstStride+f] = the output of the sum, as Requantize makes it
//		}
//	}
//
// where lane is the place that Int8TileScales describes. The second seven pixels
// of fourteen begin second after the first, and the next fourteen step after
// them. Sums with what rounds them must fit in 31 bits. src is read to the end of
// the last fourteen or seven pixels.
//
//go:noescape
func Int8Tiles(dst []int8, dstStride int, src []uint8, pixelStride, second, rowStride, words, rows, step int, w []uint8, scales []int32, filters, pixels int)

// Int8TilesPool is Int8Tiles of the maxima of two by two pixels, whose second row
// begins second after the first. The next six pixels of both begin step after the
// first; src is read to the end of the last six.
//
//go:noescape
func Int8TilesPool(dst []int8, dstStride int, src []uint8, pixelStride, second, rowStride, words, rows, step int, w []uint8, scales []int32, filters, pixels int)

// The tiles of Int8Tiles256, and the number of elements of scales of a panel of
// its eight filters: what Int8TileScales has of a vector of sums, each of 8 and
// without the filters' order, but, in place of shifts to the left, 0 for filters
// that are shifted to the right and the least number for others; then the zero
// point in 16 int16, 32 int8 of the lower bound and 32 of the upper one.
const (
	Int8TilePixels256  = 12
	Int8TileFilters256 = 8
	Int8TileScales256  = 7*8 + 3*8
)

// Int8Tiles256 is Int8Tiles for eight filters and src and w of int16, two of
// which make a word: its strides are bytes all the same. Weights and biases are
// shifted to the left, and doubled, beforehand. The second six pixels of
// twelve begin second after the first. src is read to the end of the last twelve,
// six or two pixels. filters is 8.
//
//go:noescape
func Int8Tiles256(dst []int8, dstStride int, src []uint8, pixelStride, second, rowStride, words, rows, step int, w []uint8, scales []int32, filters, pixels int)

// Int8TilesPool256 is Int8Tiles256 as Int8TilesPool is Int8Tiles.
//
//go:noescape
func Int8TilesPool256(dst []int8, dstStride int, src []uint8, pixelStride, second, rowStride, words, rows, step int, w []uint8, scales []int32, filters, pixels int)

// Int8Widen makes int16 of int8.
//
//go:noescape
func Int8Widen(dst []int16, src []int8)

// Int8Flip makes unsigned bytes of signed ones:
//
//	for i, v := range src {
//		dst[i] = uint8(v) ^ 0x80
//	}
//
//go:noescape
func Int8Flip(dst []uint8, src []int8)

// Int8TapScales is the number of elements of scales of 64 channels: what
// Int8TileScales has of a vector of sums, four times, then the zero point in 32
// int16, 64 int8 of the lower bound and 64 of the upper one. The lane of channel c
// is c/4%4*16+c/16*4+c%4.
const Int8TapScales = 4*7*16 + 3*16

// Int8Taps convolves each of up to 64 channels by itself:
//
//	for x := range pixels {
//		for c := range channels {
//			sum := bias[c]
//			for i, tap := range taps {
//				sum += src[x*step+tap+c] * int8(w[i/4*256+lane(c)*4+i%4])
//			}
//			dst[x*dstStride+c] = the output of the sum, as Requantize makes it
//		}
//	}
//
// len(taps) is a positive multiple of 4. 64 bytes of src are read at each tap.
//
//go:noescape
func Int8Taps(dst []int8, dstStride int, src []uint8, step int, taps []int, w []uint8, scales []int32, channels, pixels int)

// Int8TapScales256 is the number of elements of scales of 16 channels: what
// Int8TileScales256 has of a vector of sums, twice, then the zero point in 16
// int16, 16 int8 of the lower bound and 16 of the upper one. The lane of channel c
// is c/4%2*8+c/8*4+c%4.
const Int8TapScales256 = 2*7*8 + 2*8

// Int8Taps256 is Int8Taps for channels by 16 and src and w of int16, of which w holds
// two taps of a lane together: taps and steps are bytes all the same. len(taps) is
// a positive multiple of 2, and channels of 16, whose weights and scales follow each
// other.
//
//go:noescape
func Int8Taps256(dst []int8, dstStride int, src []uint8, step int, taps []int, w []uint8, scales []int32, channels, pixels int)

// Int8NineTaps256 is Int8Taps256 for three by three taps, and a tenth without
// weight. It reads taps 1, 2 and 3.
//
//go:noescape
func Int8NineTaps256(dst []int8, dstStride int, src []uint8, step int, taps []int, w []uint8, scales []int32, channels, pixels int)

// Int8Dense8 multiplies eight rows by a vector whose length is a positive multiple
// of 64:
//
//	for r := range 8 {
//		sums[r] = sum over k of x[k] * w[k/64*512+r*64+k%64]
//	}
//
//go:noescape
func Int8Dense8(sums []int32, x []uint8, w []int8)

// Int8Dense2 is Int8Dense8 for two rows.
//
//go:noescape
func Int8Dense2(sums []int32, x []uint8, w []int8)

// Int8Dense8On256 is Int8Dense8 for x of int16, of which sixteen are one group:
//
//	for r := range 8 {
//		sums[r] = sum over k of x[k] * w[k/16*128+r*16+k%16]
//	}
//
// len(x) is twice their number, a positive multiple of 32.
//
//go:noescape
func Int8Dense8On256(sums []int32, x []uint8, w []int8)

// Int8Dense2On256 is Int8Dense8On256 for two rows.
//
//go:noescape
func Int8Dense2On256(sums []int32, x []uint8, w []int8)

// Int8Quantize makes int8 of float32:
//
//	for i, v := range src {
//		dst[i] = saturated(round(v/scale) + zero), or zero where that is no number
//	}
//
// rounded half away from zero. The length is a positive multiple of 32.
//
//go:noescape
func Int8Quantize(dst []int8, src []float32, scale float32, zero int32)

// Int8AddScales is the number of elements of scales of Int8Add, each eight times:
// shift to the left and one more, multiplier, what rounds in 64 bits (four times),
// 0 if there is a shift to the right or the least number, the shift, of left, right
// and output; the zero points of all three; then 16 int8 of the lower bound and 16
// of the upper one.
const Int8AddScales = (3*5+3)*8 + 8

// Int8Add adds:
//
//	for i := range dst {
//		dst[i] = clamp(out(a(left[i]-zeroLeft) + b(right[i]-zeroRight)) + zeroOut)
//	}
//
// where a, b and out rescale as Requantize does. Numbers with what rounds them
// must fit in 31 bits. The length is a positive multiple of 16.
//
//go:noescape
func Int8Add(dst, left, right []int8, scales []int32)

// Int8Sum sums each channel of pixels that lie stride apart. len(sums) is a
// positive multiple of 8.
//
//go:noescape
func Int8Sum(sums []int32, src []int8, stride, pixels int)

// Int8Max makes maxima:
//
//	for i, v := range src {
//		dst[i] = max(dst[i], v)
//	}
//
//go:noescape
func Int8Max(dst, src []int8)

// Requantize makes int8 values of the sums of pixels:
//
//	for x := range pixels {
//		for c := range channels {
//			v := (int64(sums[x*stride+c]<<left[c])*int64(multipliers[c]) + 1<<30) >> 31
//			v = v / (1 << right[c]), rounded to nearest, ties away from zero
//			dst[x*dstStride+c] = min(max(v, low), high) + zero
//		}
//	}
//
// channels is a positive multiple of 8, pixels is positive.
//
//go:noescape
func Requantize(dst []int8, dstStride int, sums []int32, stride, channels, pixels int, multipliers, left, right []int32, low, high, zero int32)
