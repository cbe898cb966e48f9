package kernels

// winogradFewGeneric are the loops of winogradFewKernels in portable Go.
var winogradFewGeneric = &winogradFewKernels{
	name: "portable",
	rows: func(dst, src []float32, stride, n int) {
		for x := range n {
			t := winogradInput([...]float32{src[x], src[stride+x], src[2*stride+x], src[3*stride+x], src[4*stride+x], src[5*stride+x]})
			for i, v := range t {
				dst[i*stride+x] = v
			}
		}
	},
	columns: func(dst, src []float32, stride, channels, tiles int) {
		for t := range tiles {
			for i := range winogradPatch {
				row := src[i*stride+t*winogradTile*channels:]
				for c := range 4 {
					var d [winogradPatch]float32
					for j := range d {
						d[j] = row[j*channels+c]
					}
					for j, v := range winogradInput(d) {
						dst[t*winogradFewPatch+(j*winogradPatch+i)*4+c] = v
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
				for p := range winogradPositions {
					to := &m[(p%winogradPatch*winogradPatch+p/winogradPatch)*filters+f]
					for c := range channels {
						*to += v[t*winogradFewPatch+p*4+c] * w[((f/4*winogradPositions+p)*channels+c)*4+f%4]
					}
				}
			}
			winogradGeneric(1).output(dst[t*side*pixelStride:], rowStride, pixelStride, m, filters, bias, filters, pool, bounds)
		}
	},
}
