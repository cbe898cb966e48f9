package kerneltest

import (
	"fmt"
	"testing"

	"edged/kernels"
)

// chain wants of chained ops the very output of the same ops one by one.
func (s *suite) chain(t *testing.T) {
	for seed, c := range []struct {
		height, width, channels int
		layers                  []chained
	}{
		{9, 84, 3, []chained{{kernel: 3, stride: 2, filters: 32}, {kernel: 3, stride: 1}, {kernel: 1, filters: 16}}},
		{37, 82, 3, []chained{{kernel: 3, stride: 2, filters: 24}, {kernel: 3, stride: 1}, {kernel: 1, filters: 40}, {kernel: 3, stride: 2}, {kernel: 1, filters: 8}}},
		{56, 28, 24, []chained{{kernel: 1, filters: 72}, {kernel: 3, stride: 1}, {kernel: 1, filters: 24}}},
		{28, 28, 32, []chained{{kernel: 1, filters: 96}, {kernel: 3, stride: 2}, {kernel: 1, filters: 30}}},
		{29, 30, 130, []chained{{kernel: 3, stride: 1}, {kernel: 1, filters: 136}, {kernel: 3, stride: 2}, {kernel: 1, filters: 70}}},
		{1, 41, 16, []chained{{kernel: 3, stride: 1}, {kernel: 1, filters: 7}}},
		{2, 42, 80, []chained{{kernel: 1, filters: 96}, {kernel: 3, stride: 1}, {kernel: 1, filters: 80}, {kernel: 3, stride: 2}}},
		{5, 168, 16, []chained{{kernel: 3, stride: 2}, {kernel: 3, stride: 2}, {kernel: 3, stride: 1}, {kernel: 1, filters: 16}}},
	} {
		for _, half := range []bool{false, true} {
			for _, a := range activations[:4] {
				ops, size := s.layers(c.height, c.width, c.channels, c.layers, a, seed, half)
				op := kernels.Chain(ops)
				if op == nil {
					continue
				}
				input := kernels.Float32Buffer(random(c.height*c.width*c.channels, seed))
				want := input
				for i, one := range ops {
					want = s.memory.execute(t, one, []kernels.Buffer{want}, size[i]*kernels.Float32Bytes, ways[0])
				}
				s.exactly(t, fmt.Sprintf("%dx%dx%d/%d/a%d-half=%v", c.height, c.width, c.channels, len(c.layers), a.Kind, half), op, want, input)
			}
		}
	}
}

// chained is a layer of a chain: a convolution, or a depthwise one if it has no filters.
type chained struct{ kernel, stride, filters int }

// layers are a chain's ops and the sizes of their outputs.
func (s *suite) layers(height, width, channels int, layers []chained, a kernels.Activation, seed int, half bool) (ops []kernels.Op, sizes []int) {
	for i, l := range layers {
		l.stride = max(l.stride, 1)
		outHeight, top := side{height, l.kernel, l.stride, 1}.padded(true)
		outWidth, left := side{width, l.kernel, l.stride, 1}.padded(true)
		if l.filters > 0 {
			w, _ := parameters(l.kernel*l.kernel*channels*l.filters, l.filters, seed+i, half)
			ops = append(ops, s.table.Conv2D(&kernels.Conv2DSpec{
				InHeight: height, InWidth: width, InChannels: channels, OutHeight: outHeight, OutWidth: outWidth, Filters: l.filters,
				KernelHeight: l.kernel, KernelWidth: l.kernel, StrideHeight: l.stride, StrideWidth: l.stride,
				DilationHeight: 1, DilationWidth: 1, PadTop: top, PadLeft: left, Groups: 1, Activation: a,
			}, w))
			channels = l.filters
		} else {
			w, _ := parameters(l.kernel*l.kernel*channels, channels, seed+i, half)
			ops = append(ops, s.table.Depthwise(&kernels.DepthwiseSpec{
				InHeight: height, InWidth: width, Channels: channels, Multiplier: 1, OutHeight: outHeight, OutWidth: outWidth,
				KernelHeight: l.kernel, KernelWidth: l.kernel, StrideHeight: l.stride, StrideWidth: l.stride,
				DilationHeight: 1, DilationWidth: 1, PadTop: top, PadLeft: left, Activation: a,
			}, w))
		}
		height, width = outHeight, outWidth
		sizes = append(sizes, height*width*channels)
	}
	return ops, sizes
}
