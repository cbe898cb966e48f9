//go:build !purego

package arm64

// Int8MatrixGroup is the number of channels that one SMMLA multiplies. Tiles are
// those of Int8Dot.
const Int8MatrixGroup = 8

// Int8Matrix is Int8Dot with weights in groups of Int8MatrixGroup:
//
//	sum[x][f] += src[at] * w[p*rows*groups*64+(i*groups+k/8)*64+f*8+k%8]
//
// Needs the matrix multiplication of 8 bits, I8MM.
//
//go:noescape
func Int8Matrix(dst []int8, dstStride int, src []int8, pixelStride, second, rowStride, length, rows, step int, w []int8, scales []int32, tiles, panels int, pool, general bool)

// Int8PackPairs is Int8Pack with pairs of rows in groups of Int8MatrixGroup:
//
//	for x := range 8 {
//		for k := range depth {
//			dst[k/8*64+x*8+k%8] = src[x*stride+k]
//		}
//	}
//
//go:noescape
func Int8PackPairs(dst, src []int8, stride, depth int)

// Int8MatrixPacked is Int8DotPacked for pixels that Int8PackPairs packed, with
// weights in groups of Int8MatrixGroup:
//
//	sum += a[t*8*depth+k/8*64+x*8+k%8] * w[p*8*depth+k/8*64+f*8+k%8]
//
// Needs the matrix multiplication of 8 bits, I8MM.
//
//go:noescape
func Int8MatrixPacked(dst []int8, dstStride int, a []int8, depth int, w []int8, scales []int32, tiles, panels int, general bool)
