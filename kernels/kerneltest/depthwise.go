package kerneltest

import (
	"fmt"
	"testing"

	"edged/kernels"
)

func (s *suite) depthwise(t *testing.T) {
	var all []kernels.DepthwiseSpec
	add := func(height, width, channels, multiplier, kernel, stride, dilation int, same bool, a kernels.Activation) {
		d := kernels.DepthwiseSpec{
			InHeight: height, InWidth: width, Channels: channels, Multiplier: multiplier,
			KernelHeight: kernel, KernelWidth: kernel, StrideHeight: stride, StrideWidth: stride,
			DilationHeight: dilation, DilationWidth: dilation, Activation: a,
		}
		d.OutHeight, d.PadTop = side{height, kernel, stride, dilation}.padded(same)
		d.OutWidth, d.PadLeft = side{width, kernel, stride, dilation}.padded(same)
		if d.OutHeight > 0 && d.OutWidth > 0 {
			all = append(all, d)
		}
	}
	relu6 := kernels.Activation{Kind: kernels.ReLU, Max: 6}
	for _, kernel := range []int{1, 2, 3, 5, 7} {
		for _, stride := range []int{1, 2, 3} {
			for size := 1; size <= 12; size++ {
				add(size, 13-size, 8, 1, kernel, stride, 1, size%2 == 0, relu6)
				add(size, 13-size, 5, 1, kernel, stride, 1, size%2 == 1, relu6)
			}
		}
	}
	for _, channels := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 48, 64, 65, 130} {
		for _, multiplier := range []int{1, 2, 3} {
			add(7, 6, channels, multiplier, 3, 1, 1, true, relu6)
			add(7, 6, channels, multiplier, 3, 2, 1, true, relu6)
			add(9, 8, channels, multiplier, 5, 1, 1, false, relu6)
			add(8, 9, channels, multiplier, 5, 2, 1, true, relu6)
			add(9, 8, channels, multiplier, 3, 1, 2, true, relu6)
		}
	}
	for _, a := range activations {
		add(6, 7, 9, 1, 3, 1, 1, true, a)
		add(6, 7, 16, 1, 5, 2, 1, true, a)
	}
	add(5, 40, 8, 1, 3, 1, 1, true, relu6)
	add(5, 41, 8, 1, 3, 2, 1, true, relu6)

	// More zeros round the picture than a kernel asks for, and uneven ones.
	for i, edges := range [][2][2]int{{{0, 1}, {0, 1}}, {{1, 0}, {2, 0}}, {{5, 7}, {8, 4}}, {{0, 9}, {0, 0}}} {
		for _, kernel := range []int{3, 5} {
			for _, stride := range []int{1, 2} {
				add(6, 7, 8+i, 1, kernel, stride, 1, true, relu6)
				d := &all[len(all)-1]
				d.OutHeight, _ = side{6 + edges[0][0] + edges[0][1], kernel, stride, 1}.valid()
				d.OutWidth, _ = side{7 + edges[1][0] + edges[1][1], kernel, stride, 1}.valid()
				d.PadTop, d.PadLeft = edges[0][0], edges[1][0]
			}
		}
	}

	for seed, d := range all {
		for _, half := range []bool{false, true} {
			input := random(d.InHeight*d.InWidth*d.Channels, seed)
			outputs := d.Channels * d.Multiplier
			weights, values := parameters(d.KernelHeight*d.KernelWidth*outputs, outputs, seed, half)
			if seed%5 == 4 {
				weights.Bias = nil
			}
			op := s.table.Depthwise(&d, weights)
			if !s.owns(op) {
				continue
			}
			name := fmt.Sprintf("%dx%dx%dx%d/k%d-s%d-d%d-p%d-a%d-half=%v", d.InHeight, d.InWidth, d.Channels, d.Multiplier,
				d.KernelHeight, d.StrideHeight, d.DilationHeight, d.PadTop, d.Activation.Kind, half)
			s.check(t, name, op, [][]float32{input}, depthwise(op, &d, input, values, weights.Bias))
		}
	}
}

// depthwise is the definition of Keras's DepthwiseConv2D.
func depthwise(op kernels.Op, s *kernels.DepthwiseSpec, input, weights, bias []float32) result {
	outputs := s.Channels * s.Multiplier
	out := newSums(s.OutHeight*s.OutWidth*outputs, s.KernelHeight*s.KernelWidth+1)
	for i := range out.values {
		channel := i % outputs
		x := i / outputs % s.OutWidth
		y := i / outputs / s.OutWidth
		if bias != nil {
			out.add(i, float64(bias[channel]))
		}
		for ky := range s.KernelHeight {
			for kx := range s.KernelWidth {
				iy := y*s.StrideHeight + ky*s.DilationHeight - s.PadTop
				ix := x*s.StrideWidth + kx*s.DilationWidth - s.PadLeft
				if iy < 0 || ix < 0 || iy >= s.InHeight || ix >= s.InWidth {
					continue
				}
				pixel := input[(iy*s.InWidth+ix)*s.Channels+channel/s.Multiplier]
				out.add(i, float64(pixel)*float64(weights[(ky*s.KernelWidth+kx)*outputs+channel]))
			}
		}
	}
	return out.activated(op, s.Activation)
}
