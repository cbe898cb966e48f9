package quant

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// samples are numbers as activations are distributed.
func samples() map[string][]float32 {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(n int, f func() float64) []float32 {
		out := make([]float32, n)
		for i := range out {
			out[i] = float32(f())
		}
		return out
	}
	return map[string][]float32{
		"normal":    draw(5000, func() float64 { return 3*random.NormFloat64() + 1 }),
		"rectified": draw(5000, func() float64 { return max(random.NormFloat64(), 0) }),
		"tail":      draw(5000, func() float64 { return math.Exp(1.5 * random.NormFloat64()) }),
		"negative":  draw(5000, func() float64 { return -5 * random.ExpFloat64() }),
		"uniform":   draw(5000, func() float64 { return random.Float64() }),
		"outlier":   append(draw(5000, random.NormFloat64), 400),
	}
}

// observed watches the values in small batches, the smallest first, so that the
// histogram has to grow.
func observed(o Observer, values []float32) Observer {
	values = slices.Clone(values)
	slices.SortFunc(values[:len(values)/2], func(a, b float32) int {
		return int(math.Copysign(1, math.Abs(float64(a))-math.Abs(float64(b))))
	})
	for batch := range slices.Chunk(values, 100) {
		o.Observe(batch)
	}
	return o
}

func TestMinMaxKeepsAll(t *testing.T) {
	for name, values := range samples() {
		got := observed(&MinMax{}, values).Range()
		want := Range{float64(slices.Min(values)), float64(slices.Max(values))}
		if got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

func TestPercentileCutsTheTails(t *testing.T) {
	const cut = 0.01
	for name, values := range samples() {
		o := &Percentile{Cut: cut}
		got := observed(o, values).Range()
		sorted := slices.Sorted(slices.Values(values))
		beyond := int(cut * float64(len(sorted)))
		want := Range{float64(sorted[beyond]), float64(sorted[len(sorted)-1-beyond])}
		// Between neighbours in the sorted list any cut is right.
		loose := 2 * o.width
		if math.Abs(got.Low-want.Low) > loose || math.Abs(got.High-want.High) > loose {
			t.Errorf("%s: got %v, want %v within %g", name, got, want, loose)
		}
	}
}

// trueError is the squared error of quantizing the numbers themselves.
func trueError(values []float32, r Range) float64 {
	a := r.Affine()
	sum := 0.0
	for _, v := range values {
		d := float64(v) - a.Real(a.Nearest(float64(v)))
		sum += d * d
	}
	return sum
}

func TestMeanSquaredErrorIsNearlyLeast(t *testing.T) {
	for name, values := range samples() {
		got := observed(&MeanSquaredError{}, values).Range()
		whole := Range{float64(slices.Min(values)), float64(slices.Max(values))}
		best := trueError(values, whole)
		for i := 1; i <= 20; i++ {
			for j := 1; j <= 20; j++ {
				best = min(best, trueError(values, Range{whole.Low * float64(i) / 20, whole.High * float64(j) / 20}))
			}
		}
		if e := trueError(values, got); e > 1.05*best {
			t.Errorf("%s: range %v has error %g, the best of a grid %g", name, got, e, best)
		}
	}
}

// trueDivergence counts the numbers themselves in the histogram's bins.
func trueDivergence(o *Entropy, values []float32, r Range) float64 {
	a := r.Affine()
	p := map[int]float64{}
	inside := map[int8]float64{}
	holders := map[int8]map[int]bool{}
	first, last := o.bin(a.Real(-128)), o.bin(a.Real(127))
	total, kept := 0.0, 0.0
	for _, v := range values {
		i := o.bin(float64(v))
		if i == o.bin(0) {
			continue
		}
		total++
		at := min(max(i, first), last)
		q := a.Nearest(o.centre(at))
		p[at]++
		if holders[q] == nil {
			holders[q] = map[int]bool{}
		}
		holders[q][at] = true
		if at == i {
			inside[q]++
			kept++
		}
	}
	d := 0.0
	for i, n := range p {
		q := a.Nearest(o.centre(i))
		share := max(inside[q]/float64(len(holders[q])), 1e-3)
		d += n / total * math.Log(n/total/(share/kept))
	}
	return d
}

func TestEntropyIsNearlyLeast(t *testing.T) {
	for name, values := range samples() {
		o := &Entropy{}
		got := observed(o, values).Range()
		if have, want := o.divergence(got), trueDivergence(o, values, got); math.Abs(have-want) > 1e-6 {
			t.Errorf("%s: divergence %g, counted from the numbers %g", name, have, want)
		}
		whole, best := o.seen, math.Inf(1)
		for i := 1; i <= 8; i++ {
			for j := 1; j <= 8; j++ {
				best = min(best, trueDivergence(o, values, Range{whole.Low * float64(i) / 8, whole.High * float64(j) / 8}))
			}
		}
		if d := trueDivergence(o, values, got); d > 1.1*best+1e-4 {
			t.Errorf("%s: range %v diverges by %g, the best of a grid by %g", name, got, d, best)
		}
	}
}

func TestHistogramLosesNothing(t *testing.T) {
	for name, values := range samples() {
		h := &Histogram{}
		for batch := range slices.Chunk(values, 7) {
			h.Observe(batch)
		}
		if got := h.total(); got != uint64(len(values)) {
			t.Errorf("%s: %d numbers counted, want %d", name, got, len(values))
		}
		if len(h.counts) != bins {
			t.Errorf("%s: %d bins, want %d", name, len(h.counts), bins)
		}
		want := make([]uint64, bins)
		for _, v := range values {
			want[int((float64(v)-h.origin)/h.width)]++
		}
		moved := 0.0
		for i := range want {
			moved += math.Abs(float64(want[i]) - float64(h.counts[i]))
		}
		if moved > float64(len(values))/1000 { // those at the very edge of a bin
			t.Errorf("%s: %g counts are in other bins", name, moved)
		}
	}
}

func TestObserversPassOverWhatIsNoNumber(t *testing.T) {
	infinity, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, name := range Observers() {
		o, err := NewObserver(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Range(); got != (Range{}) {
			t.Errorf("%s: range %v before anything was observed", name, got)
		}
		o.Observe(nil)
		o.Observe([]float32{nan, infinity, -infinity})
		if got := o.Range(); got != (Range{}) {
			t.Errorf("%s: range %v of no numbers", name, got)
		}
		o.Observe([]float32{nan, 3, 3, infinity, 3})
		if got := o.Range(); math.Abs(got.High-3) > 1e-3 {
			t.Errorf("%s: range %v of threes", name, got)
		}
	}
	if _, err := NewObserver("median"); err == nil {
		t.Error("an unknown name was taken")
	}
}

func TestObserveDoesNotAllocate(t *testing.T) {
	values := samples()["normal"]
	for _, name := range Observers() {
		o, _ := NewObserver(name)
		o.Observe(values)
		if n := testing.AllocsPerRun(5, func() { o.Observe(values) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
