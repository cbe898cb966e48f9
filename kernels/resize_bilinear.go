package kernels

import "math"

// linearOne is a coefficient of one: OpenCV's INTER_RESIZE_COEF_SCALE.
const linearOne = 1 << 11

// linearTap blends the pixel or row at with the next one.
type linearTap struct {
	at            int
	first, second uint32
}

// bilinear is OpenCV's fixed-point scheme: a horizontal pass to 19 bits, of
// which the vertical pass uses the upper 15.
type bilinear struct {
	rows   []linearTap // at: row
	width  int         // bytes of a row of the result
	stride int         // bytes of a source row
	blend  func(dst []uint16, src []byte)
	lines  [2][]uint16 // source rows after the horizontal pass, even and odd ones apart
}

func newBilinear(srcWidth, srcHeight, dstWidth, dstHeight int) scaler {
	if srcWidth == 2*dstWidth && srcHeight == 2*dstHeight {
		return newArea(srcWidth, srcHeight, dstWidth, dstHeight)
	}
	return newLinear(srcWidth, srcHeight, centreTaps(srcWidth, dstWidth), centreTaps(srcHeight, dstHeight))
}

// newLinear takes taps that may lie one outside of the picture. Columns there
// show the picture's edge; rows there are blended with themselves, which
// rounds as OpenCV does.
func newLinear(srcWidth, srcHeight int, columns, rows []linearTap) *bilinear {
	b := &bilinear{rows: rows, width: len(columns) * 3, stride: srcWidth * 3}
	for i := range columns {
		t := &columns[i]
		switch {
		case t.at < 0:
			*t = linearTap{at: 0, first: linearOne}
		case t.at >= srcWidth-1:
			*t = linearTap{at: max(srcWidth-2, 0), second: linearOne}
		}
		t.at *= 3
	}
	b.blend = repeatColumn
	if srcWidth > 1 {
		b.blend = columnBlender(columns, b.stride)
	}
	for i := range b.lines {
		b.lines[i] = make([]uint16, b.width)
	}
	return b
}

// centreTaps are the taps with half-pixel centres: positions may lie one
// outside of the picture.
func centreTaps(src, dst int) []linearTap {
	taps := make([]linearTap, dst)
	scale := 1 / (float64(dst) / float64(src))
	for i := range taps {
		position := float32(float64((float64(i)+0.5)*scale) - 0.5)
		floor := float32(math.Floor(float64(position)))
		taps[i] = newTap(int(floor), position-floor)
	}
	return taps
}

func newTap(at int, fraction float32) linearTap {
	return linearTap{
		at:     at,
		first:  uint32(math.RoundToEven(float64((1 - fraction) * linearOne))),
		second: uint32(math.RoundToEven(float64(fraction * linearOne))),
	}
}

func (b *bilinear) resize(dst, src []byte) {
	held := [2]int{-1, -1}
	last := len(src)/b.stride - 1
	line := func(row int) []uint16 {
		row = min(max(row, 0), last)
		to := b.lines[row&1]
		if held[row&1] != row {
			b.blend(to, src[row*b.stride:(row+1)*b.stride])
			held[row&1] = row
		}
		return to
	}
	for _, tap := range b.rows {
		blendRows(dst[:b.width], line(tap.at), line(tap.at+1), tap.first, tap.second)
		dst = dst[b.width:]
	}
}

// blendColumns does, for three channels each,
//
//	dst[x] = (src[at]*first + src[at+3]*second) >> 4
func blendColumns(dst []uint16, src []byte, taps []linearTap) {
	dst = dst[:len(taps)*3]
	for i := range taps {
		at, first, second := taps[i].at, taps[i].first, taps[i].second
		p, out := src[at:at+6:at+6], dst[i*3:i*3+3:i*3+3]
		out[0] = uint16((uint32(p[0])*first + uint32(p[3])*second) >> 4)
		out[1] = uint16((uint32(p[1])*first + uint32(p[4])*second) >> 4)
		out[2] = uint16((uint32(p[2])*first + uint32(p[5])*second) >> 4)
	}
}

// repeatColumn is blendColumns for a source of one pixel's width.
func repeatColumn(dst []uint16, src []byte) {
	for i := range dst {
		dst[i] = uint16(src[i%3]) << 7
	}
}

// blendRowsGeneric does, for numbers below 2^15 and coefficients of at most 2^11+1,
//
//	dst[i] = ((upper[i]*first)>>16 + (lower[i]*second)>>16 + 2) >> 2
func blendRowsGeneric(dst []byte, upper, lower []uint16, first, second uint32) {
	upper, lower = upper[:len(dst)], lower[:len(dst)]
	for i, v := range upper {
		dst[i] = byte((uint32(v)*first>>16 + uint32(lower[i])*second>>16 + 2) >> 2)
	}
}
