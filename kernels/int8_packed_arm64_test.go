//go:build !purego

package kernels

import (
	"testing"

	"edged/arm64"
)

// TestInt8Pack also packs for cores that this one is not: packing needs no
// instructions of theirs.
func TestInt8Pack(t *testing.T) {
	for tile, run := range map[*int8PackedTile]int{int8PackedDotNEON: 16, int8PackedMatrixNEON: arm64.Int8MatrixGroup} {
		const depth, stride = 48, 50
		src, dst := make([]int8, arm64.Int8DotPixels*stride), make([]int8, arm64.Int8DotPixels*depth)
		for i := range src {
			src[i] = int8(i * 7)
		}
		tile.pack(dst, src, stride, depth)
		for x := range arm64.Int8DotPixels {
			for k := range depth {
				if got, want := dst[(k/run*arm64.Int8DotPixels+x)*run+k%run], src[x*stride+k]; got != want {
					t.Fatalf("%s: pixel %d, channel %d is %d, want %d", tile.name, x, k, got, want)
				}
			}
		}
	}
}
