package kernels

import (
	"encoding/binary"
	"math"
)

// Pillow's fixed point: PRECISION_BITS of Resample.c.
const (
	antialiasBits = 32 - 8 - 2
	antialiasHalf = 1 << (antialiasBits - 1)
)

// filterTaps are the neighbouring source pixels that make one pixel.
type filterTaps struct {
	at      int // first source pixel or row
	weights []uint32
}

// antialias is Pillow's resampling with a triangle filter: a horizontal pass
// over all source rows, then a vertical one.
type antialias struct {
	columns, rows []filterTaps
	srcStride     int
	dstStride     int
	narrow        []byte // the source rows after the horizontal pass
}

func newAntialias(srcWidth, srcHeight, dstWidth, dstHeight int) *antialias {
	return &antialias{
		columns:   triangle(srcWidth, dstWidth),
		rows:      triangle(srcHeight, dstHeight),
		srcStride: srcWidth * 3,
		dstStride: dstWidth * 3,
		narrow:    make([]byte, dstWidth*3*srcHeight),
	}
}

// triangle computes the taps of precompute_coeffs and normalize_coeffs_8bpc.
// The weights of a pixel sum up to one within the number of taps, so that no
// sum of bytes passes 2^31.
func triangle(src, dst int) []filterTaps {
	scale := float64(src) / float64(dst)
	support := max(scale, 1)
	taps := make([]filterTaps, dst)
	all := make([]uint32, 0, dst*(2*int(math.Ceil(support))+1))
	weights := make([]float64, 0, 2*int(math.Ceil(support))+1)
	for i := range taps {
		centre := (float64(i) + 0.5) * scale
		first := max(int(float64(centre-support)+0.5), 0)
		last := min(int(float64(centre+support)+0.5), src)
		weights = weights[:last-first]
		sum := 0.0
		for j := range weights {
			distance := math.Abs(float64(float64(float64(j+first)-centre)+0.5) * (1 / support))
			weights[j] = max(0, 1-distance)
			sum += weights[j]
		}
		for _, w := range weights {
			all = append(all, uint32(0.5+float64(w/sum*(1<<antialiasBits))))
		}
		taps[i] = filterTaps{at: first, weights: all[len(all)-len(weights):]}
	}
	return taps
}

func (a *antialias) resize(dst, src []byte) {
	for row := a.narrow; len(row) > 0; row, src = row[a.dstStride:], src[a.srcStride:] {
		filterColumns(row[:a.dstStride], src[:a.srcStride], a.columns)
	}
	for i := range a.rows {
		t := &a.rows[i]
		filterRows(dst[i*a.dstStride:(i+1)*a.dstStride], a.narrow[t.at*a.dstStride:], t.weights)
	}
}

// filterColumns makes each pixel of dst the weighted sum of its taps in src.
func filterColumns(dst, src []byte, columns []filterTaps) {
	for i := range columns {
		t := &columns[i]
		red, green, blue := uint32(antialiasHalf), uint32(antialiasHalf), uint32(antialiasHalf)
		at := t.at * 3
		for _, w := range t.weights {
			p := src[at : at+3 : at+3]
			red += uint32(p[0]) * w
			green += uint32(p[1]) * w
			blue += uint32(p[2]) * w
			at += 3
		}
		out := dst[i*3 : i*3+3 : i*3+3]
		out[0], out[1], out[2] = clip(red), clip(green), clip(blue)
	}
}

// filterRows makes each byte of dst the weighted sum of len(weights) rows that
// lie in rows one after the other, each as long as dst.
func filterRows(dst, rows []byte, weights []uint32) {
	stride := len(dst)
	i := 0
	for ; i+8 <= stride; i += 8 {
		binary.LittleEndian.PutUint64(dst[i:], filterLanes(rows[i:], stride, weights))
	}
	for ; i < stride; i++ {
		sum := uint32(antialiasHalf)
		for k, w := range weights {
			sum += uint32(rows[k*stride+i]) * w
		}
		dst[i] = clip(sum)
	}
}

// filterLanes is filterRows for eight bytes, two sums in each of four words.
func filterLanes(rows []byte, stride int, weights []uint32) uint64 {
	const (
		half = antialiasHalf<<32 | antialiasHalf
		low  = 0xff_0000_00ff
	)
	a, b, c, d := uint64(half), uint64(half), uint64(half), uint64(half)
	at := 0
	for _, weight := range weights {
		v, w := binary.LittleEndian.Uint64(rows[at:]), uint64(weight)
		a += (v & low) * w
		b += (v >> 8 & low) * w
		c += (v >> 16 & low) * w
		d += (v >> 24 & low) * w
		at += stride
	}
	return clipLanes(a) | clipLanes(b)<<8 | clipLanes(c)<<16 | clipLanes(d)<<24
}

func clip(v uint32) byte { return byte(min(v>>antialiasBits, 255)) }

// clipLanes is clip for two sums.
func clipLanes(v uint64) uint64 { return uint64(clip(uint32(v))) | uint64(clip(uint32(v>>32)))<<32 }
