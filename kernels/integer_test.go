package kernels_test

import (
	"math"
	"testing"

	"edged/kernels"
)

func TestRescale(t *testing.T) {
	for _, tt := range []struct {
		factor  float64
		x, want int32
	}{
		{0, 1000, 0},
		{1, 77, 77},
		{0.5, 3, 2},
		{0.5, -3, -1},
		{0.5, 1, 1},
		{0.5, -1, 0},
		{0.25, 2, 1},
		{0.25, -2, -1},
		{2, 21, 42},
		{1.5, -5, -7},
		{1e-12, math.MaxInt32, 0},
		{0.003, 1000, 3},
		{0.003, -1000, -3},
	} {
		if got := kernels.NewRescale(tt.factor).Apply(tt.x); got != tt.want {
			t.Errorf("%g times %d is %d, want %d", tt.factor, tt.x, got, tt.want)
		}
	}
}

func TestLogisticInt8(t *testing.T) {
	for _, scale := range []float64{0.001, 0.02, 0.05, 0.3, 2} {
		table := kernels.LogisticInt8(scale, -9)
		for q := -128; q < 128; q++ {
			want := 256/(1+math.Exp(-scale*float64(q+9))) - 128
			if got := float64(table[uint8(q)]); math.Abs(got-min(want, 127)) > 1 {
				t.Errorf("scale %g: logistic of %d is %g, want %g", scale, q, got, want)
			}
		}
	}
}

func TestSoftmaxInt8(t *testing.T) {
	src := kernels.NewBuffer(10)
	dst := kernels.NewBuffer(10)
	for _, scale := range []float64{0.01, 0.1, 0.7} {
		sum := 0.0
		for i := range src {
			src.Int8()[i] = int8(i*i - 60)
			sum += math.Exp(scale * float64(i*i-60))
		}
		op := kernels.Portable().SoftmaxInt8(&kernels.SoftmaxInt8Spec{Rows: 1, Size: 10, Scale: scale})
		op.Run(&kernels.Args{Dst: dst, Src: []kernels.Buffer{src}}, 0, 1, nil)
		for i, got := range dst.Int8() {
			want := 256*math.Exp(scale*float64(i*i-60))/sum - 128
			if math.Abs(float64(got)-min(want, 127)) > 0.6 {
				t.Errorf("scale %g: softmax %d is %d, want %g", scale, i, got, want)
			}
		}
	}
}
