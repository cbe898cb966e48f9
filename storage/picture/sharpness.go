package picture

import "edged/nn"

// Sharpness grows with a picture's detail: the variance of the Laplacian of its
// green values, on every second row and column (Pech-Pacheco et al., "Diatom
// autofocusing in brightfield microscopy", 2000). It compares pictures of one
// scene and size; pictures of less than 3x3 pixels have none.
func Sharpness(m nn.Image) float64 {
	var n, sum, squares float64
	green := func(x, y int) int { return int(m.Pixels[(y*m.Width+x)*3+1]) }
	for y := 1; y < m.Height-1; y += 2 {
		for x := 1; x < m.Width-1; x += 2 {
			v := float64(4*green(x, y) - green(x-1, y) - green(x+1, y) - green(x, y-1) - green(x, y+1))
			n, sum, squares = n+1, sum+v, squares+v*v
		}
	}
	if n == 0 {
		return 0
	}
	mean := sum / n
	return squares/n - mean*mean
}
