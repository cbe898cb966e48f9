package kernels

import (
	"cmp"
	"slices"
)

// Table is one implementation of the kernels: for each kind of layer a
// constructor that packs the weights and returns the prepared Op. In the table
// of one instruction set a constructor may be nil, or return nil for a spec
// that it has no kernel for. A table from Select or Portable has every
// constructor and none returns nil for a valid spec. Constructors keep neither
// the spec nor the weights.
type Table struct {
	Name string // as EDGED_KERNELS takes it: "portable", "neon", "avx2" ...
	Half bool   // whether some kernels compute in float16 where weights are

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

	// Of int8: see Int8Weights.
	Conv2DInt8      func(s *Conv2DSpec, w Int8Weights) Op
	DepthwiseInt8   func(s *DepthwiseSpec, w Int8Weights) Op
	DenseInt8       func(s *DenseSpec, w Int8Weights) Op
	PoolInt8        func(s *PoolInt8Spec) Op
	GlobalMaxInt8   func(s *GlobalPoolSpec) Op // Average is not looked at
	MeanInt8        func(s *MeanInt8Spec) Op
	CombineInt8     func(s *CombineInt8Spec) Op
	ConcatenateInt8 func(s *ConcatenateSpec) Op
	PadInt8         func(s *PadInt8Spec) Op
	TableInt8       func(s *TableInt8Spec) Op
	SoftmaxInt8     func(s *SoftmaxInt8Spec) Op
	QuantizeInt8    func(s *ConvertInt8Spec) Op // float32 to int8
	DequantizeInt8  func(s *ConvertInt8Spec) Op // int8 to float32

	// MultiplyAdd does at least rounds float32 multiply-adds as fast as one core
	// can and returns their number, for Peak.
	MultiplyAdd func(rounds int) int

	gemm     *gemmKernels[float32] // the products of training
	half     *halfKernels          // nil: plain Go
	blend    blend4                // nil: plain Go
	gradient *gradientKernels      // loops of training; nil: plain Go
	channels *channelKernels       // loops of training over channels
	weights  []*weightGradient     // the best first; none: by products
}

// over returns a table that asks t first and next for all that t declines.
func (t *Table) over(next *Table) *Table {
	return &Table{
		Name:        t.Name,
		Half:        t.Half || next.Half,
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
		half:        cmp.Or(t.half, next.half),
		blend:       firstBlend(t.blend, next.blend),
		gradient:    cmp.Or(t.gradient, next.gradient),
		channels:    cmp.Or(t.channels, next.channels),
		weights:     slices.Concat(t.weights, next.weights),

		Conv2DInt8:      first2(t.Conv2DInt8, next.Conv2DInt8),
		DepthwiseInt8:   first2(t.DepthwiseInt8, next.DepthwiseInt8),
		DenseInt8:       first2(t.DenseInt8, next.DenseInt8),
		PoolInt8:        first(t.PoolInt8, next.PoolInt8),
		GlobalMaxInt8:   first(t.GlobalMaxInt8, next.GlobalMaxInt8),
		MeanInt8:        first(t.MeanInt8, next.MeanInt8),
		CombineInt8:     first(t.CombineInt8, next.CombineInt8),
		ConcatenateInt8: first(t.ConcatenateInt8, next.ConcatenateInt8),
		PadInt8:         first(t.PadInt8, next.PadInt8),
		TableInt8:       first(t.TableInt8, next.TableInt8),
		SoftmaxInt8:     first(t.SoftmaxInt8, next.SoftmaxInt8),
		QuantizeInt8:    first(t.QuantizeInt8, next.QuantizeInt8),
		DequantizeInt8:  first(t.DequantizeInt8, next.DequantizeInt8),

		MultiplyAdd: either(t.MultiplyAdd, next.MultiplyAdd),
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
