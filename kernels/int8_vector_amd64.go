//go:build !purego

package kernels

import (
	"math"

	"edged/amd64"
)

// int8Add is combineInt8's addition of two tensors of one shape. A unit is one
// row.
type int8Add struct {
	combineInt8
	scales [amd64.Int8AddScales]int32
	whole  int // elements of a row that the loop makes
}

const int8AddVector = 16

// newInt8Add returns the op, or nil for a spec it isn't made for.
func newInt8Add(s *CombineInt8Spec) Op {
	row := s.Output[1] * s.Output[2]
	if s.Kind != Add || s.Inputs[0] != s.Output || s.Inputs[1] != s.Output || row < int8AddVector {
		return nil
	}
	op := &int8Add{combineInt8: combineInt8{spec: *s}, whole: row &^ (int8AddVector - 1)}
	left, right := s.In[0].most(255<<combineShift), s.In[1].most(255<<combineShift)
	if left < 0 || right < 0 || s.Out.most(left+right) < 0 {
		return nil
	}
	for i, r := range []Rescale{s.In[0], s.In[1], s.Out} {
		left := max(r.Shift, 0) + 1
		if i < 2 {
			left += combineShift
		}
		shift, least, half := max(-r.Shift, 0), int32(math.MinInt32), int32(0)
		if shift > 0 {
			least, half = 0, 1<<(shift-1)
		}
		for j, v := range []int32{left, r.Multiplier, half, least, shift} {
			fill8(op.scales[(5*i+j)*8:], v)
		}
		for j := 0; j < 8; j += 2 {
			op.scales[(5*i+2)*8+j] = -1 << 31
		}
	}
	for i, v := range []int8{s.Zero[0], s.Zero[1], s.OutZero} {
		fill8(op.scales[(15+i)*8:], int32(v))
	}
	for i := range 4 {
		op.scales[18*8+i], op.scales[18*8+4+i] = int32(uint32(uint8(s.Low))*0x1010101), int32(uint32(uint8(s.High))*0x1010101)
	}
	return op
}

func fill8(dst []int32, v int32) {
	for i := range 8 {
		dst[i] = v
	}
}

// most is the largest magnitude of what numbers of up to n become, or -1 if they
// and what rounds them may not fit in 31 bits on the way.
func (r Rescale) most(n int64) int64 {
	if n < 0 || n<<max(r.Shift, 0) >= 1<<30 {
		return -1
	}
	return int64(r.Apply(int32(n))) + 1
}

func (op *int8Add) Name() string { return "int8-add/vector/avx2" }

func (op *int8Add) Run(a *Args, first, last int, _ Buffer) {
	s, row := &op.spec, op.spec.Output[1]*op.spec.Output[2]
	for y := first; y < last; y++ {
		out, left, right := a.Dst.Int8()[y*row:][:row], a.Src[0].Int8()[y*row:][:row], a.Src[1].Int8()[y*row:][:row]
		amd64.Int8Add(out[:op.whole], left, right, op.scales[:])
		for i := op.whole; i < row; i++ {
			out[i] = s.apply(left[i], right[i])
		}
	}
}

// int8Quantize is quantizeInt8 on whole vectors.
type int8Quantize struct{ quantizeInt8 }

const int8QuantizeVector = 32

func newInt8Quantize(s *ConvertInt8Spec) Op { return &int8Quantize{quantizeInt8{spec: *s}} }

func (op *int8Quantize) Name() string { return "int8-quantize/vector/avx2" }

func (op *int8Quantize) Run(a *Args, first, last int, _ Buffer) {
	from, to := piece(op.spec.Size, first, last)
	dst, src := a.Dst.Int8()[from:to], a.Src[0].Float32()[from:to]
	whole := len(dst) &^ (int8QuantizeVector - 1)
	if whole > 0 {
		amd64.Int8Quantize(dst[:whole], src[:whole], op.spec.Scale, int32(op.spec.Zero))
	}
	for i := whole; i < len(dst); i++ {
		dst[i] = op.spec.quantize(src[i])
	}
}

// int8Mean is globalInt8's mean, eight channels at a time.
type int8Mean struct{ globalInt8 }

// newInt8Mean returns the op, or nil for a spec it isn't made for.
func newInt8Mean(s *MeanInt8Spec) Op {
	if s.Channels%8 != 0 || s.Pixels == 0 {
		return nil
	}
	return &int8Mean{globalInt8{spec: *s, mean: true}}
}

func (op *int8Mean) Name() string { return "int8-global-average-pool/vector/avx2" }

func (op *int8Mean) Run(a *Args, _, _ int, private Buffer) {
	s := &op.spec
	sums := take[int32](&private, s.Channels)
	amd64.Int8Sum(sums, a.Src[0].Int8()[:s.Pixels*s.Channels], s.Channels, s.Pixels)
	op.means(a.Dst.Int8()[:s.Channels], sums)
}
