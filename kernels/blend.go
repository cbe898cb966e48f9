package kernels

// blend4 adds up four slices times their weights; len(dst) is a positive multiple
// of 4.
type blend4 func(dst, a, b, c, d []float32, wa, wb, wc, wd float32)

// checkedBlend checks the lengths for one of the loops.
func checkedBlend(run blend4) blend4 {
	return func(dst, a, b, c, d []float32, wa, wb, wc, wd float32) {
		n := len(dst)
		run(dst, a[:n], b[:n], c[:n], d[:n], wa, wb, wc, wd)
	}
}

func firstBlend(a, b blend4) blend4 {
	if a == nil {
		return b
	}
	return a
}

// Blend sets dst to the sum of four slices of its length times their weights.
func (t *Table) Blend(dst []float32, from [4][]float32, weights [4]float32) {
	whole := 0
	if t.blend != nil && len(dst) >= 4 {
		whole = len(dst) &^ 3
		t.blend(dst[:whole], from[0], from[1], from[2], from[3], weights[0], weights[1], weights[2], weights[3])
	}
	for i := whole; i < len(dst); i++ {
		dst[i] = weights[0]*from[0][i] + weights[1]*from[1][i] + weights[2]*from[2][i] + weights[3]*from[3][i]
	}
}
