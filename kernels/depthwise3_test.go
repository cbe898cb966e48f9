package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

// depthwise3Generic is depthwise3Kernels in portable Go.
func depthwise3Generic(group int) *depthwise3Kernels {
	return &depthwise3Kernels{
		name: "portable", group: group,
		row: func(dst, top, middle, bottom, w, bias []float32, channels, step, left, pixels, right int, bounds bounds) {
			width := left + pixels + right
			for x := range width {
				from, to := 0, 3
				if x < left {
					from = 1
				}
				if x >= width-right {
					to = 2
				}
				for c := range channels {
					sum := bias[c]
					for i, row := range [...][]float32{top, middle, bottom} {
						for j := from; j < to; j++ {
							sum += row[x*step+(j-left)*channels+c] * w[(c/group*9+3*i+j)*group+c%group]
						}
					}
					dst[x*channels+c] = bounds.clamp(sum)
				}
			}
		},
	}
}

func TestDepthwise3(t *testing.T) {
	for _, s := range []DepthwiseSpec{
		{InHeight: 7, InWidth: 9, Channels: 8, OutHeight: 7, OutWidth: 9, StrideHeight: 1, StrideWidth: 1, PadTop: 1, PadLeft: 1},
		{InHeight: 8, InWidth: 9, Channels: 5, OutHeight: 4, OutWidth: 5, StrideHeight: 2, StrideWidth: 2, PadLeft: 1},
		{InHeight: 8, InWidth: 30, Channels: 12, OutHeight: 4, OutWidth: 15, StrideHeight: 2, StrideWidth: 2},
	} {
		s.KernelHeight, s.KernelWidth, s.Multiplier, s.DilationHeight, s.DilationWidth = 3, 3, 1, 1, 1
		r := rand.New(rand.NewPCG(5, 6))
		x := random(r, s.InHeight*s.InWidth*s.Channels, 1)
		w := Weights{Float32: random(r, 9*s.Channels, 1), Bias: random(r, s.Channels, 1)}
		got, want := make([]float32, s.OutHeight*s.OutWidth*s.Channels), make([]float32, s.OutHeight*s.OutWidth*s.Channels)
		run(newDepthwise3(&s, w, depthwise3Generic(4)), got, x)
		run(newDepthwise(&s, w), want, x)
		for i := range got {
			if math.Abs(float64(got[i]-want[i])) > 1e-4 {
				t.Fatalf("%v: element %d is %g, want %g", s, i, got[i], want[i])
			}
		}
	}
}
