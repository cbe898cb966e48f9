package kerneltest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"edged/kernels"
)

// exactly runs an op of int8 in every way and wants the very output.
func (s *suite) exactly(t *testing.T, name string, op kernels.Op, input, want []int8) {
	if op == nil {
		t.Fatalf("%s: no op", name)
	}
	if s.table.Name != "portable" && strings.HasSuffix(op.Name(), "/portable") {
		return // another table's
	}
	s.ran[op.Name()] = true
	t.Run(name, func(t *testing.T) {
		for _, way := range ways {
			if got := executeInt8(t, op, &int8Case{input: input, want: want}, way); !slices.Equal(got, want) {
				t.Fatalf("%s makes %v, want %v", op.Name(), got, want)
			}
		}
	})
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
				s.exactly(t, fmt.Sprintf("%dx%d-%d-average=%v", p.InWidth, channels, size, average), s.table.PoolInt8(&p), input, poolInt8(&p, input))
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
	s.exactly(t, fmt.Sprintf("mean-%d", channels), s.table.MeanInt8(&mean), input, means)
	s.exactly(t, fmt.Sprintf("maximum-%d", channels), s.table.GlobalMaxInt8(&kernels.GlobalPoolSpec{Pixels: pixels, Channels: channels}), input, maxima)
}
