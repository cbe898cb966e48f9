//go:build !purego

package kernels

import (
	"testing"

	"edged/arm64"
)

func TestInt8Pack(t *testing.T) {
	const depth, stride = 48, 50
	src, dst := make([]int8, arm64.Int8DotPixels*stride), make([]int8, arm64.Int8DotPixels*depth)
	for i := range src {
		src[i] = int8(i * 7)
	}
	arm64.Int8Pack(dst, src, stride, depth)
	for x := range arm64.Int8DotPixels {
		for k := range depth {
			if got, want := dst[k/16*128+x*16+k%16], src[x*stride+k]; got != want {
				t.Fatalf("pixel %d, channel %d is %d, want %d", x, k, got, want)
			}
		}
	}
}
