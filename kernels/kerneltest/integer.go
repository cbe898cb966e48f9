package kerneltest

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"edged/kernels"
)

// exactly runs an op of int8 in every way and wants the very output.
func (s *suite) exactly(t *testing.T, name string, op kernels.Op, want kernels.Buffer, inputs ...kernels.Buffer) {
	if op == nil {
		t.Fatalf("%s: no op", name)
	}
	if s.table.Name != "portable" && strings.HasSuffix(op.Name(), "/portable") {
		return // another table's
	}
	s.ran[op.Name()] = true
	t.Run(name, func(t *testing.T) {
		for _, way := range ways {
			if got := s.memory.execute(t, op, inputs, len(want), way); !bytes.Equal(got, want) {
				t.Fatalf("%s makes % x, want % x", op.Name(), got, want)
			}
		}
	})
}

// int8Buffer views int8 values as a buffer.
func int8Buffer(v []int8) kernels.Buffer {
	b := make(kernels.Buffer, len(v))
	copy(b.Int8(), v)
	return b
}

// randomInt8 returns n values, the extremes among them, that depend on seed only.
func randomInt8(n, seed int) []int8 {
	source := rand.New(rand.NewPCG(uint64(n), uint64(seed)))
	values := make([]int8, n)
	for i := range values {
		values[i] = int8(source.IntN(256) - 128)
		if source.IntN(16) == 0 {
			values[i] = []int8{-128, 127}[source.IntN(2)]
		}
	}
	return values
}

func (s *suite) int8Pool(t *testing.T) {
	for seed, channels := range []int{1, 3, 8, 15, 16, 17, 33, 64} {
		for _, average := range []bool{false, true} {
			for _, size := range []int{2, 3} {
				p := kernels.PoolInt8Spec{PoolSpec: kernels.PoolSpec{
					InHeight: 9, InWidth: 7 + seed, Channels: channels, Average: average,
					Window: kernels.Window{Height: size, Width: size, StrideHeight: 2, StrideWidth: 2, PadTop: seed % 2, PadLeft: seed % 2},
				}, Low: -128, High: 127}
				if seed%3 == 1 {
					p.Low, p.High = -20, 100
				}
				p.Window.OutHeight, p.Window.OutWidth = (p.InHeight-size)/2+1, (p.InWidth-size)/2+1
				input := randomInt8(p.InHeight*p.InWidth*channels, seed)
				s.exactly(t, fmt.Sprintf("%dx%d-%d-average=%v", p.InWidth, channels, size, average), s.table.PoolInt8(&p), int8Buffer(poolInt8(&p, input)), int8Buffer(input))
			}
		}
		s.int8GlobalPool(t, channels, seed)
	}
}

// poolInt8 is the definition.
func poolInt8(s *kernels.PoolInt8Spec, input []int8) []int8 {
	w := s.Window
	out := make([]int8, w.OutHeight*w.OutWidth*s.Channels)
	for i := range out {
		y, x, c := i/s.Channels/w.OutWidth*w.StrideHeight-w.PadTop, i/s.Channels%w.OutWidth*w.StrideWidth-w.PadLeft, i%s.Channels
		sum, cells, largest := 0, 0, int8(-128)
		for iy := max(y, 0); iy < min(y+w.Height, s.InHeight); iy++ {
			for ix := max(x, 0); ix < min(x+w.Width, s.InWidth); ix++ {
				v := input[(iy*s.InWidth+ix)*s.Channels+c]
				sum, cells, largest = sum+int(v), cells+1, max(largest, v)
			}
		}
		if s.Average {
			half := cells / 2
			if sum <= 0 {
				half = -half
			}
			largest = int8((sum + half) / cells)
		}
		out[i] = min(max(largest, s.Low), s.High)
	}
	return out
}

