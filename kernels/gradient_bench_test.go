package kernels

import "testing"

// BenchmarkConv2DGradient runs both gradients of the tutorial's convolutions on
// one picture and one core. MultiplyAdd's speed is the core's peak.
func BenchmarkConv2DGradient(b *testing.B) {
	table, err := Select("")
	if err != nil {
		b.Fatal(err)
	}
	for _, layer := range []struct {
		name string
		spec *Conv2DSpec
	}{{"conv2d", same3x3(224, 224, 3, 32, false)}, {"conv2d_1", same3x3(112, 112, 32, 64, false)}} {
		s := layer.spec
		g := table.NewConv2DGradient(s)
		x, dy := make([]float32, s.InHeight*s.InWidth*s.InChannels), make([]float32, s.OutHeight*s.OutWidth*s.Filters)
		sums, dx := make([]float32, g.SumsSize()), make([]float32, len(x))
		g.Repack(make([]float32, 9*s.InChannels*s.Filters))
		private := NewBuffer(g.Workspace())
		args := Args{Src: make([]Buffer, 1)}
		flops := float64(2 * 9 * s.InChannels * s.Filters * s.OutHeight * s.OutWidth)
		report := func(b *testing.B) {
			b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		}
		b.Run(layer.name+"/weights", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g.Weights(sums, x, dy, private)
			}
			report(b)
		})
		b.Run(layer.name+"/input", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g.Input(&args, dx, dy, private)
			}
			report(b)
		})
	}
}

// BenchmarkPeak is the fastest that one core multiplies and adds.
func BenchmarkPeak(b *testing.B) {
	table, err := Select("")
	if err != nil {
		b.Fatal(err)
	}
	done := 0
	for b.Loop() {
		done += table.MultiplyAdd(1 << 16)
	}
	b.ReportMetric(2*float64(done)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
