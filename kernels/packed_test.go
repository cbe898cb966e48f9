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

// geometry is a convolution with "same" padding when pad is set.
func geometry(height, width, channels, filters, kernel, stride, dilation int, pad bool) *Conv2DSpec {
	s := &Conv2DSpec{
		InHeight: height, InWidth: width, InChannels: channels, Filters: filters,
		KernelHeight: kernel, KernelWidth: kernel, StrideHeight: stride, StrideWidth: stride,
		DilationHeight: dilation, DilationWidth: dilation, Groups: 1, Activation: Activation{Kind: ReLU},
	}
	reach := dilation*(kernel-1) + 1
	if pad {
		s.OutHeight, s.OutWidth = ceilDiv(height, stride), ceilDiv(width, stride)
		s.PadTop = max(0, (s.OutHeight-1)*stride+reach-height) / 2
		s.PadLeft = max(0, (s.OutWidth-1)*stride+reach-width) / 2
	} else {
		s.OutHeight, s.OutWidth = (height-reach)/stride+1, (width-reach)/stride+1
	}
	return s
}

func keep(v float32) float32 { return v }

// constructors are the drivers over portable loops, with tiles that no CPU has,
// and over those of this CPU.
func constructors() map[string]func(s *Conv2DSpec, w Weights) Op {
	all := map[string]func(s *Conv2DSpec, w Weights) Op{
		"winograd/portable": func(s *Conv2DSpec, w Weights) Op {
			return newWinograd(s, w, gemmGeneric(6, 8, 2), winogradGeneric(2), keep)
		},
		"gemm/portable":         func(s *Conv2DSpec, w Weights) Op { return newGEMMConv2D(s, w, gemmGeneric(3, 4, 2), keep) },
		"direct/portable":       func(s *Conv2DSpec, w Weights) Op { return newDirect(s, w, directGeneric) },
		"winograd-few/portable": func(s *Conv2DSpec, w Weights) Op { return newWinogradFew(s, w, winogradFewGeneric) },
	}
	for name, f := range native() {
		all[name] = f
	}
	return all
}

func TestConv2D(t *testing.T) {
	leaky := same3x3(12, 16, 8, 16, true)
	leaky.Activation = Activation{Kind: LeakyReLU, Alpha: 0.1}
	swish := same3x3(9, 10, 8, 16, true)
	swish.Activation = Activation{Kind: Swish}
	for name, conv := range constructors() {
		for _, s := range []*Conv2DSpec{
			same3x3(1, 1, 1, 1, false), same3x3(6, 7, 4, 8, false), same3x3(12, 16, 8, 16, true), same3x3(13, 15, 5, 9, true), same3x3(30, 9, 32, 24, false),
			same3x3(8, 16, 3, 32, true), same3x3(9, 11, 3, 10, true), same3x3(9, 11, 1, 8, false), same3x3(7, 14, 4, 8, true), same3x3(5, 6, 3, 7, false),
			geometry(9, 9, 40, 24, 1, 1, 1, true), geometry(8, 8, 700, 16, 1, 1, 1, true), geometry(20, 33, 3, 10, 3, 2, 1, true), geometry(11, 24, 3, 32, 3, 1, 1, false),
			geometry(13, 14, 1, 8, 5, 1, 1, true), geometry(13, 19, 4, 8, 5, 2, 1, false), geometry(17, 16, 6, 8, 3, 1, 2, true), leaky, swish,
		} {
			r := rand.New(rand.NewPCG(1, 2))
			src := random(r, s.InHeight*s.InWidth*s.InChannels, 1)
			w := Weights{Float32: random(r, s.KernelHeight*s.KernelWidth*s.InChannels*s.Filters, 0.3), Bias: random(r, s.Filters, 1)}
			op := conv(s, w)
			if op == nil {
				continue
			}
			t.Run(fmt.Sprintf("%s/%dx%dx%d-%d-%dx%d-%d-%d", name, s.InHeight, s.InWidth, s.InChannels, s.Filters, s.KernelHeight, s.KernelWidth, s.StrideHeight, s.Pool.Height), func(t *testing.T) {
				h, wd := s.OutHeight, s.OutWidth
				if s.Pool.Height > 0 {
					h, wd = s.Pool.OutHeight, s.Pool.OutWidth
				}
				got := make([]float32, h*wd*s.Filters)
				want := make([]float64, len(got))
				oracle(s, w, src, want)
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

func activated(a Activation, x float64) float64 {
	v := []float32{float32(x)}
	a.Apply(v)
	return float64(v[0])
}

// oracle convolves in float64, activation and pooling included.
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
				full[(y*s.OutWidth+x)*s.Filters+f] = activated(s.Activation, sum)
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

func TestMatvec(t *testing.T) {
	for _, s := range []DenseSpec{{Rows: 1, Inputs: 9000, Units: 10}, {Rows: 2, Inputs: 37, Units: 25}, {Rows: 1, Inputs: 16, Units: 7}, {Rows: 1, Inputs: 5003, Units: 29}} {
		r := rand.New(rand.NewPCG(3, 4))
		x, w := random(r, s.Rows*s.Inputs, 1), Weights{Float32: random(r, s.Inputs*s.Units, 0.1), Bias: random(r, s.Units, 1)}
		got, want := make([]float32, s.Rows*s.Units), make([]float32, s.Rows*s.Units)
		run(newMatvec(&s, w, matvecGeneric, keepFloat32), got, x)
		run(newDense(&s, w), want, x)
		for i := range got {
			if math.Abs(float64(got[i]-want[i])) > 1e-3 {
				t.Errorf("%v: element %d is %g, want %g", s, i, got[i], want[i])
			}
		}
	}
}

func TestDepthwiseTiles(t *testing.T) {
	for _, s := range []DepthwiseSpec{
		{InHeight: 7, InWidth: 9, Channels: 8, OutHeight: 7, OutWidth: 9, KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1, PadTop: 1, PadLeft: 1},
		{InHeight: 8, InWidth: 30, Channels: 6, OutHeight: 4, OutWidth: 15, KernelHeight: 5, KernelWidth: 5, StrideHeight: 2, StrideWidth: 2, PadTop: 1, PadLeft: 1},
		{InHeight: 8, InWidth: 30, Channels: 12, OutHeight: 4, OutWidth: 15, KernelHeight: 3, KernelWidth: 3, StrideHeight: 2, StrideWidth: 2},
	} {
		s.Multiplier, s.DilationHeight, s.DilationWidth = 1, 1, 1
		r := rand.New(rand.NewPCG(5, 6))
		x := random(r, s.InHeight*s.InWidth*s.Channels, 1)
		w := Weights{Float32: random(r, s.KernelHeight*s.KernelWidth*s.Channels, 1), Bias: random(r, s.Channels, 1)}
		got, want := make([]float32, s.OutHeight*s.OutWidth*s.Channels), make([]float32, s.OutHeight*s.OutWidth*s.Channels)
		run(newDepthwiseTiles(&s, w, depthwiseGeneric), got, x)
		run(newDepthwise(&s, w), want, x)
		for i := range got {
			if math.Abs(float64(got[i]-want[i])) > 1e-4 {
				t.Fatalf("%v: element %d is %g, want %g", s, i, got[i], want[i])
			}
		}
	}
}
