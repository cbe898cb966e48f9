package quant

import "math"

// Equalize returns factors that make the weights of two layers use their ranges
// alike: where the first layer's output c is divided by factor c, and the second
// layer's weights for that input are multiplied with it, both have the largest
// weight sqrt(first[c]*second[c]). first and second are the magnitudes of the
// largest weights as they are. A channel without weights keeps the factor 1.
//
// Source: Nagel et al., Data-Free Quantization Through Weight Equalization and
// Bias Correction, 2019, section 4.1.
func Equalize(first, second []float64) []float64 {
	const most = 1 << 10
	factors := make([]float64, len(first))
	for c := range factors {
		factors[c] = 1
		if first[c] > 0 && second[c] > 0 {
			factors[c] = min(max(math.Sqrt(first[c]/second[c]), 1.0/most), most)
		}
	}
	return factors
}
