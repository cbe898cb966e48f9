package kernels

// winogradGeneric returns the transforms of winogradKernels in portable Go, for
// groups of group channels.
func winogradGeneric(group int) *winogradKernels[float32] {
	return &winogradKernels[float32]{
		input: func(dst []float32, position, groupStride int, src []float32, rowStride, pixelStride, channels int) {
			for c := range channels {
				var d [winogradPatch][winogradPatch]float32
				for i := range d {
					for j := range d[i] {
						d[i][j] = src[i*rowStride+j*pixelStride+c]
					}
				}
				for i := range d {
					d[i] = winogradInput(d[i])
				}
				for j := range winogradPatch {
					column := winogradInput([...]float32{d[0][j], d[1][j], d[2][j], d[3][j], d[4][j], d[5][j]})
					for i, v := range column {
						dst[(i*winogradPatch+j)*position+c/group*groupStride+c%group] = v
					}
				}
			}
		},
		output: func(dst []float32, rowStride, pixelStride int, m []float32, position int, bias []float32, filters int, pool bool, bounds bounds) {
			for f := range filters {
				var half [winogradPatch][winogradTile]float32
				for i := range half {
					var row [winogradPatch]float32
					for j := range row {
						row[j] = m[(i*winogradPatch+j)*position+f]
					}
					half[i] = winogradOutput(row)
				}
				var y [winogradTile][winogradTile]float32
				for j := range winogradTile {
					column := winogradOutput([...]float32{half[0][j], half[1][j], half[2][j], half[3][j], half[4][j], half[5][j]})
					for i, v := range column {
						y[i][j] = bounds.clamp(v + bias[f])
					}
				}
				storeTile(dst[f:], rowStride, pixelStride, &y, pool)
			}
		},
	}
}

func storeTile(dst []float32, rowStride, pixelStride int, y *[winogradTile][winogradTile]float32, pool bool) {
	for i := range winogradTile {
		for j := range winogradTile {
			switch {
			case !pool:
				dst[i*rowStride+j*pixelStride] = y[i][j]
			case i%2 == 0 && j%2 == 0:
				dst[i/2*rowStride+j/2*pixelStride] = max(y[i][j], y[i][j+1], y[i+1][j], y[i+1][j+1])
			}
		}
	}
}

// winogradInput is the product of the transposed matrix B of F(4,3) with d.
func winogradInput(d [winogradPatch]float32) [winogradPatch]float32 {
	return [...]float32{
		4*d[0] - 5*d[2] + d[4],
		d[4] - 4*d[2] + (d[3] - 4*d[1]),
		d[4] - 4*d[2] - (d[3] - 4*d[1]),
		d[4] - d[2] + 2*(d[3]-d[1]),
		d[4] - d[2] - 2*(d[3]-d[1]),
		4*d[1] - 5*d[3] + d[5],
	}
}

// winogradOutput is the product of the transposed matrix A of F(4,3) with m.
func winogradOutput(m [winogradPatch]float32) [winogradTile]float32 {
	return [...]float32{
		m[0] + m[1] + m[2] + m[3] + m[4],
		m[1] - m[2] + 2*(m[3]-m[4]),
		m[1] + m[2] + 4*(m[3]+m[4]),
		m[1] - m[2] + 8*(m[3]-m[4]) + m[5],
	}
}
