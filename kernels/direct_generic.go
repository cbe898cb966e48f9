package kernels

// directGeneric are the loops of directKernels in portable Go.
var directGeneric = &directKernels{
	name: "portable", pixels: 3, filters: 4,
	row: func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, tiles, panels int, bounds bounds) {
		const filters = 4
		for x := range tiles * 3 {
			for f := range panels * filters {
				sum := bias[f]
				for i := range rows {
					for k := range length {
						sum += src[i*rowStride+x*pixelStride+k] * w[((f/filters*rows+i)*length+k)*filters+f%filters]
					}
				}
				dst[x*dstStride+f] = bounds.clamp(sum)
			}
		}
	},
}
