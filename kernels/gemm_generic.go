package kernels

// gemmGeneric returns the loops of gemmKernels in portable Go, with tiles of
// rows by columns and groups of group.
func gemmGeneric(rows, columns, group int) *gemmKernels[float32] {
	return &gemmKernels[float32]{
		name: "portable", rows: rows, columns: columns, group: group, cut: narrowCut,
		pack: func(dst, src []float32, stride, depth int) {
			for k := range depth {
				for r := range rows {
					dst[(k/group*rows+r)*group+k%group] = src[r*stride+k]
				}
			}
		},
		multiply: func(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, bounds bounds) {
			for p := range panels {
				for t := range tiles {
					multiplyTile(rows, columns, group, depth, dst[t*rows*stride+p*columns:], stride,
						a[t*rows*depth:], b[p*columns*depth:], from(start, t*rows*startStride+p*columns), startStride, bounds)
				}
			}
		},
	}
}

func from(v []float32, i int) []float32 {
	if v == nil {
		return nil
	}
	return v[i:]
}

func multiplyTile(rows, columns, group, depth int, dst []float32, stride int, a, b, start []float32, startStride int, bounds bounds) {
	for r := range rows {
		for c := range columns {
			var sum float32
			if start != nil {
				sum = start[r*startStride+c]
			}
			for k := range depth {
				sum += a[(k/group*rows+r)*group+k%group] * b[k*columns+c]
			}
			dst[r*stride+c] = bounds.clamp(sum)
		}
	}
}
