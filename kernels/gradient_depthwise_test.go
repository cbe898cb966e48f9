package kernels

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// depthwiseGradients are the gradients in float64, by definition.
func depthwiseGradients(s *DepthwiseSpec, x, w, dy []float32) (dx, dw []float64) {
	dx, dw = make([]float64, len(x)), make([]float64, len(w))
	m := s.Multiplier
	for oy := range s.OutHeight {
		for ox := range s.OutWidth {
			for i := range s.KernelHeight {
				for j := range s.KernelWidth {
					y, column := oy*s.StrideHeight+i*s.DilationHeight-s.PadTop, ox*s.StrideWidth+j*s.DilationWidth-s.PadLeft
					if y < 0 || column < 0 || y >= s.InHeight || column >= s.InWidth {
						continue
					}
					for k := range s.Channels * m {
						in, at := (y*s.InWidth+column)*s.Channels+k/m, (i*s.KernelWidth+j)*s.Channels*m+k
						g := float64(dy[(oy*s.OutWidth+ox)*s.Channels*m+k])
						dx[in] += g * float64(w[at])
						dw[at] += g * float64(x[in])
					}
				}
			}
		}
	}
	return dx, dw
}

// depthwiseCase is a convolution with "same" padding, or none.
func depthwiseCase(height, width, channels, kernel, stride, dilation int, same bool) DepthwiseSpec {
	g := geometry(height, width, channels, channels, kernel, stride, dilation, same)
	return DepthwiseSpec{
		InHeight: height, InWidth: width, Channels: channels, Multiplier: 1, OutHeight: g.OutHeight, OutWidth: g.OutWidth,
		KernelHeight: kernel, KernelWidth: kernel, StrideHeight: stride, StrideWidth: stride, DilationHeight: dilation, DilationWidth: dilation,
		PadTop: g.PadTop, PadLeft: g.PadLeft,
	}
}

func TestDepthwiseGradient(t *testing.T) {
	uneven := depthwiseCase(7, 9, 8, 3, 1, 1, true)
	uneven.KernelWidth, uneven.PadLeft, uneven.StrideHeight, uneven.OutHeight = 5, 2, 2, 4
	twice := depthwiseCase(6, 5, 8, 3, 2, 1, true)
	twice.Multiplier = 2
	everyTable(t, func(t *testing.T, table *Table) {
		for _, s := range []DepthwiseSpec{
			depthwiseCase(9, 11, 32, 3, 1, 1, true), depthwiseCase(8, 10, 24, 3, 2, 1, true), depthwiseCase(7, 7, 5, 3, 1, 1, false), depthwiseCase(11, 9, 40, 5, 2, 1, true),
			depthwiseCase(12, 10, 16, 5, 1, 1, true), depthwiseCase(10, 9, 17, 3, 1, 2, true), depthwiseCase(2, 2, 8, 3, 1, 1, true), depthwiseCase(1, 1, 64, 3, 2, 1, true),
			depthwiseCase(6, 7, 12, 1, 1, 1, true), depthwiseCase(9, 8, 16, 3, 3, 1, false), depthwiseCase(3, 4, 8, 7, 1, 1, true), uneven, twice,
		} {
			r := rand.New(rand.NewPCG(11, 12))
			x, dy := random(r, s.InHeight*s.InWidth*s.Channels, 1), random(r, s.OutHeight*s.OutWidth*s.Channels*s.Multiplier, 1)
			w := random(r, s.KernelHeight*s.KernelWidth*s.Channels*s.Multiplier, 1)
			dx, dw := depthwiseGradients(&s, x, w, dy)
			g := table.NewDepthwiseGradient(&s)
			name := fmt.Sprintf("%s of %+v", g.Name(), s)
			sums, got := make([]float32, len(w)), random(r, len(x), 1)
			g.Weights(sums, x, dy)
			near(t, name+", weights", sums, dw, 1e-5)
			g.Repack(w)
			g.Input(&Args{Src: make([]Buffer, 1)}, got, dy, NewBuffer(g.Workspace()))
			near(t, name+", input", got, dx, 1e-5)
		}
	})
}

func TestGlobalPoolGradient(t *testing.T) {
	everyTable(t, func(t *testing.T, table *Table) {
		for _, channels := range []int{1, 8, 13, 32} {
			for _, average := range []bool{false, true} {
				s := GlobalPoolSpec{Pixels: 6, Channels: channels, Average: average}
				r := rand.New(rand.NewPCG(13, 14))
				x, y, dy := random(r, 6*channels, 1), make([]float32, channels), random(r, channels, 1)
				run(newGlobalPool(&s), y, x)
				got, want := random(r, len(x), 1), make([]float64, len(x))
				for c := range channels {
					best := c
					for p := range s.Pixels {
						if want[p*channels+c] = float64(dy[c]) / 6; !average {
							want[p*channels+c] = 0
						}
						if x[p*channels+c] > x[best] {
							best = p*channels + c
						}
					}
					if !average {
						want[best] = float64(dy[c])
					}
				}
				table.NewGlobalPoolGradient(&s).Run(got, x, y, dy)
				near(t, fmt.Sprintf("%d channels, average %v", channels, average), got, want, 1e-6)
			}
		}
	})
}

// What the layers do in training: sums in float64 of more pixels than are summed
// in float32 at once.
func TestChannelSums(t *testing.T) {
	everyTable(t, func(t *testing.T, table *Table) {
		const channels, pixels = 11, 3*channelSum + 5
		s, r := table.NewChannelSums(channels), rand.New(rand.NewPCG(15, 16))
		x, dy, mean := random(r, channels*pixels, 1), random(r, channels*pixels, 1), random(r, channels, 1)
		private := NewBuffer(s.Workspace())
		bias, sums, squares, beta, gamma := make([]float32, channels), make([]float64, channels), make([]float64, channels), make([]float64, channels), make([]float64, channels)
		var want [4][channels]float64
		rows(pixels, channels, func(p, c int) {
			v, g, d := float64(x[p*channels+c]), float64(dy[p*channels+c]), float64(x[p*channels+c])-float64(mean[c])
			want[0][c] += v
			want[1][c] += d * d
			want[2][c] += g
			want[3][c] += g * d
		})
		s.Sums(sums, x, private)
		s.Squares(squares, x, mean, private)
		s.Slopes(beta, gamma, x, dy, mean, private)
		s.Bias(bias, dy)
		narrow := func(v []float64) []float32 {
			all := make([]float32, len(v))
			for i := range v {
				all[i] = float32(v[i])
			}
			return all
		}
		for i, got := range [][]float32{narrow(sums), narrow(squares), narrow(beta), narrow(gamma), bias} {
			near(t, fmt.Sprintf("%s %d", s.Name(), i), got, want[i-i/4*2][:], 1e-6)
		}
	})
}
