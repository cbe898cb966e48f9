package kerneltest

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"edged/kernels"
)

// int8Layers are the convolutions that every table must make exactly: all sizes
// round the tiles, paddings, strides, pools.
func int8Layers() []kernels.Conv2DSpec {
	var all []kernels.Conv2DSpec
	add := func(height, width, channels, filters, kernel, stride, pad int, pool bool) {
		s := kernels.Conv2DSpec{
			InHeight: height, InWidth: width, InChannels: channels, Filters: filters, KernelHeight: kernel, KernelWidth: kernel,
			StrideHeight: stride, StrideWidth: stride, DilationHeight: 1, DilationWidth: 1, PadTop: pad, PadLeft: pad, Groups: 1,
			OutHeight: (height+2*pad-kernel)/stride + 1, OutWidth: (width+2*pad-kernel)/stride + 1,
		}
		if pool && s.OutHeight > 1 && s.OutWidth > 1 {
			s.Pool = kernels.Window{Height: 2, Width: 2, StrideHeight: 2, StrideWidth: 2, OutHeight: s.OutHeight / 2, OutWidth: s.OutWidth / 2}
		}
		all = append(all, s)
	}
	for i, width := range []int{4, 5, 7, 8, 9, 12, 16, 17, 23} {
		add(6, width, 3, 8, 3, 1, 1, i%2 == 0)
		add(5, width, 1+i, 5+i, 3, 1, i%2, i%2 == 1)
		add(7, width, 16, 9, 3, 2, 1, false)
		add(5, width, 4, 16, 3, 2, i%2, i%3 == 0)
		add(3, width, 15+i, 8, 1, 1, 0, false)
	}
	for channels := 1; channels <= 33; channels += 3 {
		add(4, 9, channels, 12, 1, 1, 0, channels%2 == 0)
		add(7, 9, channels, 8, 3, 1, 1, channels%2 == 0)
		add(8, 8, channels, 4, 5, 1, 2, false)
		add(9, 7, channels, 17, 2, 2, 0, false)
	}
	add(9, 70, 40, 24, 3, 1, 1, true)
	add(2, 300, 20, 8, 1, 1, 0, false)
	add(1, 7, 16, 32, 1, 1, 0, false)
	add(8, 16, 48, 40, 1, 1, 0, false)
	add(9, 17, 32, 64, 1, 1, 0, false)
	add(9, 10, 6, 8, 3, 1, 1, false)
	all[len(all)-1].DilationHeight, all[len(all)-1].DilationWidth, all[len(all)-1].PadTop, all[len(all)-1].PadLeft = 2, 2, 2, 2
	add(9, 10, 6, 8, 3, 1, 1, false)
	all[len(all)-1].Groups = 2
	add(8, 13, 3, 20, 3, 1, 1, false)
	all[len(all)-1].Pool = kernels.Window{Height: 3, Width: 3, StrideHeight: 2, StrideWidth: 2, PadTop: 1, PadLeft: 1, OutHeight: 4, OutWidth: 7}
	return all
}

func (s *suite) int8Conv2D(t *testing.T) {
	for i, layer := range int8Layers() {
		c := newInt8Case(layer, i)
		s.checkInt8(t, i, s.table.Conv2DInt8(&c.spec, c.weights), c)
	}
}

func (s *suite) int8Depthwise(t *testing.T) {
	i := 0
	for _, kernel := range []int{3, 5} {
		for _, stride := range []int{1, 2} {
			for _, channels := range []int{3, 8, 24} {
				for _, width := range []int{5, 6, 7, 8, 16, 21} {
					pad := i % (kernel/2 + 1)
					spec := kernels.DepthwiseSpec{
						InHeight: 6, InWidth: width, Channels: channels, Multiplier: 1 + i%7/6, KernelHeight: kernel, KernelWidth: kernel,
						OutHeight: (6+2*pad-kernel)/stride + 1, OutWidth: (width+2*pad-kernel)/stride + 1,
						StrideHeight: stride, StrideWidth: stride, DilationHeight: 1, DilationWidth: 1, PadTop: pad, PadLeft: pad,
					}
					c := newInt8Case(kernels.Conv2DSpec{
						InHeight: spec.InHeight, InWidth: spec.InWidth, InChannels: channels, OutHeight: spec.OutHeight, OutWidth: spec.OutWidth,
						Filters: channels * spec.Multiplier, KernelHeight: kernel, KernelWidth: kernel, StrideHeight: stride, StrideWidth: stride,
						DilationHeight: 1, DilationWidth: 1, PadTop: pad, PadLeft: pad, Groups: channels,
					}, i)
					s.checkInt8(t, i, s.table.DepthwiseInt8(&spec, c.weights), c)
					i++
				}
			}
		}
	}
}

func (s *suite) int8Dense(t *testing.T) {
	specs := []kernels.DenseSpec{{Rows: 1, Inputs: 33_333, Units: 10}, {Rows: 1, Inputs: 70, Units: 300}}
	for _, rows := range []int{1, 3} {
		for _, inputs := range []int{1, 15, 16, 33, 64, 127, 128, 300} {
			for _, units := range []int{1, 2, 4, 7, 10} {
				specs = append(specs, kernels.DenseSpec{Rows: rows, Inputs: inputs, Units: units})
			}
		}
	}
	for i, d := range specs {
		c := newInt8Case(kernels.Conv2DSpec{
			InHeight: 1, InWidth: d.Rows, InChannels: d.Inputs, OutHeight: 1, OutWidth: d.Rows, Filters: d.Units,
			KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1, Groups: 1,
		}, i)
		s.checkInt8(t, i, s.table.DenseInt8(&d, c.weights), c)
	}
}

