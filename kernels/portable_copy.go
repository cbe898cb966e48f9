package kernels

import "slices"

// concatenate is the portable concatenation. One unit is a run of rows.
type concatenate struct {
	elementwise
	spec  ConcatenateSpec
	width int // of an output row
}

func newConcatenate(s *ConcatenateSpec) Op {
	op := &concatenate{spec: *s}
	op.spec.Channels = slices.Clone(s.Channels)
	for _, n := range s.Channels {
		op.width += n
	}
	return op
}

func (op *concatenate) Name() string { return "concatenate/portable" }

func (op *concatenate) Units() int {
	run := rowRun(op.width)
	return ceilDiv(op.spec.Rows, run)
}

func (op *concatenate) Run(a *Args, first, last int, _ Buffer) {
	run := rowRun(op.width)
	dst := a.Dst.Float32()
	for row := first * run; row < min(last*run, op.spec.Rows); row++ {
		out := dst[row*op.width:][:op.width]
		for i, n := range op.spec.Channels {
			copy(out, a.Src[i].Float32()[row*n:][:n])
			out = out[n:]
		}
	}
}

// pad is the portable padding and cropping. One unit is one row of the output.
type pad struct {
	elementwise
	spec PadSpec
}

func newPad(s *PadSpec) Op { return &pad{spec: *s} }

func (op *pad) Name() string { return "pad/portable" }

func (op *pad) Units() int { return op.spec.OutHeight }

func (op *pad) Run(a *Args, first, last int, _ Buffer) {
	s := &op.spec
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	size := s.OutWidth * s.Channels
	left, right := max(s.Left, 0), min(s.Left+s.InWidth, s.OutWidth)
	for y := first; y < last; y++ {
		row := dst[y*size:][:size]
		iy := y - s.Top
		if iy < 0 || iy >= s.InHeight || left >= right {
			clear(row)
			continue
		}
		clear(row[:left*s.Channels])
		clear(row[right*s.Channels:])
		copy(row[left*s.Channels:right*s.Channels], src[(iy*s.InWidth+left-s.Left)*s.Channels:])
	}
}

// transpose is the portable permutation of axes. One unit is one slice of the
// output's first axis.
type transpose struct {
	elementwise
	shape   []int // of the output
	strides []int // in the input, of the output's axes
}

func newTranspose(s *TransposeSpec) Op {
	strides := make([]int, len(s.Shape))
	size := 1
	for axis := len(s.Shape) - 1; axis >= 0; axis-- {
		strides[axis] = size
		size *= s.Shape[axis]
	}
	op := &transpose{}
	for _, axis := range s.Order {
		op.shape = append(op.shape, s.Shape[axis])
		op.strides = append(op.strides, strides[axis])
	}
	return op
}

func (op *transpose) Name() string { return "transpose/portable" }

func (op *transpose) Units() int { return op.shape[0] }

func (op *transpose) Run(a *Args, first, last int, _ Buffer) {
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	size := 1
	for _, d := range op.shape[1:] {
		size *= d
	}
	for i := first; i < last; i++ {
		permute(dst[i*size:][:size], src[i*op.strides[0]:], op.shape[1:], op.strides[1:])
	}
}

func permute(dst, src []float32, shape, strides []int) {
	switch len(shape) {
	case 0:
		dst[0] = src[0]
	case 1:
		for i := range dst {
			dst[i] = src[i*strides[0]]
		}
	default:
		size := len(dst) / shape[0]
		for i := range shape[0] {
			permute(dst[i*size:][:size], src[i*strides[0]:], shape[1:], strides[1:])
		}
	}
}
