package kernels

import (
	"math/rand/v2"
	"testing"
)

func TestBlend(t *testing.T) {
	everyTable(t, func(t *testing.T, table *Table) {
		r := rand.New(rand.NewPCG(1, 2))
		for _, n := range []int{1, 3, 4, 8, 12, 64, 77} {
			from := [4][]float32{random(r, n, 1), random(r, n, 1), random(r, n, 1), random(r, n, 1)}
			weights := [4]float32{0.5, -0.25, 0.1, 2}
			got, want := make([]float32, n), make([]float64, n)
			for i := range want {
				for k, w := range weights {
					want[i] += float64(w) * float64(from[k][i])
				}
			}
			table.Blend(got, from, weights)
			near(t, "blend", got, want, 1e-5)
		}
	})
}
