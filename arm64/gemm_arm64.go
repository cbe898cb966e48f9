//go:build !purego

package arm64

// The tile of the float32 product: GEMMRows pixels by GEMMColumns filters, with
// the left matrix in groups of GEMMGroup elements of a row.
const (
	GEMMRows    = 8
	GEMMColumns = 8
	GEMMGroup   = 4
)

// GEMM multiplies tiles panels of a by panels panels of b:
//
//	for p := range panels {
//		for t := range tiles {
//			for r := range 8 {
//				for c := range 8 {
//					sum := float32(0)
//					if len(start) > 0 {
//						sum = start[(8*t+r)*startStride+8*p+c]
//					}
//					for k := range depth {
//						sum += a[((t*depth/4+k/4)*8+r)*4+k%4] * b[(p*depth+k)*8+c]
//					}
//					if clamp {
//						sum = min(max(sum, low), high)
//					}
//					dst[(8*t+r)*stride+8*p+c] = sum
//				}
//			}
//		}
//	}
//
// depth is a positive multiple of 4; tiles and panels are positive.
//
//go:noescape
func GEMM(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, clamp bool, low, high float32)

// GEMMInOrder is GEMM with loads for cores that execute in order.
//
//go:noescape
func GEMMInOrder(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, clamp bool, low, high float32)

// Pack8 packs eight rows of src, stride elements apart, for GEMM:
//
//	for k := range depth {
//		for r := range 8 {
//			dst[(k/4*8+r)*4+k%4] = src[r*stride+k]
//		}
//	}
//
// depth is a positive multiple of 4.
//
//go:noescape
func Pack8(dst, src []float32, stride, depth int)
