//go:build !purego

package kernels

import (
	"slices"

	"edged/amd64"
)

// requantizer makes int8 values of sums.
type requantizer struct {
	weights                  Int8Weights // without the values
	multipliers, left, right []int32     // of each filter
}

func newRequantizer(w Int8Weights) *requantizer {
	q := &requantizer{weights: Int8Weights{Rescale: slices.Clone(w.Rescale), OutZero: w.OutZero, Low: w.Low, High: w.High}}
	for _, r := range w.Rescale {
		q.multipliers = append(q.multipliers, r.Multiplier)
		q.left = append(q.left, max(r.Shift, 0))
		q.right = append(q.right, max(-r.Shift, 0))
	}
	return q
}

// run requantizes pixels whose sums lie stride apart.
func (q *requantizer) run(dst []int8, sums []int32, stride, pixels int) {
	w, filters := &q.weights, len(q.multipliers)
	whole := filters &^ 7
	_, _ = dst[pixels*filters-1], sums[(pixels-1)*stride+filters-1]
	if whole > 0 {
		zero := int32(w.OutZero)
		amd64.Requantize(dst, filters, sums, stride, whole, pixels, q.multipliers, q.left, q.right, int32(w.Low)-zero, int32(w.High)-zero, zero)
	}
	for x := range pixels {
		for f := whole; f < filters; f++ {
			dst[x*filters+f] = w.requantize(sums[x*stride+f], f)
		}
	}
}
