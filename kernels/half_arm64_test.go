//go:build !purego

package kernels

import (
	"math/rand/v2"
	"testing"

	"edged/arm64"
)

// TestNarrowing compares the loops that pack for products in float16, which
// every CPU can run, with the portable ones.
func TestNarrowing(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	t.Run("pack", func(t *testing.T) {
		const depth, stride = 24, 37
		src := random(r, arm64.GEMMHalfRows*stride, 1)
		got, want := make([]uint16, arm64.GEMMHalfRows*depth), make([]float32, arm64.GEMMHalfRows*depth)
		gemmHalfNEON.pack(got, src, stride, depth)
		gemmGeneric(arm64.GEMMHalfRows, arm64.GEMMHalfColumns, arm64.GEMMHalfGroup).pack(want, src, stride, depth)
		narrowed(t, got, want, 0)
	})
	t.Run("winograd", func(t *testing.T) {
		const channels, width = 16, 9
		src := random(r, winogradPatch*width*channels, 1)
		got, want := make([]uint16, winogradPositions*channels), make([]float32, winogradPositions*channels)
		winogradHalfNEON.input(got, channels, arm64.GEMMHalfGroup, src, width*channels, channels, channels)
		winogradGeneric(arm64.GEMMHalfGroup).input(want, channels, arm64.GEMMHalfGroup, src, width*channels, channels, channels)
		narrowed(t, got, want, 1)
	})
}

// narrowed fails where got is more than steps away from want in float16.
func narrowed(t *testing.T, got []uint16, want []float32, steps int) {
	t.Helper()
	for i, v := range want {
		if d := int(got[i]) - int(narrow(v)); d < -steps || d > steps {
			t.Fatalf("element %d is %g, want %g", i, widen(got[i]), v)
		}
	}
}