func (s *suite) int8GlobalPool(t *testing.T, channels, seed int) {
	const pixels = 35
	input := randomInt8(pixels*channels, seed)
	mean := kernels.MeanInt8Spec{Pixels: pixels, Channels: channels, Rescale: kernels.NewRescale(1.25 / pixels), InZero: -7, OutZero: 9}
	means, maxima := make([]int8, channels), make([]int8, channels)
	for c := range channels {
		sum, largest := int32(0), int8(-128)
		for i := range pixels {
			v := input[i*channels+c]
			sum, largest = sum+int32(v)+7, max(largest, v)
		}
		means[c], maxima[c] = int8(min(max(mean.Rescale.Apply(sum)+9, -128), 127)), largest
	}
	s.exactly(t, fmt.Sprintf("mean-%d", channels), s.table.MeanInt8(&mean), int8Buffer(means), int8Buffer(input))
	s.exactly(t, fmt.Sprintf("maximum-%d", channels), s.table.GlobalMaxInt8(&kernels.GlobalPoolSpec{Pixels: pixels, Channels: channels}), int8Buffer(maxima), int8Buffer(input))
}

func (s *suite) int8Combine(t *testing.T) {
	shapes := []struct{ left, right, output [3]int }{
		{[3]int{5, 7, 3}, [3]int{5, 7, 3}, [3]int{5, 7, 3}},
		{[3]int{2, 5, 16}, [3]int{2, 5, 16}, [3]int{2, 5, 16}},
		{[3]int{2, 3, 24}, [3]int{1, 1, 24}, [3]int{2, 3, 24}},
		{[3]int{2, 1, 33}, [3]int{2, 4, 33}, [3]int{2, 4, 33}},
		{[3]int{1, 1, 40}, [3]int{3, 2, 40}, [3]int{3, 2, 40}},
		{[3]int{1, 9, 5}, [3]int{4, 9, 5}, [3]int{4, 9, 5}},
		{[3]int{3, 4, 17}, [3]int{3, 4, 1}, [3]int{3, 4, 17}},
		{[3]int{9, 9, 64}, [3]int{9, 9, 64}, [3]int{9, 9, 64}},
	}
	for seed := range 12 * len(shapes) {
		shape := shapes[seed%len(shapes)]
		left, right := randomInt8(volume(shape.left), seed), randomInt8(volume(shape.right), seed+1)
		for _, kind := range []kernels.CombineKind{kernels.Add, kernels.Subtract, kernels.Multiply} {
			spec := randomCombine(kind, seed)
			spec.Inputs, spec.Output = [2][3]int{shape.left, shape.right}, shape.output
			s.exactly(t, fmt.Sprintf("kind%d-%d", kind, seed), s.table.CombineInt8(&spec), int8Buffer(combineInt8(&spec, left, right)), int8Buffer(left), int8Buffer(right))
		}
	}
}

func volume(shape [3]int) int { return shape[0] * shape[1] * shape[2] }

// randomCombine has the factors of a layer, as TensorFlow Lite chooses them, and
// now and then shifts to the left.
func randomCombine(kind kernels.CombineKind, seed int) kernels.CombineInt8Spec {
	source := rand.New(rand.NewPCG(uint64(seed), uint64(kind)))
	zeros := randomInt8(3, seed)
	s := kernels.CombineInt8Spec{Kind: kind, Zero: [2]int8{zeros[0], zeros[1]}, OutZero: zeros[2], Low: -128, High: 127}
	if seed%3 == 1 {
		s.Low, s.High = s.OutZero, int8(min(int(s.OutZero)+50, 127))
	}
	ratio, gain := source.Float64(), math.Exp2(float64(source.IntN(7)-3))
	if kind == kernels.Multiply {
		s.Out = kernels.NewRescale(gain * ratio / 16)
		return s
	}
	s.In = [2]kernels.Rescale{kernels.NewRescale(0.5), kernels.NewRescale(0.5 * ratio)}
	s.In[seed%2], s.In[1-seed%2] = s.In[0], s.In[1]
	s.Out = kernels.NewRescale(gain * (1 + ratio) / (1 << 20))
	if seed%5 == 4 {
		s.In[0].Shift, s.Out.Shift = 2, s.Out.Shift-2
	}
	return s
}

