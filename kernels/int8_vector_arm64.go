//go:build !purego

package kernels

import "edged/arm64"

// wholeInt8 is how many of n elements fill vectors.
func wholeInt8(n int) int { return n &^ (arm64.Int8Lanes - 1) }

// int8Combine is combineInt8 on whole vectors of channels or rows.
type int8Combine struct {
	combineInt8
	loop   func(dst, left, right []int8, scales []int32)
	scales [14]int32
	run    int // elements that lie in one piece in both inputs
	perRow int // such pieces a row
	whole  int // elements of run that the loop makes
}

// newInt8Combine returns the op, or nil for a spec it isn't made for: each input
// must have all channels.
func newInt8Combine(s *CombineInt8Spec) Op {
	op := &int8Combine{combineInt8: combineInt8{spec: *s}}
	op.loop = map[CombineKind]func(dst, left, right []int8, scales []int32){
		Add: arm64.Int8Add, Subtract: arm64.Int8Subtract, Multiply: arm64.Int8Multiply,
	}[s.Kind]
	op.run, op.perRow = s.Output[1]*s.Output[2], 1
	for _, in := range s.Inputs {
		if in[1] != s.Output[1] {
			op.run, op.perRow = s.Output[2], s.Output[1]
		}
	}
	op.whole = wholeInt8(op.run)
	if op.loop == nil || op.whole == 0 || s.Inputs[0][2] != s.Output[2] || s.Inputs[1][2] != s.Output[2] {
		return nil
	}
	op.scales = [...]int32{
		s.In[0].left(combineShift), s.In[0].Multiplier, s.In[0].right(), s.In[1].left(combineShift), s.In[1].Multiplier, s.In[1].right(),
		s.Out.left(0), s.Out.Multiplier, s.Out.right(),
		everyByte(s.Zero[0]), everyByte(s.Zero[1]), int32(uint32(uint16(int16(s.OutZero))) * 0x10001), everyByte(s.Low), everyByte(s.High),
	}
	return op
}

// left and right are the shifts before and after the multiplication, the latter
// as a negative number.
func (r Rescale) left(more int32) int32 { return max(r.Shift, 0) + more }
func (r Rescale) right() int32          { return min(r.Shift, 0) }

func everyByte(v int8) int32 { return int32(uint32(uint8(v)) * 0x1010101) }

func (op *int8Combine) Name() string {
	return map[CombineKind]string{Add: "int8-add", Subtract: "int8-subtract", Multiply: "int8-multiply"}[op.spec.Kind] + "/vector/neon"
}

func (op *int8Combine) Run(a *Args, first, last int, _ Buffer) {
	s, dst, left, right := &op.spec, a.Dst.Int8(), a.Src[0].Int8(), a.Src[1].Int8()
	for piece := first * op.perRow; piece < last*op.perRow; piece++ {
		y, x := piece/op.perRow, piece%op.perRow
		out := dst[piece*op.run:][:op.run]
		p, _ := broadcast(left, s.Inputs[0], y, x)
		q, _ := broadcast(right, s.Inputs[1], y, x)
		op.loop(out[:op.whole], p[:op.whole], q[:op.whole], op.scales[:])
		for i := op.whole; i < op.run; i++ {
			out[i] = s.apply(p[i], q[i])
		}
	}
}

// int8Table is tableInt8 by TBL.
type int8Table struct{ tableInt8 }

func newInt8Table(s *TableInt8Spec) Op { return &int8Table{tableInt8{spec: *s}} }

func (op *int8Table) Name() string { return "int8-table/vector/neon" }

func (op *int8Table) Run(a *Args, first, last int, _ Buffer) {
	from, to := piece(op.spec.Size, first, last)
	lookUp(a.Dst.Int8()[from:to], a.Src[0].Int8()[from:to], &op.spec.Table)
}

func lookUp(dst, src []int8, table *[256]int8) {
	whole := wholeInt8(len(dst))
	if whole > 0 {
		arm64.Int8Table(dst[:whole], src[:whole], table)
	}
	for i := whole; i < len(dst); i++ {
		dst[i] = table[uint8(src[i])]
	}
}

// int8Quantize is quantizeInt8 on whole vectors.
type int8Quantize struct{ quantizeInt8 }

func newInt8Quantize(s *ConvertInt8Spec) Op { return &int8Quantize{quantizeInt8{spec: *s}} }

func (op *int8Quantize) Name() string { return "int8-quantize/vector/neon" }

func (op *int8Quantize) Run(a *Args, first, last int, _ Buffer) {
	from, to := piece(op.spec.Size, first, last)
	dst, src := a.Dst.Int8()[from:to], a.Src[0].Float32()[from:to]
	whole := wholeInt8(len(dst))
	if whole > 0 {
		arm64.Int8Quantize(dst[:whole], src[:whole], op.spec.Scale, op.spec.Zero)
	}
	for i := whole; i < len(dst); i++ {
		dst[i] = op.spec.quantize(src[i])
	}
}

// int8Dequantize is dequantizeInt8 on whole vectors.
type int8Dequantize struct{ dequantizeInt8 }

func newInt8Dequantize(s *ConvertInt8Spec) Op { return &int8Dequantize{dequantizeInt8{spec: *s}} }

func (op *int8Dequantize) Name() string { return "int8-dequantize/vector/neon" }

func (op *int8Dequantize) Run(a *Args, first, last int, _ Buffer) {
	from, to := piece(op.spec.Size, first, last)
	dst, src := a.Dst.Float32()[from:to], a.Src[0].Int8()[from:to]
	whole := wholeInt8(len(dst))
	if whole > 0 {
		arm64.Int8Dequantize(dst[:whole], src[:whole], op.spec.Scale, op.spec.Zero)
	}
	for i := whole; i < len(dst); i++ {
		dst[i] = op.spec.dequantize(src[i])
	}
}

// int8Softmax is softmaxInt8 for rows in which a table of the results pays.
type int8Softmax struct{ softmaxInt8 }

// newInt8Softmax returns the op, or nil for shorter rows.
func newInt8Softmax(s *SoftmaxInt8Spec) Op {
	if s.Size < len(TableInt8Spec{}.Table) {
		return nil
	}
	return &int8Softmax{*newSoftmaxInt8(s).(*softmaxInt8)}
}

func (op *int8Softmax) Name() string { return "int8-softmax/vector/neon" }

func (op *int8Softmax) Run(a *Args, first, last int, _ Buffer) {
	n := op.spec.Size
	for row := first; row < last; row++ {
		op.row(a.Dst.Int8()[row*n:][:n], a.Src[0].Int8()[row*n:][:n])
	}
}

func (op *int8Softmax) row(dst, src []int8) {
	largest := largestInt8(src)
	scale, bits := reciprocal(op.sum(src, largest), softmaxBits)
	var table [256]int8
	for d := range int(largest) + 129 {
		table[uint8(int(largest)-d)] = op.share(d, scale, bits)
	}
	lookUp(dst, src, &table)
}

// largestInt8 is the maximum of at least Int8Lanes elements.
func largestInt8(v []int8) int8 {
	const lanes = arm64.Int8Lanes
	var best [2 * lanes]int8
	arm64.Int8MaxPool(best[:lanes], v, 0, lanes, lanes, 1, len(v)/lanes, 0, 1, -128, 127)
	copy(best[lanes:], v[len(v)-lanes:])
	largest := best[0]
	for _, v := range best {
		largest = max(largest, v)
	}
	return largest
}
