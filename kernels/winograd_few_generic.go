package kernels

// winogradFewGeneric are the loops of winogradFewKernels in portable Go.
var winogradFewGeneric = &winogradFewKernels{
	name: "portable",
	rows: func(dst, src []float32, stride, n int) {
		for x := range n {
			dst[x], dst[stride+x], dst[2*stride+x], dst[3*stride+x], dst[4*stride+x], dst[5*stride+x] = winogradInput(
				src[x], src[stride+x], src[2*stride+x], src[3*stride+x], src[4*stride+x], src[5*stride+x])
		}
	},
	columns: func(dst, src []float32, stride, channels, tiles int) {
		for t := range tiles {
			for i := range winogradPatch {
				row := src[i*stride+t*winogradTile*channels:]
				for c := range 4 {
					var v [winogradPatch]float32
					v[0], v[1], v[2], v[3], v[4], v[5] = winogradInput(row[c], row[channels+c], row[2*channels+c],
						row[3*channels+c], row[4*channels+c], row[5*channels+c])
					for j := range v {
						dst[t*winogradFewPatch+winogradFewPosition(i, j)*4+c] = v[j]
					}
				}
			}
		}
	},
	output: func(dst []float32, rowStride, pixelStride int, v, w []float32, channels int, bias []float32, tiles, filters int, pool bool, bounds bounds) {
		side := winogradTile
		if pool {
			side /= 2
		}
		m := make([]float32, winogradPositions*filters)
		for t := range tiles {
			clear(m)
			for f := range filters {
				for i := range winogradPatch {
					for j := range winogradPatch {
						p := winogradFewPosition(i, j)
						to := &m[(i*winogradPatch+j)*filters+f]
						for c := range channels {
							*to += v[t*winogradFewPatch+p*4+c] * w[((f/4*winogradPositions+p)*channels+c)*4+f%4]
						}
					}
				}
			}
			winogradGeneric(1).output(dst[t*side*pixelStride:], rowStride, pixelStride, m, filters, bias, filters, pool, bounds)
		}
	},
}
