package kernels

// winogradGeneric returns the transforms of winogradKernels in portable Go, for
// groups of group channels.
func winogradGeneric(group int) *winogradKernels[float32] {
	return &winogradKernels[float32]{
		input: func(dst []float32, position, groupStride int, src []float32, rowStride, pixelStride, channels int) {
			for c := range channels {
				var half [winogradPatch][winogradPatch]float32
				for i := range winogradPatch {
					row := src[i*rowStride+c:]
					h := &half[i]
					h[0], h[1], h[2], h[3], h[4], h[5] = winogradInput(row[0], row[pixelStride], row[2*pixelStride],
						row[3*pixelStride], row[4*pixelStride], row[5*pixelStride])
				}
				out := dst[c/group*groupStride+c%group:]
				for j := range winogradPatch {
					v0, v1, v2, v3, v4, v5 := winogradInput(half[0][j], half[1][j], half[2][j], half[3][j], half[4][j], half[5][j])
					const row = winogradPatch
					out[j*position], out[(row+j)*position], out[(2*row+j)*position] = v0, v1, v2
					out[(3*row+j)*position], out[(4*row+j)*position], out[(5*row+j)*position] = v3, v4, v5
				}
			}
		},
		output: func(dst []float32, rowStride, pixelStride int, m []float32, position int, bias []float32, filters int, pool bool, bounds bounds) {
			for f := range filters {
				var half [winogradPatch][winogradTile]float32
				for i := range winogradPatch {
					row := m[i*winogradPatch*position+f:]
					h := &half[i]
					h[0], h[1], h[2], h[3] = winogradOutput(row[0], row[position], row[2*position], row[3*position], row[4*position], row[5*position])
				}
				var y [winogradTile][winogradTile]float32
				for j := range winogradTile {
					y[0][j], y[1][j], y[2][j], y[3][j] = winogradOutput(half[0][j], half[1][j], half[2][j], half[3][j], half[4][j], half[5][j])
				}
				storeTile(dst[f:], rowStride, pixelStride, &y, bias[f], pool, bounds)
			}
		},
	}
}

// storeTile adds the bias, takes the maxima of 2x2 outputs if pool is set,
// clamps and stores.
func storeTile(dst []float32, rowStride, pixelStride int, y *[winogradTile][winogradTile]float32, bias float32, pool bool, bounds bounds) {
	if !pool {
		for i := range winogradTile {
			for j := range winogradTile {
				dst[i*rowStride+j*pixelStride] = bounds.clamp(y[i][j] + bias)
			}
		}
		return
	}
	for i := range winogradTile / 2 {
		for j := range winogradTile / 2 {
			top := max(y[2*i][2*j], y[2*i][2*j+1], y[2*i+1][2*j], y[2*i+1][2*j+1])
			dst[i*rowStride+j*pixelStride] = bounds.clamp(top + bias)
		}
	}
}

// winogradInput is the product of the transposed matrix B of F(4,3) with a
// vector.
func winogradInput(d0, d1, d2, d3, d4, d5 float32) (v0, v1, v2, v3, v4, v5 float32) {
	even, odd := d4-4*d2, d3-4*d1
	near, far := d4-d2, 2*(d3-d1)
	return 4*d0 - 5*d2 + d4, even + odd, even - odd, near + far, near - far, 4*d1 - 5*d3 + d5
}

// winogradOutput is the product of the transposed matrix A of F(4,3) with a
// vector.
func winogradOutput(m0, m1, m2, m3, m4, m5 float32) (y0, y1, y2, y3 float32) {
	near, far := m1+m2, m3+m4
	left, right := m1-m2, m3-m4
	return m0 + near + far, left + 2*right, near + 4*far, left + 8*right + m5
}
