package kernels

import (
	"math"
	"slices"
)

// softmaxBits is the number of integer bits of a sum of exponentials.
const softmaxBits = 12

// softmaxInt8 is softmax on int8. A unit is one row.
type softmaxInt8 struct {
	Unshared
	spec  SoftmaxInt8Spec
	exp   [256]int32 // of minus the index times the scale, without integer bits
	terms [256]int32 // exp with softmaxBits
}

// newSoftmaxInt8 follows Softmax in
// tensorflow/lite/kernels/internal/reference/softmax.h, with the exponentials
// of all differences computed beforehand.
func newSoftmaxInt8(s *SoftmaxInt8Spec) Op {
	op := &softmaxInt8{spec: *s}
	r := NewRescale(min(s.Scale*(1<<26), math.MaxInt32))
	reach := math.Floor(31 * (1 << 26) / math.Ldexp(1, int(r.Shift)))
	for i := range op.exp {
		if float64(i) > reach {
			break
		}
		op.exp[i] = expOfNegative(r.Apply(int32(-i)), 5)
		op.terms[i] = roundedShift(op.exp[i], softmaxBits)
	}
	return op
}

func (op *softmaxInt8) Name() string { return "int8-softmax/portable" }

func (op *softmaxInt8) Units() int { return op.spec.Rows }

func (op *softmaxInt8) Workspace() (shared, private int) { return 0, 0 }

func (op *softmaxInt8) Run(a *Args, first, last int, _ Buffer) {
	n := op.spec.Size
	for row := first; row < last; row++ {
		op.row(a.Dst.Int8()[row*n:][:n], a.Src[0].Int8()[row*n:][:n])
	}
}

func (op *softmaxInt8) row(dst, src []int8) {
	largest := slices.Max(src)
	scale, bits := reciprocal(op.sum(src, largest), softmaxBits)
	for i, v := range src {
		dst[i] = op.share(int(largest)-int(v), scale, bits)
	}
}

// sum is the sum of the exponentials of a row.
func (op *softmaxInt8) sum(src []int8, largest int8) int32 {
	sum := int32(0)
	for _, v := range src {
		sum += op.terms[uint8(largest-v)]
	}
	return sum
}

// share is the result of an element that is less than the largest by d.
func (op *softmaxInt8) share(d int, scale int32, bits int) int8 {
	return clampInt8(roundedShift(doubledHigh(scale, op.exp[d]), bits+31-8)-128, -128, 127)
}
