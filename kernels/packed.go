package kernels

import (
	"math"
	"unsafe"
)

// element is what packed operands are made of: float32, or uint16 for the bits
// of a float16.
type element interface{ float32 | uint16 }

// gemmKernels are the inner loops of a matrix product on one CPU family.
//
// The left matrix is packed in panels of rows rows, the right one in panels of
// columns columns, both zero beyond the matrix:
//
//	a [panel][depth/group][rows][group]
//	b [panel][depth][columns]
type gemmKernels[T element] struct {
	name                 string // as the Table's
	rows, columns, group int
	cut                  gemmCut
	vector               *vectorKernels // makes the maxima if pooling follows; may be nil

	// half tells that products are made in float16 and sums of at most spill of
	// them before they are added in float32.
	half bool

	// pack writes one panel of the left matrix from rows rows of src that begin
	// stride elements apart; depth is a multiple of group.
	pack func(dst []T, src []float32, stride, depth int)

	// multiply does for tiles panels of a and panels panels of b
	//
	//	dst[r*stride+c] = clamp(start[r*startStride+c] + sum over k of a[r][k]*b[k][c])
	//
	// where start is the bias (startStride 0), earlier sums, or nil for zero,
	// and clamp keeps a value within bounds. depth is a multiple of group.
	multiply func(dst []float32, stride int, a, b []T, depth, tiles, panels int, start []float32, startStride int, bounds bounds)
}

// gemmCut says how work is cut into units.
type gemmCut struct {
	tiles        int // panels of rows that gemmConv2D packs at once
	unit         int // and those of one unit
	winograd     int // panels of rows that winograd makes at once
	winogradUnit int // and those of one unit
	few          int // up to so many panels of rows gemmConv2D divides the columns instead,
	panels       int // but not into less than this number of panels
}

// narrowCut is for products of small panels.
var narrowCut = gemmCut{tiles: 8, unit: 2, winograd: 2, winogradUnit: 1, few: 8, panels: 1}

// bounds are the limits of an activation that clamps; low of -Inf and high of
// +Inf mean none.
type bounds struct{ low, high float32 }

var unbounded = bounds{float32(math.Inf(-1)), float32(math.Inf(1))}

// split divides an activation into the bounds that kernels clamp to and what
// remains to be done afterwards, nil if nothing does.
func (a Activation) split() (bounds, func([]float32)) {
	if b, ok := a.bounds(); ok {
		return b, nil
	}
	return unbounded, activation(a)
}

// bounds tells how an activation clamps, if clamping is all it does.
func (a Activation) bounds() (b bounds, ok bool) {
	switch a.Kind {
	case Linear:
		return unbounded, true
	case ReLU:
		if a.Alpha != 0 || a.Threshold != 0 {
			return unbounded, false
		}
		b = bounds{0, a.Max}
		if a.Max == 0 {
			b.high = unbounded.high
		}
		return b, true
	}
	return unbounded, false
}

func (b bounds) clamp(v float32) float32 { return min(max(v, b.low), b.high) }

// view is the buffer as elements of type T.
func view[T any](b Buffer) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/bytesOf[T]())
}

// bytesOf is the size of one element.
func bytesOf[T any]() int {
	var zero T
	return int(unsafe.Sizeof(zero))
}

// bytes is the size of n elements of type T, rounded up to whole cache lines so
// that pieces of a workspace stay aligned.
func bytes[T any](n int) int {
	return roundUp(n*bytesOf[T](), Alignment)
}

// take cuts n elements off the front of a workspace.
func take[T any](b *Buffer, n int) []T {
	size := bytes[T](n)
	v := view[T]((*b)[:size])[:n:n]
	*b = (*b)[size:]
	return v
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

func ceilDiv(n, d int) int { return (n + d - 1) / d }

// at is the weight of the given index, whatever the precision it is kept in.
func (w Weights) at(i int) float32 {
	if w.Float16 != nil {
		return widen(w.Float16[i])
	}
	return w.Float32[i]
}
