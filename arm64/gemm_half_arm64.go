//go:build !purego

package arm64

// The tile of the float16 product, as GEMMRows, GEMMColumns and GEMMGroup.
const (
	GEMMHalfRows    = 8
	GEMMHalfColumns = 16
	GEMMHalfGroup   = 8
)

// GEMMHalf multiplies as GEMM does, with products and sums of up to spill of
// them in float16, which are then added in float32:
//
//	for p := range panels {
//		for t := range tiles {
//			for r := range 8 {
//				for c := range 16 {
//					sum := float32(0)
//					if len(start) > 0 {
//						sum = start[(8*t+r)*startStride+16*p+c]
//					}
//					for first := 0; first < depth; first += spill {
//						part := float16(0)
//						for k := first; k < min(first+spill, depth); k++ {
//							part += a[((t*depth/8+k/8)*8+r)*8+k%8] * b[(p*depth+k)*16+c]
//						}
//						sum += float32(part)
//					}
//					if clamp {
//						sum = min(max(sum, low), high)
//					}
//					dst[(8*t+r)*stride+16*p+c] = sum
//				}
//			}
//		}
//	}
//
// depth and spill are positive multiples of 8; tiles and panels are positive;
// clamp needs a start. Needs the CPU feature FP16 (ASIMDHP).
//
//go:noescape
func GEMMHalf(dst []float32, stride int, a, b []uint16, depth, spill, tiles, panels int, start []float32, startStride int, clamp bool, low, high float32)

// Pack8Half packs eight rows of src, stride elements apart, for GEMMHalf:
//
//	for k := range depth {
//		for r := range 8 {
//			dst[(k/8*8+r)*8+k%8] = float16(src[r*stride+k])
//		}
//	}
//
// depth is a positive multiple of 8.
//
//go:noescape
func Pack8Half(dst []uint16, src []float32, stride, depth int)

// WinogradInputHalf is WinogradInput with float16 results in groups of eight
// channels, computed in float32:
//
//	dst[p*position+c/8*groupStride+c%8] = float16(v[p/6][p%6])
//
// channels is a positive multiple of 8.
//
//go:noescape
func WinogradInputHalf(dst []uint16, position, groupStride int, src []float32, rowStride, pixelStride, channels int)
