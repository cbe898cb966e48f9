package quant

import (
	"math"
	"testing"
)

func TestRangeAffine(t *testing.T) {
	for _, c := range []struct {
		r    Range
		want Affine
	}{
		{Range{0, 255}, Affine{1, -128}},
		{Range{-255, 0}, Affine{1, 127}},
		{Range{-128, 127}, Affine{1, 0}},
		{Range{0, 1}, Affine{1.0 / 255, -128}},
		{Range{2, 6}, Affine{6.0 / 255, -128}},
		{Range{-1, 1}, Affine{2.0 / 255, -1}}, // -0.5, half away from zero
		{Range{0, 0}, Affine{smallest, 0}},
	} {
		if got := c.r.Affine(); got != c.want {
			t.Errorf("%v: got %v, want %v", c.r, got, c.want)
		}
	}
}

func TestAffineHoldsZeroAndItsRange(t *testing.T) {
	for _, r := range []Range{{-3, 5}, {0, 6}, {-1e-3, 1e3}, {-7, -2}, {1e-6, 2e-6}, {-1e30, 1e30}} {
		a := r.Affine()
		if got := a.Real(a.Nearest(0)); got != 0 {
			t.Errorf("%v: zero becomes %g", r, got)
		}
		for i := range 1001 {
			x := r.Low + (r.High-r.Low)*float64(i)/1000
			// The zero point is rounded: at the ends a whole step may be lost.
			if got := a.Real(a.Nearest(x)); math.Abs(got-x) > 1.01*float64(a.Scale) {
				t.Errorf("%v: %g becomes %g, further than the scale %g", r, x, got, a.Scale)
			}
		}
	}
}

func TestSymmetricAndRound(t *testing.T) {
	weights := []float32{1, -0.5, 0, -2, 0.25, 0}
	scales := Symmetric(weights, 3)
	if want := []float32{2.0 / 127, 0.5 / 127, smallest}; scales[0] != want[0] || scales[1] != want[1] || scales[2] != want[2] {
		t.Errorf("got scales %v, want %v", scales, want)
	}
	before := append([]float32(nil), weights...)
	Round(weights, scales, func(i int, difference float64) {
		if math.Abs(float64(before[i])+difference-float64(weights[i])) > 1e-6 {
			t.Errorf("weight %d became %g from %g, said to differ by %g", i, weights[i], before[i], difference)
		}
		if math.Abs(difference) > 0.51*float64(scales[i%3]) {
			t.Errorf("weight %d moved by %g, more than half of %g", i, difference, scales[i%3])
		}
	})
	if weights[3] != -2 || weights[1] != -0.5 {
		t.Errorf("the largest weights became %v", weights)
	}
}

func TestNoise(t *testing.T) {
	var n Noise
	n.Add([]float32{3, 4}, []float32{3, 4})
	if !math.IsInf(n.Decibels(), 1) {
		t.Errorf("got %g dB without noise", n.Decibels())
	}
	n.Add([]float32{0}, []float32{0.5})
	if got := n.Decibels(); math.Abs(got-20) > 1e-9 {
		t.Errorf("got %g dB, want 20", got)
	}
}
