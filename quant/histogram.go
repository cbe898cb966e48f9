package quant

import "math"

// bins is the number of a histogram's bins: several for each value of an int8.
const bins = 4096

// Histogram counts numbers in bins of equal width, in memory that doesn't depend
// on how many there are. Where a number lies outside, pairs of bins are merged,
// so that no count is ever split. The zero Histogram is ready for use.
type Histogram struct {
	extremes
	counts []uint64
	origin float64 // lower end of the first bin
	width  float64 // of a bin
}

// extremes are the least and the greatest of some numbers.
type extremes struct {
	seen Range
	some bool
}

// note takes all finite values into the extremes and reports whether there were any.
func (e *extremes) note(values []float32) bool {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if x := float64(v); x-x == 0 {
			low, high = min(low, x), max(high, x)
		}
	}
	if low > high {
		return false
	}
	if !e.some {
		e.seen, e.some = Range{low, high}, true
	}
	e.seen = e.seen.Union(Range{low, high})
	return true
}

// Observe counts the values. What is no finite number is passed over.
func (h *Histogram) Observe(values []float32) {
	if !h.note(values) {
		return
	}
	if h.counts == nil {
		h.counts = make([]uint64, bins)
		h.width = max((h.seen.High-h.seen.Low)/(bins/2), smallest/bins)
		h.origin = h.seen.Low - bins/4*h.width
	}
	for h.seen.Low < h.origin || h.seen.High >= h.end() {
		h.grow(h.seen.Low < h.origin)
	}
	factor := 1 / h.width
	for _, v := range values {
		if x := float64(v); x-x == 0 {
			h.counts[min(max(int((x-h.origin)*factor), 0), bins-1)]++
		}
	}
}

func (h *Histogram) end() float64 { return h.origin + bins*h.width }

// grow doubles the width of the bins, on that side.
func (h *Histogram) grow(down bool) {
	merged := make([]uint64, bins)
	at := 0
	if down {
		at = bins / 2
	}
	for i, n := range h.counts {
		merged[at+i/2] += n
	}
	if down {
		h.origin -= bins * h.width
	}
	h.counts, h.width = merged, 2*h.width
}

// centre is the middle of bin i.
func (h *Histogram) centre(i int) float64 { return h.origin + (float64(i)+0.5)*h.width }

// filled are the first bin that counted something and the one after the last.
func (h *Histogram) filled() (from, to int) {
	for from = 0; from < len(h.counts) && h.counts[from] == 0; from++ {
	}
	for to = len(h.counts); to > from && h.counts[to-1] == 0; to-- {
	}
	return from, to
}

func (h *Histogram) total() uint64 {
	sum := uint64(0)
	for _, n := range h.counts {
		sum += n
	}
	return sum
}
