package amd64

// Dense8 sums the products of a vector with eight columns of weights:
//
//	for u := range 8 {
//		sums[u] = 0
//		for k := range x {
//			sums[u] += x[k] * w[(k/4*8+u)*4+k%4]
//		}
//	}
//
// len(x) is a positive multiple of 16.
//
//go:noescape
func Dense8(sums, x, w []float32)

// Dense2 is Dense8 for two columns, with weights at w[(k/4*2+u)*4+k%4].
//
//go:noescape
func Dense2(sums, x, w []float32)

// Dense8Half is Dense8 with float16 weights.
//
//go:noescape
func Dense8Half(sums, x []float32, w []uint16)

// Dense2Half is Dense2 with float16 weights.
//
//go:noescape
func Dense2Half(sums, x []float32, w []uint16)
