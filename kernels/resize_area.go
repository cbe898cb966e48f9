package kernels

import "math"

// areaCell is one source pixel or row and the share of it that a pixel covers.
type areaCell struct {
	from  int
	to    int
	share float32
}

// area means over the covered source area, in float32.
type area struct {
	columns, rows []areaCell
	srcStride     int
	dstStride     int
	line, sum     []float32
}

// maxBlock bounds the pixels whose sum fits 32 bits.
const maxBlock = 1 << 23

// newArea follows OpenCV's INTER_AREA: the mean when both sides shrink, in whole
// numbers where they do by whole factors; linear blending with the shares of
// the area as weights otherwise.
func newArea(srcWidth, srcHeight, dstWidth, dstHeight int) scaler {
	if srcWidth < dstWidth || srcHeight < dstHeight {
		return newLinear(srcWidth, srcHeight, areaTaps(srcWidth, dstWidth), areaTaps(srcHeight, dstHeight))
	}
	if srcWidth == 2*dstWidth && srcHeight == 2*dstHeight {
		return halving{width: srcWidth}
	}
	if srcWidth%dstWidth == 0 && srcHeight%dstHeight == 0 && srcWidth/dstWidth*(srcHeight/dstHeight) <= maxBlock {
		return newBoxes(srcWidth, srcHeight, dstWidth, dstHeight)
	}
	return &area{
		columns:   areaCells(srcWidth, dstWidth),
		rows:      areaCells(srcHeight, dstHeight),
		srcStride: srcWidth * 3,
		dstStride: dstWidth * 3,
		line:      make([]float32, dstWidth*3),
		sum:       make([]float32, dstWidth*3),
	}
}

func areaTaps(src, dst int) []linearTap {
	taps := make([]linearTap, dst)
	inverse := float64(dst) / float64(src)
	scale := 1 / inverse
	for i := range taps {
		at := int(math.Floor(float64(i) * scale))
		fraction := float32(float64(i+1) - float64(at+1)*inverse)
		if fraction <= 0 {
			fraction = 0
		} else {
			fraction -= float32(math.Floor(float64(fraction)))
		}
		taps[i] = newTap(at, fraction)
	}
	return taps
}

// areaCells lists what each pixel covers, ordered by pixel; shares below a
// thousandth of a pixel are dropped, as OpenCV does.
func areaCells(src, dst int) []areaCell {
	const least = 1e-3
	scale := 1 / (float64(dst) / float64(src))
	var cells []areaCell
	for i := range dst {
		start := float64(i) * scale
		end := start + scale
		width := min(scale, float64(src)-start)
		last := min(int(math.Floor(end)), src-1)
		first := min(int(math.Ceil(start)), last)
		if d := float64(first) - start; d > least {
			cells = append(cells, areaCell{first - 1, i, float32(d / width)})
		}
		for j := first; j < last; j++ {
			cells = append(cells, areaCell{j, i, float32(1 / width)})
		}
		if d := end - float64(last); d > least {
			cells = append(cells, areaCell{last, i, float32(min(d, 1, width) / width)})
		}
	}
	return cells
}

func (a *area) resize(dst, src []byte) {
	row, held := 0, -1
	for _, cell := range a.rows {
		if cell.to != row {
			roundRow(dst[row*a.dstStride:(row+1)*a.dstStride], a.sum)
			row = cell.to
		}
		if cell.from != held {
			coverColumns(a.line, src[cell.from*a.srcStride:(cell.from+1)*a.srcStride], a.columns)
			held = cell.from
		}
		for i, v := range a.line {
			a.sum[i] += float32(v * cell.share)
		}
	}
	roundRow(dst[row*a.dstStride:(row+1)*a.dstStride], a.sum)
}

// coverColumns makes each pixel of dst the sum of its cells of src.
func coverColumns(dst []float32, src []byte, cells []areaCell) {
	clear(dst)
	for _, cell := range cells {
		out, p := dst[cell.to*3:cell.to*3+3:cell.to*3+3], src[cell.from*3:cell.from*3+3:cell.from*3+3]
		out[0] += float32(float32(p[0]) * cell.share)
		out[1] += float32(float32(p[1]) * cell.share)
		out[2] += float32(float32(p[2]) * cell.share)
	}
}

// roundRow rounds the sums to bytes and clears them.
func roundRow(dst []byte, sums []float32) {
	for i, v := range sums {
		dst[i] = byte(min(max(math.RoundToEven(float64(v)), 0), 255))
	}
	clear(sums)
}

// boxes averages blocks of width x height pixels in whole numbers and rounds
// the mean once, half to even.
type boxes struct {
	width, height int
	srcStride     int
	sums          []uint32 // one row
	scale         float32
}

func newBoxes(srcWidth, srcHeight, dstWidth, dstHeight int) *boxes {
	b := &boxes{
		width:     srcWidth / dstWidth,
		height:    srcHeight / dstHeight,
		srcStride: srcWidth * 3,
		sums:      make([]uint32, dstWidth*3),
	}
	b.scale = 1 / float32(b.width*b.height)
	return b
}

func (b *boxes) resize(dst, src []byte) {
	for ; len(dst) > 0; dst = dst[len(b.sums):] {
		clear(b.sums)
		for range b.height {
			addBlocks(b.sums, src[:b.srcStride], b.width)
			src = src[b.srcStride:]
		}
		for i, v := range b.sums {
			dst[i] = byte(min(math.RoundToEven(float64(float32(v)*b.scale)), 255))
		}
	}
}

// addBlocks adds each run of width pixels of src to one pixel of sums.
func addBlocks(sums []uint32, src []byte, width int) {
	for i := 0; i+3 <= len(sums); i += 3 {
		red, green, blue := sums[i], sums[i+1], sums[i+2]
		block := src[i*width : (i+3)*width]
		for j := 0; j+3 <= len(block); j += 3 {
			red, green, blue = red+uint32(block[j]), green+uint32(block[j+1]), blue+uint32(block[j+2])
		}
		sums[i], sums[i+1], sums[i+2] = red, green, blue
	}
}

// halving averages 2x2 pixels, rounding half up.
type halving struct {
	width int // of the source
}

func (h halving) resize(dst, src []byte) {
	stride := h.width * 3
	for len(src) >= 2*stride {
		upper, lower := src[:stride], src[stride:2*stride]
		for x := 0; x < stride; x += 6 {
			p, q, out := upper[x:x+6:x+6], lower[x:x+6:x+6], dst[x/2:x/2+3:x/2+3]
			for c := range 3 {
				out[c] = byte((int(p[c]) + int(p[c+3]) + int(q[c]) + int(q[c+3]) + 2) >> 2)
			}
		}
		src, dst = src[2*stride:], dst[stride/2:]
	}
}
