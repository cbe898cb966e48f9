package kernels

import "math"

// Pillow's fixed point: PRECISION_BITS of Resample.c.
const (
	antialiasBits = 32 - 8 - 2
	antialiasHalf = 1 << (antialiasBits - 1)
)

// filterTaps are the source pixels that make one pixel.
type filterTaps struct {
	at      int // first source pixel or row
	weights []int32
}

// antialias is Pillow's resampling with a triangle filter: a horizontal pass
// over all source rows, then a vertical one.
type antialias struct {
	columns, rows []filterTaps
	srcStride     int
	dstStride     int
	narrow        []byte  // the source rows after the horizontal pass
	sums          []int32 // one row of the vertical pass
}

func newAntialias(srcWidth, srcHeight, dstWidth, dstHeight int) *antialias {
	return &antialias{
		columns:   triangle(srcWidth, dstWidth),
		rows:      triangle(srcHeight, dstHeight),
		srcStride: srcWidth * 3,
		dstStride: dstWidth * 3,
		narrow:    make([]byte, dstWidth*3*srcHeight),
		sums:      make([]int32, dstWidth*3),
	}
}

// triangle computes the taps of precompute_coeffs and normalize_coeffs_8bpc.
func triangle(src, dst int) []filterTaps {
	scale := float64(src) / float64(dst)
	support := max(scale, 1)
	taps := make([]filterTaps, dst)
	for i := range taps {
		centre := (float64(i) + 0.5) * scale
		first := max(int(centre-support+0.5), 0)
		last := min(int(centre+support+0.5), src)
		weights := make([]float64, last-first)
		sum := 0.0
		for j := range weights {
			distance := math.Abs((float64(j+first) - centre + 0.5) * (1 / support))
			weights[j] = max(0, 1-distance)
			sum += weights[j]
		}
		fixed := make([]int32, len(weights))
		for j, w := range weights {
			fixed[j] = int32(0.5 + w/sum*(1<<antialiasBits))
		}
		taps[i] = filterTaps{at: first, weights: fixed}
	}
	return taps
}

func (a *antialias) resize(dst, src []byte) {
	rows := len(a.narrow) / a.dstStride
	for y := range rows {
		filterColumns(a.narrow[y*a.dstStride:(y+1)*a.dstStride], src[y*a.srcStride:(y+1)*a.srcStride], a.columns)
	}
	for i := range a.rows {
		taps := &a.rows[i]
		for j := range a.sums {
			a.sums[j] = antialiasHalf
		}
		for k, w := range taps.weights {
			from := (taps.at + k) * a.dstStride
			addScaled(a.sums, a.narrow[from:from+a.dstStride], w)
		}
		clipRow(dst[i*a.dstStride:(i+1)*a.dstStride], a.sums)
	}
}

// filterColumns makes each pixel of dst the weighted sum of its taps in src.
func filterColumns(dst, src []byte, columns []filterTaps) {
	for i := range columns {
		t := &columns[i]
		red, green, blue := int32(antialiasHalf), int32(antialiasHalf), int32(antialiasHalf)
		p := src[t.at*3 : (t.at+len(t.weights))*3]
		for _, w := range t.weights {
			red += int32(p[0]) * w
			green += int32(p[1]) * w
			blue += int32(p[2]) * w
			p = p[3:]
		}
		out := dst[i*3 : i*3+3 : i*3+3]
		out[0], out[1], out[2] = clip(red), clip(green), clip(blue)
	}
}

// addScaled does sums[i] += row[i]*w.
func addScaled(sums []int32, row []byte, w int32) {
	row = row[:len(sums)]
	for i := range sums {
		sums[i] += int32(row[i]) * w
	}
}

func clipRow(dst []byte, sums []int32) {
	sums = sums[:len(dst)]
	for i := range dst {
		dst[i] = clip(sums[i])
	}
}

func clip(v int32) byte { return byte(min(max(v>>antialiasBits, 0), 255)) }
