package kernels

// depthwiseGeneric are the loops of depthwiseKernels in portable Go.
var depthwiseGeneric = &depthwiseKernels{
	name: "portable",
	row: func(width, stride int) depthwiseRow {
		return func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, bounds bounds) {
			for x := range tiles * depthwiseTile {
				for c := range channels {
					sum := bias[c]
					for i := range rows {
						for j := range width {
							sum += src[i*rowStride+(x*stride+j)*pixelStride+c] * w[c/4*group+(i*width+j)*4+c%4]
						}
					}
					dst[x*dstStride+c] = bounds.clamp(sum)
				}
			}
		}
	},
}
