package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func same3x3(height, width, channels, filters int, pool bool) *Conv2DSpec {
	s := &Conv2DSpec{
		InHeight: height, InWidth: width, InChannels: channels,
		OutHeight: height, OutWidth: width, Filters: filters,
		KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1,
		DilationHeight: 1, DilationWidth: 1, PadTop: 1, PadLeft: 1, Groups: 1,
		Activation: Activation{Kind: ReLU},
	}
	if pool {
		s.Pool = Window{Height: 2, Width: 2, StrideHeight: 2, StrideWidth: 2, OutHeight: height / 2, OutWidth: width / 2}
	}
	return s
}

func random(r *rand.Rand, n int, scale float64) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64() * scale)
	}
	return v
}

// run executes an op as a plan does, on one worker.
func run(op Op, dst []float32, src ...[]float32) {
	shared, private := op.Workspace()
	a := &Args{Dst: Float32Buffer(dst), Shared: NewBuffer(shared)}
	for _, s := range src {
		a.Src = append(a.Src, Float32Buffer(s))
	}
	op.Run(a, 0, op.Units(), NewBuffer(private))
	op.Finish(a)
}

func TestWinograd(t *testing.T) {
	conv := map[string]func(s *Conv2DSpec, w Weights) Op{
		"portable": func(s *Conv2DSpec, w Weights) Op {
			return newWinograd(s, w, gemmGeneric(6, 8, 1), winogradGeneric(1), func(v float32) float32 { return v })
		},
	}
	for _, one := range implementations() {
		if one.supported {
			conv[one.table.Name] = one.table.Conv2D
		}
	}
	for name, conv := range conv {
		for _, s := range []*Conv2DSpec{
			same3x3(1, 1, 1, 1, false), same3x3(6, 7, 4, 8, false), same3x3(12, 16, 8, 16, true), same3x3(13, 15, 5, 9, true), same3x3(30, 9, 32, 24, false),
		} {
			t.Run(fmt.Sprintf("%s/%dx%dx%d-%d-%v", name, s.InHeight, s.InWidth, s.InChannels, s.Filters, s.Pool.Height), func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, 2))
				src := random(r, s.InHeight*s.InWidth*s.InChannels, 1)
				w := Weights{Float32: random(r, 9*s.InChannels*s.Filters, 0.3), Bias: random(r, s.Filters, 1)}
				h, wd := s.OutHeight, s.OutWidth
				if s.Pool.Height > 0 {
					h, wd = s.Pool.OutHeight, s.Pool.OutWidth
				}
				got := make([]float32, h*wd*s.Filters)
				want := make([]float64, len(got))
				oracle(s, w, src, want)
				op := conv(s, w)
				run(op, got, src)
				worst := 0.0
				for i := range got {
					worst = max(worst, math.Abs(float64(got[i])-want[i]))
				}
				if worst > 1e-4 {
					t.Errorf("%s off by %g", op.Name(), worst)
				}
			})
		}
	}
}

// oracle convolves in float64; ReLU and pooling included.
func oracle(s *Conv2DSpec, w Weights, src []float32, dst []float64) {
	full := make([]float64, s.OutHeight*s.OutWidth*s.Filters)
	for y := range s.OutHeight {
		for x := range s.OutWidth {
			for f := range s.Filters {
				sum := float64(w.Bias[f])
				for i := range s.KernelHeight {
					for j := range s.KernelWidth {
						iy, ix := y*s.StrideHeight+i*s.DilationHeight-s.PadTop, x*s.StrideWidth+j*s.DilationWidth-s.PadLeft
						if iy < 0 || ix < 0 || iy >= s.InHeight || ix >= s.InWidth {
							continue
						}
						for c := range s.InChannels {
							sum += float64(src[(iy*s.InWidth+ix)*s.InChannels+c]) * float64(w.Float32[((i*s.KernelWidth+j)*s.InChannels+c)*s.Filters+f])
						}
					}
				}
				full[(y*s.OutWidth+x)*s.Filters+f] = max(sum, 0)
			}
		}
	}
	if s.Pool.none() {
		copy(dst, full)
		return
	}
	for y := range s.Pool.OutHeight {
		for x := range s.Pool.OutWidth {
			for f := range s.Filters {
				at := func(i, j int) float64 { return full[((2*y+i)*s.OutWidth+2*x+j)*s.Filters+f] }
				dst[(y*s.Pool.OutWidth+x)*s.Filters+f] = max(at(0, 0), at(0, 1), at(1, 0), at(1, 1))
			}
		}
	}
}