// int8Case is a layer with weights, an input and the output it must give.
type int8Case struct {
	spec    kernels.Conv2DSpec
	weights kernels.Int8Weights
	input   []int8
	want    []int8
}

// newInt8Case fills a layer with numbers that depend on seed only: now and then
// extreme ones or shifts to the left.
func newInt8Case(layer kernels.Conv2DSpec, seed int) *int8Case {
	source := rand.New(rand.NewPCG(uint64(seed), 5))
	c := &int8Case{spec: layer}
	r := &c.weights
	r.Low, r.High, r.OutZero = -128, 127, int8(source.IntN(256)-128)
	r.InZero = int8(source.IntN(256) - 128)
	if seed%3 == 1 {
		r.Low, r.High = r.OutZero, int8(min(int(r.OutZero)+50, 127))
	}
	depth := layer.KernelHeight * layer.KernelWidth * layer.InChannels / layer.Groups
	for range layer.Filters {
		shift := -5 - int(math.Log2(float64(depth))/2) - source.IntN(3)
		if seed%4 == 3 {
			shift = 1 - source.IntN(12)
		}
		r.Rescale = append(r.Rescale, kernels.Rescale{Multiplier: 1<<30 + source.Int32N(1<<30), Shift: int32(shift)})
	}
	extreme := seed%5 == 4
	c.weights.Values = int8s(source, depth*layer.Filters, -127, extreme)
	c.input = int8s(source, layer.InHeight*layer.InWidth*layer.InChannels, -128, extreme)
	if seed%11 == 7 {
		c.weights.Values = int8s(source, depth*layer.Filters, -128, true)
	}
	if seed%6 != 5 {
		for range layer.Filters {
			c.weights.Bias = append(c.weights.Bias, source.Int32N(20001)-10000)
		}
	}
	c.want = c.convolve()
	return c
}

func int8s(source *rand.Rand, n, low int, extreme bool) []int8 {
	v := make([]int8, n)
	for i := range v {
		v[i] = int8(low + source.IntN(128-low))
		if extreme {
			v[i] = int8([]int{low, 127}[source.IntN(2)])
		}
	}
	return v
}

// convolve is the layer by its definition.
func (c *int8Case) convolve() []int8 {
	s := &c.spec
	depth, filters := s.InChannels/s.Groups, s.Filters/s.Groups
	var full []int8
	for y := range s.OutHeight {
		for x := range s.OutWidth {
			for f := range s.Filters {
				sum := int64(0)
				if c.weights.Bias != nil {
					sum = int64(c.weights.Bias[f])
				}
				for i := range s.KernelHeight {
					for j := range s.KernelWidth {
						iy, ix := y*s.StrideHeight+i*s.DilationHeight-s.PadTop, x*s.StrideWidth+j*s.DilationWidth-s.PadLeft
						if iy < 0 || iy >= s.InHeight || ix < 0 || ix >= s.InWidth {
							continue
						}
						for k := range depth {
							v := int64(c.input[(iy*s.InWidth+ix)*s.InChannels+f/filters*depth+k]) - int64(c.weights.InZero)
							sum += v * int64(c.weights.Values[((i*s.KernelWidth+j)*depth+k)*s.Filters+f])
						}
					}
				}
				full = append(full, requantize(&c.weights, sum, f))
			}
		}
	}
	if s.Pool.Height == 0 {
		return full
	}
	var pooled []int8
	for y := range s.Pool.OutHeight {
		for x := range s.Pool.OutWidth {
			for f := range s.Filters {
				best := int8(-128)
				for cy := max(0, y*s.Pool.StrideHeight-s.Pool.PadTop); cy < min(y*s.Pool.StrideHeight-s.Pool.PadTop+s.Pool.Height, s.OutHeight); cy++ {
					for cx := max(0, x*s.Pool.StrideWidth-s.Pool.PadLeft); cx < min(x*s.Pool.StrideWidth-s.Pool.PadLeft+s.Pool.Width, s.OutWidth); cx++ {
						best = max(best, full[(cy*s.OutWidth+cx)*s.Filters+f])
					}
				}
				pooled = append(pooled, best)
			}
		}
	}
	return pooled
}

// requantize makes the output of a sum in exact arithmetic.
func requantize(w *kernels.Int8Weights, sum int64, f int) int8 {
	shift := int(w.Rescale[f].Shift)
	product := new(big.Int).Mul(big.NewInt(sum<<max(shift, 0)), big.NewInt(int64(w.Rescale[f].Multiplier)))
	product.Add(product, big.NewInt(1<<30))
	value := float64(product.Rsh(product, 31).Int64()) * math.Pow(2, float64(min(shift, 0)))
	return int8(min(max(math.Round(value)+float64(w.OutZero), float64(w.Low)), float64(w.High)))
}

// checkInt8 runs the op in every way and wants the very output.
func (s *suite) checkInt8(t *testing.T, i int, op kernels.Op, c *int8Case) {
	if op == nil {
		t.Fatalf("case %d: no op", i)
	}
	if s.table.Name != "portable" && strings.HasSuffix(op.Name(), "/portable") {
		return
	}
	s.ran[op.Name()] = true
	t.Run(fmt.Sprintf("%d-%dx%dx%d-%d", i, c.spec.InHeight, c.spec.InWidth, c.spec.InChannels, c.spec.Filters), func(t *testing.T) {
		for _, way := range ways {
			if got := s.memory.execute(t, op, []kernels.Buffer{int8Buffer(c.input)}, len(c.want), way).Int8(); !slices.Equal(got, c.want) {
				for j := range got {
					if got[j] != c.want[j] {
						t.Fatalf("%s: element %d is %d, want %d (%+v)", op.Name(), j, got[j], c.want[j], c.spec)
					}
				}
			}
		}
	})
}
