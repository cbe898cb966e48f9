//go:build !purego

package arm64

// Dense8 multiplies a vector by eight columns of weights; len(x) is a positive
// multiple of 16:
//
//	for u := range 8 {
//		sums[u] = 0
//		for k := range x {
//			sums[u] += x[k] * w[(k/4*8+u)*4+k%4]
//		}
//	}
//
//go:noescape
func Dense8(sums, x, w []float32)

// Dense2 is Dense8 for two columns, with w[(k/4*2+u)*4+k%4].
//
//go:noescape
func Dense2(sums, x, w []float32)

// Dense8Half is Dense8 for float16 weights, which are widened to float32.
//
//go:noescape
func Dense8Half(sums, x []float32, w []uint16)

// Dense2Half is Dense2 for float16 weights, which are widened to float32.
//
//go:noescape
func Dense2Half(sums, x []float32, w []uint16)

// Dense8Long is Dense8 for float16 weights and x rounded to float16, whose
// products are exact and summed in float32. Needs the CPU feature FHM.
//
//go:noescape
func Dense8Long(sums, x []float32, w []uint16)

// Dense2Long is Dense2 as Dense8Long is Dense8.
//
//go:noescape
func Dense2Long(sums, x []float32, w []uint16)
