package kernels

import "math"

// linearOne is a coefficient of one: OpenCV's INTER_RESIZE_COEF_SCALE.
const linearOne = 1 << 11

// linearTap blends two neighbours: at and, where second is not zero, the next.
type linearTap struct {
	at            int // index of the first pixel or row, inside the picture
	first, second int32
}

// bilinear is OpenCV's fixed-point scheme: a horizontal pass to 19 bits, of
// which the vertical pass uses the upper 15.
type bilinear struct {
	columns []linearTap
	rows    []linearTap
	stride  int // bytes of a source row
	lines   [2][]int32
	held    [2]int // source row in each line, -1: none
	height  int
}

func newBilinear(srcWidth, srcHeight, dstWidth, dstHeight int) scaler {
	if srcWidth == 2*dstWidth && srcHeight == 2*dstHeight {
		return newArea(srcWidth, srcHeight, dstWidth, dstHeight)
	}
	return newLinear(srcWidth, srcHeight, centreTaps(srcWidth, dstWidth), centreTaps(srcHeight, dstHeight))
}

func newLinear(srcWidth, srcHeight int, columns, rows []linearTap) *bilinear {
	b := &bilinear{columns: columns, rows: rows, stride: srcWidth * 3, height: srcHeight}
	for i := range b.columns {
		t := &b.columns[i]
		if t.at < 0 {
			*t = linearTap{at: 0, first: linearOne}
		}
		if t.at >= srcWidth-1 {
			*t = linearTap{at: srcWidth - 1, first: linearOne}
		}
		t.at *= 3
	}
	for i := range b.lines {
		b.lines[i] = make([]int32, len(columns)*3)
	}
	return b
}

// centreTaps are the taps with half-pixel centres: positions may lie one
// outside of the picture.
func centreTaps(src, dst int) []linearTap {
	taps := make([]linearTap, dst)
	scale := 1 / (float64(dst) / float64(src))
	for i := range taps {
		position := float32((float64(i)+0.5)*scale - 0.5)
		floor := float32(math.Floor(float64(position)))
		taps[i] = newTap(int(floor), position-floor)
	}
	return taps
}

func newTap(at int, fraction float32) linearTap {
	return linearTap{
		at:     at,
		first:  int32(math.RoundToEven(float64((1 - fraction) * linearOne))),
		second: int32(math.RoundToEven(float64(fraction * linearOne))),
	}
}

func (b *bilinear) resize(dst, src []byte) {
	b.held = [2]int{-1, -1}
	width := len(b.columns) * 3
	for _, tap := range b.rows {
		upper := b.line(src, min(max(tap.at, 0), b.height-1))
		lower := b.line(src, min(max(tap.at+1, 0), b.height-1))
		blendRows(dst[:width], upper, lower, tap.first, tap.second)
		dst = dst[width:]
	}
}

// line returns a source row after the horizontal pass; the two rows in use are
// kept, even and odd apart.
func (b *bilinear) line(src []byte, row int) []int32 {
	line := b.lines[row&1]
	if b.held[row&1] != row {
		blendColumns(line, src[row*b.stride:(row+1)*b.stride], b.columns)
		b.held[row&1] = row
	}
	return line
}

// blendColumns does, for three channels each,
//
//	dst[x] = (src[at]*first + src[at+3]*second) >> 4
func blendColumns(dst []int32, src []byte, taps []linearTap) {
	for i := range taps {
		t := &taps[i]
		out := dst[i*3 : i*3+3 : i*3+3]
		if t.second == 0 {
			p := src[t.at : t.at+3 : t.at+3]
			out[0], out[1], out[2] = int32(p[0])*t.first>>4, int32(p[1])*t.first>>4, int32(p[2])*t.first>>4
			continue
		}
		p := src[t.at : t.at+6 : t.at+6]
		out[0] = (int32(p[0])*t.first + int32(p[3])*t.second) >> 4
		out[1] = (int32(p[1])*t.first + int32(p[4])*t.second) >> 4
		out[2] = (int32(p[2])*t.first + int32(p[5])*t.second) >> 4
	}
}

// blendRows does dst[i] = ((upper[i]*first)>>16 + (lower[i]*second)>>16 + 2) >> 2.
func blendRows(dst []byte, upper, lower []int32, first, second int32) {
	upper, lower = upper[:len(dst)], lower[:len(dst)]
	for i := range dst {
		dst[i] = byte((upper[i]*first>>16 + lower[i]*second>>16 + 2) >> 2)
	}
}
