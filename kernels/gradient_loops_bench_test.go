package kernels

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkTrainingLoops runs each loop of training over a picture of 56x56x64,
// with the portable kernels and the best ones.
func BenchmarkTrainingLoops(b *testing.B) {
	for _, name := range Available() {
		table, err := Select(name)
		if err != nil {
			b.Fatal(err)
		}
		const side, channels = 56, 64
		r := rand.New(rand.NewPCG(1, 2))
		n := side * side * channels
		x, y, dx, dy := random(r, n, 1), make([]float32, n), make([]float32, n), random(r, n, 1)
		a, c, d, e := random(r, 9*channels, 1), random(r, channels, 1), random(r, channels, 1), random(r, channels, 1)
		wide := make([]float64, channels)
		sums := table.NewChannelSums(channels)
		private := NewBuffer(max(sums.Workspace(), 1<<20))
		loop := func(what string, run func()) {
			b.Run(name+"/"+what, func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(n * Float32Bytes))
				for b.Loop() {
					run()
				}
			})
		}
		loop("bias", func() { sums.Bias(c, dy) })
		loop("normalization/squares", func() { sums.Squares(wide, x, c, private) })
		loop("normalization/slopes", func() { sums.Slopes(wide, wide, x, dy, c, private) })
		loop("normalization/forward", func() { sums.Normalize(y, x, c, d) })
		loop("normalization/input", func() { sums.Back(dx, x, dy, c, d, e, d) })
		args := Args{Src: make([]Buffer, 1)}
		for what, stride := range map[string]int{"depthwise": 1, "depthwise-stride2": 2} {
			s := depthwiseCase(side, side, channels, 3, stride, 1, true)
			g, half := table.NewDepthwiseGradient(&s), dy[:s.OutHeight*s.OutWidth*channels]
			g.Repack(a)
			loop(what+"/weights", func() { g.Weights(a, x, half) })
			loop(what+"/input", func() { g.Input(&args, dx, half, private) })
		}
		window := Window{Height: 3, Width: 3, StrideHeight: 2, StrideWidth: 2, OutHeight: side/2 - 1, OutWidth: side/2 - 1}
		for what, average := range map[string]bool{"max-pool": false, "average-pool": true} {
			s := PoolSpec{InHeight: side, InWidth: side, Channels: channels, Window: window, Average: average}
			g := table.NewPoolGradient(&s, Activation{})
			run(newPool(&s), y, x)
			loop(what, func() { g.Run(dx, x, y, dy) })
		}
		for what, average := range map[string]bool{"global-max-pool": false, "global-average-pool": true} {
			s := GlobalPoolSpec{Pixels: side * side, Channels: channels, Average: average}
			g := table.NewGlobalPoolGradient(&s)
			run(newGlobalPool(&s), y, x)
			loop(what, func() { g.Run(dx, x, y, dy) })
		}
	}
}
