//go:build !purego

package kernels

import "edged/amd64"

// int8DepthwiseGroup is the number of channels whose weights lie together.
const int8DepthwiseGroup = 8

// int8Depthwise is DepthwiseInt8. A unit is one row of the output; the rows of
// the picture under it are copied with its zero point round them.
type int8Depthwise struct {
	Unshared
	spec   DepthwiseSpec
	zero   int8    // what lies round the picture
	weight []int32 // [channels/8][KernelHeight][KernelWidth][8]
	bias   []int32 // the zero point's part included
	output *requantizer
	stride int // of a padded row of the picture
}

// newInt8Depthwise returns the op, or nil for a convolution it isn't made for.
func newInt8Depthwise(s *DepthwiseSpec, w Int8Weights) Op {
	if s.Multiplier != 1 || s.DilationWidth != 1 || s.Channels%int8DepthwiseGroup != 0 {
		return nil
	}
	cells := s.KernelHeight * s.KernelWidth
	op := &int8Depthwise{
		spec: *s, zero: w.InZero, weight: make([]int32, cells*s.Channels), bias: make([]int32, s.Channels), output: newRequantizer(w),
		stride: ((s.OutWidth-1)*s.StrideWidth + s.KernelWidth) * s.Channels,
	}
	for c := range s.Channels {
		sum := int32(0)
		for i := range cells {
			v := int32(w.Values[i*s.Channels+c])
			sum += v
			op.weight[(c/int8DepthwiseGroup*cells+i)*int8DepthwiseGroup+c%int8DepthwiseGroup] = v
		}
		op.bias[c] = w.bias(c) - int32(w.InZero)*sum
	}
	return op
}

func (op *int8Depthwise) Name() string { return "int8-depthwise/rows/avx2" }

func (op *int8Depthwise) Units() int { return op.spec.OutHeight }

func (op *int8Depthwise) Workspace() (shared, private int) {
	return 0, bytes[int8](op.spec.KernelHeight*op.stride) + bytes[int32](op.spec.OutWidth*op.spec.Channels)
}

func (op *int8Depthwise) Run(a *Args, first, last int, private Buffer) {
	s := &op.spec
	rows := take[int8](&private, s.KernelHeight*op.stride)
	sums := take[int32](&private, s.OutWidth*s.Channels)
	for y := first; y < last; y++ {
		for i := range s.KernelHeight {
			op.pad(rows[i*op.stride:][:op.stride], a.Src[0].Int8(), y*s.StrideHeight+i*s.DilationHeight-s.PadTop)
		}
		amd64.Int8Depthwise(sums, rows, op.stride, s.StrideWidth*s.Channels, s.KernelWidth, s.KernelHeight, op.weight, op.bias, s.Channels, s.OutWidth)
		op.output.run(a.Dst.Int8()[y*s.OutWidth*s.Channels:], sums, s.Channels, s.OutWidth)
	}
}

// pad copies row y of the picture, with the zero point round it.
func (op *int8Depthwise) pad(row, src []int8, y int) {
	s := &op.spec
	left, inside := min(s.PadLeft*s.Channels, len(row)), 0
	if y >= 0 && y < s.InHeight {
		inside = copy(row[left:], src[y*s.InWidth*s.Channels:][:s.InWidth*s.Channels])
	} else {
		left = 0
	}
	for i := range left {
		row[i] = op.zero
	}
	for i := left + inside; i < len(row); i++ {
		row[i] = op.zero
	}
}
