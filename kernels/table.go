package kernels

import "cmp"

// Table is one implementation of the kernels: for each kind of layer a
// constructor that packs the weights and returns the prepared Op. In the table
// of one instruction set a constructor may be nil, or return nil for a spec
// that it has no kernel for. A table from Select or Portable has every
// constructor and none returns nil for a valid spec. Constructors keep neither
// the spec nor the weights.
type Table struct {
	Name string // as EDGED_KERNELS takes it: "portable", "neon", "avx2" ...

	Conv2D    func(s *Conv2DSpec, w Weights) Op
	Depthwise func(s *DepthwiseSpec, w Weights) Op
	Dense     func(s *DenseSpec, w Weights) Op

	Pool        func(s *PoolSpec) Op
	GlobalPool  func(s *GlobalPoolSpec) Op
	Activate    func(s *ActivateSpec) Op
	Softmax     func(s *SoftmaxSpec) Op
	Affine      func(s *AffineSpec) Op
	PReLU       func(s *PReLUSpec) Op
	Combine     func(s *CombineSpec) Op
	Concatenate func(s *ConcatenateSpec) Op
	Pad         func(s *PadSpec) Op
	Transpose   func(s *TransposeSpec) Op
	Resizing    func(s *ResizingSpec) Op

	// MultiplyAdd does at least rounds float32 multiply-adds as fast as one core
	// can and returns their number, for Peak.
	MultiplyAdd func(rounds int) int

	gemm          *gemmKernels[float32] // the products of training
	Conv2DInt8    func(s *Conv2DSpec, w Int8Weights) Op
	DepthwiseInt8 func(s *DepthwiseSpec, w Int8Weights) Op
	DenseInt8     func(s *DenseSpec, w Int8Weights) Op
}

// over returns a table that asks t first and next for all that t declines.
func (t *Table) over(next *Table) *Table {
	return &Table{
		Name:        t.Name,
		Conv2D:      first2(t.Conv2D, next.Conv2D),
		Depthwise:   first2(t.Depthwise, next.Depthwise),
		Dense:       first2(t.Dense, next.Dense),
		Pool:        first(t.Pool, next.Pool),
		GlobalPool:  first(t.GlobalPool, next.GlobalPool),
		Activate:    first(t.Activate, next.Activate),
		Softmax:     first(t.Softmax, next.Softmax),
		Affine:      first(t.Affine, next.Affine),
		PReLU:       first(t.PReLU, next.PReLU),
		Combine:     first(t.Combine, next.Combine),
		Concatenate: first(t.Concatenate, next.Concatenate),
		Pad:         first(t.Pad, next.Pad),
		Transpose:   first(t.Transpose, next.Transpose),
		Resizing:    first(t.Resizing, next.Resizing),
		gemm:        cmp.Or(t.gemm, next.gemm),
		MultiplyAdd: either(t.MultiplyAdd, next.MultiplyAdd),

		Conv2DInt8:    first2(t.Conv2DInt8, next.Conv2DInt8),
		DepthwiseInt8: first2(t.DepthwiseInt8, next.DepthwiseInt8),
		DenseInt8:     first2(t.DenseInt8, next.DenseInt8),
	}
}

func either(a, b func(int) int) func(int) int {
	if a == nil {
		return b
	}
	return a
}

func first[S any](a, b func(S) Op) func(S) Op {
	if a == nil {
		return b
	}
	return func(s S) Op {
		if op := a(s); op != nil {
			return op
		}
		return b(s)
	}
}

func first2[S, W any](a, b func(S, W) Op) func(S, W) Op {
	if a == nil {
		return b
	}
	return func(s S, w W) Op {
		if op := a(s, w); op != nil {
			return op
		}
		return b(s, w)
	}
}
