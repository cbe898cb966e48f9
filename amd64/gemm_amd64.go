package amd64

// The tiles of the float32 products, pixels by filters, with the left matrix in
// groups of GEMMGroup elements of a row.
const (
	GEMMGroup      = 8
	GEMMRows       = 6
	GEMMColumns    = 16
	GEMMRows512    = 7
	GEMMColumns512 = 16
)

// GEMM multiplies tiles panels of a by panels panels of b on AVX2:
//
//	for p := range panels {
//		for t := range tiles {
//			for r := range 6 {
//				for c := range 16 {
//					sum := float32(0)
//					if len(start) > 0 {
//						sum = start[(6*t+r)*startStride+16*p+c]
//					}
//					for k := range depth {
//						sum += a[((t*depth/8+k/8)*6+r)*8+k%8] * b[(p*depth+k)*16+c]
//					}
//					dst[(6*t+r)*stride+16*p+c] = min(max(sum, low), high)
//				}
//			}
//		}
//	}
//
// depth is a positive multiple of 8; tiles and panels are positive.
//
//go:noescape
func GEMM(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, low, high float32)

// GEMM512 is GEMM on AVX-512, with 7 rows in place of 6. It is best where tiles
// and panels are even.
//
//go:noescape
func GEMM512(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, low, high float32)

// Pack packs rows rows of src, stride elements apart, for GEMM:
//
//	for k := range depth {
//		for r := range rows {
//			dst[(k/8*rows+r)*8+k%8] = src[r*stride+k]
//		}
//	}
//
// depth is a positive multiple of 8.
//
//go:noescape
func Pack(dst, src []float32, stride, depth, rows int)
