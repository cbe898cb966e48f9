package quant

import (
	"fmt"
	"math"
	"strings"
)

// Observer watches numbers and says which range of them is worth keeping. It
// needs the same memory however many it sees.
type Observer interface {
	// Observe watches more numbers. What is no finite number is passed over.
	Observe(values []float32)
	// Range is what is worth keeping: zeros before anything was observed.
	Range() Range
}

// Observers are the names that NewObserver takes.
func Observers() []string { return []string{"minmax", "percentile", "mse", "entropy"} }

// NewObserver returns the observer of that name: minmax keeps all, percentile
// all but one number in ten thousand at each end, mse what makes the mean
// squared error least, entropy what makes the divergence of the distributions
// least.
func NewObserver(name string) (Observer, error) {
	switch name {
	case "minmax":
		return &MinMax{}, nil
	case "percentile":
		return &Percentile{Cut: 1e-4}, nil
	case "mse":
		return &MeanSquaredError{}, nil
	case "entropy":
		return &Entropy{}, nil
	}
	return nil, fmt.Errorf("observer %q is not known: choose %s", name, strings.Join(Observers(), ", "))
}

// MinMax keeps every number.
type MinMax struct{ extremes }

// Observe implements Observer.
func (o *MinMax) Observe(values []float32) { o.note(values) }

// Range implements Observer.
func (o *MinMax) Range() Range { return o.seen }

// Percentile keeps all but the share Cut of the numbers at each end.
type Percentile struct {
	Histogram
	Cut float64
}

// Range implements Observer. It is exact to the width of a bin.
func (o *Percentile) Range() Range {
	beyond := o.Cut * float64(o.total())
	r := o.seen
	left := beyond
	for i, n := range o.counts {
		if left < float64(n) {
			r.Low = o.origin + (float64(i)+left/float64(n))*o.width
			break
		}
		left -= float64(n)
	}
	left = beyond
	for i := len(o.counts) - 1; i >= 0; i-- {
		n := float64(o.counts[i])
		if left < n {
			r.High = o.origin + (float64(i+1)-left/n)*o.width
			break
		}
		left -= n
	}
	return Range{max(r.Low, o.seen.Low), min(r.High, o.seen.High)}
}

// MeanSquaredError keeps the range whose quantization changes the numbers least.
type MeanSquaredError struct{ Histogram }

// Range implements Observer.
func (o *MeanSquaredError) Range() Range { return o.search(o.squaredError) }

// squaredError is the sum of the squared changes by quantization to the range.
func (o *MeanSquaredError) squaredError(r Range) float64 {
	a := r.Affine()
	from, to := o.filled()
	sum := 0.0
	for i := from; i < to; i++ {
		if o.counts[i] == 0 {
			continue
		}
		x := o.centre(i)
		d := x - a.Real(a.Nearest(x))
		sum += float64(o.counts[i]) * d * d
	}
	return sum
}

// Entropy keeps the range whose quantization tells least from the original
// distribution, by the Kullback-Leibler divergence. What is as good as zero is
// left out: rectifiers make much of it, and it is exact in any range.
//
// Source: S. Migacz, 8-bit inference with TensorRT, GTC 2017.
type Entropy struct{ Histogram }

// Range implements Observer.
func (o *Entropy) Range() Range { return o.search(o.divergence) }

// divergence is that of the quantized numbers from the clipped ones.
func (o *Entropy) divergence(r Range) float64 {
	a := r.Affine()
	clipped, inside := make([]float64, bins), make([]float64, bins)
	low, high := a.Real(math.MinInt8), a.Real(math.MaxInt8)
	first, last := o.bin(low), o.bin(high)
	total := 0.0
	for i, n := range o.counts {
		if i == o.bin(0) {
			continue
		}
		at := min(max(i, first), last)
		clipped[at] += float64(n)
		if i == at {
			inside[at] = float64(n)
		}
		total += float64(n)
	}
	spread, kept := o.spread(a, inside, clipped, first, last)
	return divergence(clipped, spread, total, kept)
}

// bin is where x is counted.
func (o *Entropy) bin(x float64) int {
	return int(min(max((x-o.origin)/o.width, 0), bins-1))
}

// spread gives what each value of int8 counts evenly to those of its bins that
// hold anything, and the sum.
func (o *Entropy) spread(a Affine, inside, clipped []float64, first, last int) (spread []float64, kept float64) {
	spread = make([]float64, bins)
	for i := first; i <= last; {
		q, sum, holders, end := a.Nearest(o.centre(i)), 0.0, 0, i
		for ; end <= last && a.Nearest(o.centre(end)) == q; end++ {
			sum += inside[end]
			if clipped[end] > 0 {
				holders++
			}
		}
		for ; i < end; i++ {
			if clipped[i] > 0 {
				spread[i] = sum / float64(holders)
			}
		}
		kept += sum
	}
	return spread, kept
}

// divergence is the Kullback-Leibler divergence of two distributions given by
// counts and their sums. What the second says can't be costs as much as a count
// of a thousandth.
func divergence(p, q []float64, sumP, sumQ float64) float64 {
	if sumP == 0 || sumQ == 0 {
		return math.Inf(1)
	}
	const hardly = 1e-3
	d := 0.0
	for i, n := range p {
		if n > 0 {
			d += n / sumP * math.Log(n/sumP/(max(q[i], hardly)/sumQ))
		}
	}
	return d
}

// search finds the range inside the extremes whose loss is least, moving one
// end at a time.
func (h *Histogram) search(loss func(Range) float64) Range {
	best := h.seen
	if !h.some || best.High-best.Low < smallest {
		return best
	}
	const (
		steps = 128
		turns = 2
	)
	least := loss(best)
	for range turns {
		whole := best
		for s := 1; s < steps; s++ {
			share := float64(s) / steps
			ends := []Range{{whole.Low * share, best.High}, {best.Low, whole.High * share}}
			if whole.Low < 0 && whole.High > 0 {
				ends = append(ends, Range{whole.Low * share, whole.High * share})
			}
			for _, r := range ends {
				if !(r.Low < r.High) {
					continue
				}
				if l := loss(r); l < least {
					best, least = r, l
				}
			}
		}
	}
	return best
}