// combineInt8 is the definition, in numbers that don't overflow.
func combineInt8(s *kernels.CombineInt8Spec, left, right []int8) []int8 {
	out := make([]int8, volume(s.Output))
	for i := range out {
		y, x, c := i/s.Output[2]/s.Output[1], i/s.Output[2]%s.Output[1], i%s.Output[2]
		a := int64(left[at(s.Inputs[0], y, x, c)]) - int64(s.Zero[0])
		b := int64(right[at(s.Inputs[1], y, x, c)]) - int64(s.Zero[1])
		v := a * b
		if s.Kind != kernels.Multiply {
			v = rescale(s.In[1], b<<20)
			if s.Kind == kernels.Subtract {
				v = -v
			}
			v += rescale(s.In[0], a<<20)
		}
		out[i] = int8(min(max(rescale(s.Out, v)+int64(s.OutZero), int64(s.Low)), int64(s.High)))
	}
	return out
}

// at is where a broadcast input has the element of an output.
func at(shape [3]int, y, x, c int) int {
	return (y%shape[0]*shape[1]+x%shape[1])*shape[2] + c%shape[2]
}

// rescale rounds as Rescale.Apply says.
func rescale(r kernels.Rescale, x int64) int64 {
	x = (x<<max(r.Shift, 0)*int64(r.Multiplier) + 1<<30) >> 31
	return int64(math.Round(float64(x) * math.Exp2(float64(min(r.Shift, 0)))))
}

func (s *suite) int8Table(t *testing.T) {
	for seed, n := range lengths {
		spec := kernels.TableInt8Spec{Size: n, Table: [256]int8(randomInt8(256, seed))}
		input, want := randomInt8(n, seed), make([]int8, n)
		for i, v := range input {
			want[i] = spec.Table[uint8(v)]
		}
		s.exactly(t, fmt.Sprint(n), s.table.TableInt8(&spec), int8Buffer(want), int8Buffer(input))
	}
}

// int8Softmax compares with the portable kernel, whose own test compares it
// with exponentials.
func (s *suite) int8Softmax(t *testing.T) {
	for seed, size := range []int{1, 10, 255, 256, 257, 1000, 4095} {
		for _, scale := range []float64{0.001, 0.07, 0.6, 3} {
			const rows = 2
			spec := kernels.SoftmaxInt8Spec{Rows: rows, Size: size, Scale: scale}
			input, want := int8Buffer(randomInt8(rows*size, seed)), make(kernels.Buffer, rows*size)
			kernels.Portable().SoftmaxInt8(&spec).Run(&kernels.Args{Dst: want, Src: []kernels.Buffer{input}}, 0, rows, nil)
			s.exactly(t, fmt.Sprintf("%d-%g", size, scale), s.table.SoftmaxInt8(&spec), want, input)
		}
	}
}

func (s *suite) int8Convert(t *testing.T) {
	odd := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 3e38, -3e38, 0.5, -0.5, 1.5, -1.5, 0.49999997, -0.49999997}
	for seed, n := range lengths {
		spec := kernels.ConvertInt8Spec{Size: n, Scale: []float32{1, 1. / 255, 0.37, 1e-30}[seed%4], Zero: int8(seed*37 - 128)}
		input, quantized := random(n, seed), make([]int8, n)
		for i := range input {
			input[i] *= 150 * spec.Scale
			if i%3 == 1 {
				input[i] = odd[i/3%len(odd)] * spec.Scale
			}
			quantized[i] = spec.Zero
			if q := math.Round(float64(input[i]/spec.Scale)) + float64(spec.Zero); q == q {
				quantized[i] = int8(min(max(q, -128), 127))
			}
		}
		s.exactly(t, fmt.Sprintf("quantize-%d", n), s.table.QuantizeInt8(&spec), int8Buffer(quantized), kernels.Float32Buffer(input))
		real := make([]float32, n)
		for i, q := range quantized {
			real[i] = spec.Scale * float32(int(q)-int(spec.Zero))
		}
		s.exactly(t, fmt.Sprintf("dequantize-%d", n), s.table.DequantizeInt8(&spec), kernels.Float32Buffer(real), int8Buffer(quantized))
	}
}
