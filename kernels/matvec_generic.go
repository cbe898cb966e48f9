package kernels

// matvecGeneric are the loops of matvecKernels in portable Go.
var matvecGeneric = &matvecKernels[float32]{
	name:  "portable",
	eight: func(sums, x, w []float32) { dotColumns(8, sums, x, w) },
	two:   func(sums, x, w []float32) { dotColumns(2, sums, x, w) },
}

func dotColumns(columns int, sums, x, w []float32) {
	for u := range columns {
		var sum float32
		for k, v := range x {
			sum += v * w[(k/4*columns+u)*4+k%4]
		}
		sums[u] = sum
	}
}
