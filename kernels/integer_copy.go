package kernels

import "math"

// concatenateInt8 is concatenation on int8.
type concatenateInt8 struct {
	Unshared
	spec  ConcatenateSpec
	width int
}

func newConcatenateInt8(s *ConcatenateSpec) Op {
	op := &concatenateInt8{spec: ConcatenateSpec{s.Rows, append([]int(nil), s.Channels...)}}
	for _, n := range s.Channels {
		op.width += n
	}
	return op
}

func (op *concatenateInt8) Name() string { return "int8-concatenate/portable" }

func (op *concatenateInt8) Units() int { return 1 }

func (op *concatenateInt8) Workspace() (shared, private int) { return 0, 0 }

func (op *concatenateInt8) Run(a *Args, _, _ int, _ Buffer) {
	at := 0
	for i, n := range op.spec.Channels {
		for row := range op.spec.Rows {
			copy(a.Dst[row*op.width+at:][:n], a.Src[i][row*n:])
		}
		at += n
	}
}

// padInt8 frames or cuts a picture of int8. A unit is one row of the output.
type padInt8 struct {
	Unshared
	spec PadInt8Spec
}

func newPadInt8(s *PadInt8Spec) Op { return &padInt8{spec: *s} }

func (op *padInt8) Name() string { return "int8-pad/portable" }

func (op *padInt8) Units() int { return op.spec.OutHeight }

func (op *padInt8) Workspace() (shared, private int) { return 0, 0 }

func (op *padInt8) Run(a *Args, first, last int, _ Buffer) {
	s, src, dst := &op.spec, a.Src[0].Int8(), a.Dst.Int8()
	size := s.OutWidth * s.Channels
	left, right := min(max(s.Left, 0), s.OutWidth), max(min(s.Left+s.InWidth, s.OutWidth), 0)
	for y := first; y < last; y++ {
		row := dst[y*size:][:size]
		in := y - s.Top
		if in < 0 || in >= s.InHeight || left >= right {
			fillInt8(row, s.Value)
			continue
		}
		fillInt8(row[:left*s.Channels], s.Value)
		copy(row[left*s.Channels:right*s.Channels], src[(in*s.InWidth+left-s.Left)*s.Channels:])
		fillInt8(row[right*s.Channels:], s.Value)
	}
}

// tableInt8 looks every element up in a table.
type tableInt8 struct {
	Unshared
	spec TableInt8Spec
}

func newTableInt8(s *TableInt8Spec) Op { return &tableInt8{spec: *s} }

func (op *tableInt8) Name() string { return "int8-table/portable" }

func (op *tableInt8) Units() int { return pieces(op.spec.Size) }

func (op *tableInt8) Workspace() (shared, private int) { return 0, 0 }

func (op *tableInt8) Run(a *Args, first, last int, _ Buffer) {
	from, to := piece(op.spec.Size, first, last)
	src, dst := a.Src[0][from:to], a.Dst.Int8()[from:to]
	for i, v := range src {
		dst[i] = op.spec.Table[v]
	}
}

// pieceSize is the number of elements that a unit of an elementwise op on int8
// handles.
const pieceSize = 1 << 14

func pieces(n int) int { return max(1, ceilDiv(n, pieceSize)) }

func piece(n, first, last int) (from, to int) { return first * pieceSize, min(n, last*pieceSize) }

// quantizeInt8 makes int8 of float32.
type quantizeInt8 struct {
	Unshared
	spec ConvertInt8Spec
}

func newQuantizeInt8(s *ConvertInt8Spec) Op { return &quantizeInt8{spec: *s} }

func (op *quantizeInt8) Name() string { return "int8-quantize/portable" }

func (op *quantizeInt8) Units() int { return pieces(op.spec.Size) }

func (op *quantizeInt8) Workspace() (shared, private int) { return 0, 0 }

func (op *quantizeInt8) Run(a *Args, first, last int, _ Buffer) {
	from, to := piece(op.spec.Size, first, last)
	dst := a.Dst.Int8()[from:to]
	for i, v := range a.Src[0].Float32()[from:to] {
		dst[i] = op.spec.quantize(v)
	}
}

// quantize is TensorFlow Lite's AffineQuantize.
func (s *ConvertInt8Spec) quantize(v float32) int8 {
	q := math.Round(float64(v/s.Scale)) + float64(s.Zero)
	if q != q {
		return s.Zero
	}
	return int8(min(max(q, -128), 127))
}

// dequantizeInt8 makes float32 of int8.
type dequantizeInt8 struct {
	Unshared
	spec ConvertInt8Spec
}

func newDequantizeInt8(s *ConvertInt8Spec) Op { return &dequantizeInt8{spec: *s} }

func (op *dequantizeInt8) Name() string { return "int8-dequantize/portable" }

func (op *dequantizeInt8) Units() int { return pieces(op.spec.Size) }

func (op *dequantizeInt8) Workspace() (shared, private int) { return 0, 0 }

func (op *dequantizeInt8) Run(a *Args, first, last int, _ Buffer) {
	from, to := piece(op.spec.Size, first, last)
	dst := a.Dst.Float32()[from:to]
	for i, q := range a.Src[0].Int8()[from:to] {
		dst[i] = op.spec.dequantize(q)
	}
}

func (s *ConvertInt8Spec) dequantize(q int8) float32 {
	return s.Scale * float32(int32(q)-int32(s.Zero))
}
