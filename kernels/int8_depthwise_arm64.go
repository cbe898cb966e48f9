//go:build !purego

package kernels

import "edged/arm64"

// int8DepthwiseRow convolves pixels of a row, as arm64.Int8Depthwise3 does.
type int8DepthwiseRow func(dst []int8, dstStride int, src []int8, rowStride, pixelStride int, w []int8, scales []int32, groups, pixels int, general bool)

// int8Depthwise is a depthwise int8 convolution of 3x3 or 5x5. A unit is one row
// of the output.
type int8Depthwise struct {
	Unshared
	spec    DepthwiseSpec
	row     int8DepthwiseRow
	side    int    // of the kernel
	weight  []int8 // [channels/8][side*side][8], by columns if side is 3, else by rows
	scales  []int32
	zeros   []int8 // a row outside of the picture
	general bool
}

// newInt8Depthwise returns the op, or nil for a convolution it isn't made for.
func newInt8Depthwise(s *DepthwiseSpec, w Int8Weights) Op {
	row := int8DepthwiseRows[[2]int{s.KernelWidth, s.StrideWidth}]
	if row == nil || s.KernelHeight != s.KernelWidth || s.Multiplier != 1 || s.DilationHeight != 1 || s.DilationWidth != 1 ||
		s.Channels%arm64.Int8DepthwiseGroup != 0 {
		return nil
	}
	layer := s.grouped()
	op := &int8Depthwise{
		spec: *s, row: row, side: s.KernelWidth,
		weight: make([]int8, s.KernelHeight*s.KernelWidth*s.Channels), zeros: make([]int8, s.InWidth*s.Channels),
	}
	op.scales, op.general = int8Layer{&layer, w}.scales(arm64.Int8DepthwiseGroup)
	for i := range op.zeros {
		op.zeros[i] = w.InZero
	}
	if !op.pack(w.Values) {
		return nil
	}
	return op
}

// pack reports whether the loops can multiply by these weights.
func (op *int8Depthwise) pack(values []int8) bool {
	const group = arm64.Int8DepthwiseGroup
	channels, cells := op.spec.Channels, op.side*op.side
	for c := range channels {
		at := op.weight[c/group*cells*group+c%group:]
		last := int8(0)
		for k := range cells {
			cell, second := k, k%op.side%2 == 1
			if op.side == 3 {
				cell, second = k%3*3+k/3, k%2 == 1
			}
			v := values[cell*channels+c]
			if second && v == -128 && last == -128 {
				return false
			}
			at[k*group], last = v, v
		}
	}
	return true
}

func (op *int8Depthwise) Name() string { return "int8-depthwise/rows/neon" }

func (op *int8Depthwise) Units() int { return op.spec.OutHeight }

// columns is the number of the picture's pixels under so many of the output.
func (op *int8Depthwise) columns(pixels int) int { return (pixels-1)*op.spec.StrideWidth + op.side }

func (op *int8Depthwise) Workspace() (shared, private int) {
	return 0, bytes[int8](op.side * op.columns(op.spec.OutWidth) * op.spec.Channels)
}

func (op *int8Depthwise) Run(a *Args, first, last int, private Buffer) {
	s := &op.spec
	patch := take[int8](&private, op.side*op.columns(s.OutWidth)*s.Channels)
	src, dst := a.Src[0].Int8(), a.Dst.Int8()
	size := s.OutWidth * s.Channels
	for y := first; y < last; y++ {
		top, line := y*s.StrideHeight-s.PadTop, dst[y*size:][:size]
		left, right := 0, 0 // pixels under which the picture is whole
		if top >= 0 && top+op.side <= s.InHeight && s.InWidth >= op.side {
			left = min(ceilDiv(s.PadLeft, s.StrideWidth), s.OutWidth)
			right = max(left, min(s.OutWidth, (s.InWidth+s.PadLeft-op.side)/s.StrideWidth+1))
		}
		op.edge(line, src, top, 0, left, patch)
		if left < right {
			column := left*s.StrideWidth - s.PadLeft
			op.pixels(line[left*s.Channels:], src[(top*s.InWidth+column)*s.Channels:], s.InWidth*s.Channels, right-left)
		}
		op.edge(line, src, top, right, s.OutWidth, patch)
	}
}

// edge makes pixels [from, to) of a row from a copy of what lies under them.
func (op *int8Depthwise) edge(line, src []int8, top, from, to int, patch []int8) {
	if from >= to {
		return
	}
	s := &op.spec
	left, columns := from*s.StrideWidth-s.PadLeft, op.columns(to-from)
	begin := min(max(0, -left), columns)
	end := max(begin, min(columns, s.InWidth-left))
	size := columns * s.Channels
	for i := range op.side {
		row := patch[i*size:][:size]
		inside := row[begin*s.Channels : end*s.Channels]
		op.fill(row[:begin*s.Channels])
		op.fill(row[end*s.Channels:])
		if y := top + i; y < 0 || y >= s.InHeight {
			op.fill(inside)
		} else if len(inside) > 0 {
			copy(inside, src[(y*s.InWidth+left+begin)*s.Channels:])
		}
	}
	op.pixels(line[from*s.Channels:], patch, size, to-from)
}

func (op *int8Depthwise) fill(row []int8) {
	for len(row) > 0 {
		row = row[copy(row, op.zeros):]
	}
}

func (op *int8Depthwise) pixels(dst, src []int8, rowStride, pixels int) {
	channels := op.spec.Channels
	_, _ = dst[pixels*channels-1], src[(op.side-1)*rowStride+op.columns(pixels)*channels-1]
	op.row(dst, channels, src, rowStride, channels, op.weight, op.scales, channels/arm64.Int8DepthwiseGroup, pixels, op.general)
}

// int8DepthwiseRows are the loops by the kernel's width and the stride.
var int8DepthwiseRows = map[[2]int]int8DepthwiseRow{
	{3, 1}: arm64.Int8Depthwise3, {3, 2}: arm64.Int8Depthwise3Stride2, {5, 1}: arm64.Int8Depthwise5, {5, 2}: arm64.Int8Depthwise5Stride2,
}
