package picture

import "edged/nn"

// Sharpness grows with a picture's detail: the variance of the Laplacian of its
// green values, on every second row and column (Pech-Pacheco et al., "Diatom
// autofocusing in brightfield microscopy", 2000). It compares pictures of one
// scene and size; pictures of less than 3x3 pixels have none.
func Sharpness(m nn.Image) float64 {
	n, sum, squares := 0, 0, 0
	stride := 3 * m.Width
	for y := 1; y < m.Height-1; y += 2 {
		above, row, below := m.Pixels[(y-1)*stride:y*stride], m.Pixels[y*stride:(y+1)*stride], m.Pixels[(y+1)*stride:(y+2)*stride]
		for i := 4; i+3 < stride; i += 6 { // green of every second pixel
			v := 4*int(row[i]) - int(row[i-3]) - int(row[i+3]) - int(above[i]) - int(below[i])
			n, sum, squares = n+1, sum+v, squares+v*v
		}
	}
	if n == 0 {
		return 0
	}
	mean := float64(sum) / float64(n)
	return float64(squares)/float64(n) - mean*mean
}
