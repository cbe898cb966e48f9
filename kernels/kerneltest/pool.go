package kerneltest

import (
	"fmt"
	"math"
	"testing"

	"edged/kernels"
)

func (s *suite) pool(t *testing.T) {
	seed := 0
	for _, channels := range []int{1, 3, 4, 5, 8, 9, 16, 17, 33, 64, 67} {
		for _, size := range [][2]int{{2, 2}, {3, 3}, {3, 2}, {1, 1}, {7, 7}, {1, 4}} {
			for _, stride := range [][2]int{{1, 1}, {2, 2}, {2, 1}, {3, 3}} {
				for _, same := range []bool{false, true} {
					for _, average := range []bool{false, true} {
						seed++
						height, width := 5+seed%7, 5+seed%5
						p := kernels.PoolSpec{
							InHeight: height, InWidth: width, Channels: channels,
							Window: window(height, width, size, stride, same), Average: average,
						}
						if p.Window.OutHeight == 0 || p.Window.OutWidth == 0 {
							continue
						}
						op := s.table.Pool(&p)
						if !s.owns(op) {
							continue
						}
						input := random(height*width*channels, seed)
						name := fmt.Sprintf("%dx%dx%d/%dx%d-s%dx%d-same=%v-average=%v", height, width, channels, size[0], size[1], stride[0], stride[1], same, average)
						s.check(t, name, op, [][]float32{input}, pooled(&p, input))
					}
				}
			}
		}
	}
}

func pooled(p *kernels.PoolSpec, input []float32) result {
	all := result{values: wide(input), tolerances: make([]float64, len(input))}
	if !p.Average {
		return all.maximum(p.Window, p.InHeight, p.InWidth, p.Channels)
	}
	pixels := p.Window.OutHeight * p.Window.OutWidth
	out := newSums(pixels*p.Channels, p.Window.Height*p.Window.Width)
	counts := make([]float64, pixels)
	cells(p.Window, p.InHeight, p.InWidth, func(from, to int) {
		counts[to]++
		for c := range p.Channels {
			out.add(to*p.Channels+c, all.values[from*p.Channels+c])
		}
	})
	for i := range out.values {
		out.values[i] /= counts[i/p.Channels]
		out.magnitudes[i] /= counts[i/p.Channels]
	}
	return out.activated(nil, kernels.Activation{})
}

func (s *suite) globalPool(t *testing.T) {
	for i, pixels := range []int{1, 2, 3, 4, 7, 8, 9, 16, 49, 50, 100} {
		for _, channels := range []int{1, 3, 4, 5, 8, 16, 17, 63, 64, 65, 200} {
			for _, average := range []bool{false, true} {
				p := kernels.GlobalPoolSpec{Pixels: pixels, Channels: channels, Average: average}
				input := random(pixels*channels, i)
				out := newSums(channels, pixels)
				for c := range channels {
					top := math.Inf(-1)
					for pixel := range pixels {
						x := float64(input[pixel*channels+c])
						top = max(top, x)
						out.add(c, x/float64(pixels))
					}
					if !average {
						out.values[c], out.magnitudes[c] = top, 0
					}
				}
				name := fmt.Sprintf("%dx%d-average=%v", pixels, channels, average)
				s.check(t, name, s.table.GlobalPool(&p), [][]float32{input}, out.activated(nil, kernels.Activation{}))
			}
		}
	}
}
