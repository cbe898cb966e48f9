package kernels

import "math"

// softmax is the portable softmax. One unit is one slice of the outer axis.
type softmax struct {
	elementwise
	spec SoftmaxSpec
}

func newSoftmax(s *SoftmaxSpec) Op { return &softmax{spec: *s} }

func (op *softmax) Name() string { return "softmax/portable" }

func (op *softmax) Units() int { return op.spec.Outer }

func (op *softmax) Run(a *Args, first, last int, _ Buffer) {
	s := &op.spec
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	for outer := first; outer < last; outer++ {
		for inner := range s.Inner {
			at := outer*s.Size*s.Inner + inner
			softmaxInto(dst[at:], src[at:], s.Size, s.Inner)
		}
	}
}

// softmaxInto makes softmax of size elements that lie stride apart.
func softmaxInto(dst, src []float32, size, stride int) {
	top := float32(math.Inf(-1))
	for i := range size {
		top = max(top, src[i*stride])
	}
	sum := 0.0
	for i := range size {
		e := exp(float64(src[i*stride]) - float64(top))
		sum += e
		dst[i*stride] = float32(e)
	}
	for i := range size {
		dst[i*stride] = float32(float64(dst[i*stride]) / sum)
	}
}
