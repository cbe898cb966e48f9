package kerneltest

import (
	"math"
	"testing"

	"edged/kernels"
)

// epsilon is the relative error of rounding to float32.
const epsilon = 0x1p-24

// result is what an op must give: exact values and, for each, by how much the
// op may miss it.
type result struct {
	values, tolerances []float64
}

// sums are exact sums of products and the sums of the products' magnitudes,
// from which the tolerance follows.
type sums struct {
	values, magnitudes []float64
	terms              int // of the longest sum
}

func newSums(n, terms int) sums {
	return sums{values: make([]float64, n), magnitudes: make([]float64, n), terms: terms}
}

func (s *sums) add(i int, x float64) {
	s.values[i] += x
	s.magnitudes[i] += math.Abs(x)
}

// activated applies the activation to sums that op rounds.
func (s *sums) activated(op kernels.Op, a kernels.Activation) result {
	largest := 0.0
	for _, m := range s.magnitudes {
		largest = max(largest, m)
	}
	r := result{values: make([]float64, len(s.values)), tolerances: make([]float64, len(s.values))}
	for i, x := range s.values {
		miss := float64(s.terms+2) * epsilon * s.magnitudes[i]
		if op, ok := op.(kernels.Approximate); ok {
			miss = op.ErrorFactor() * epsilon * largest
		}
		y := activation(a, x)
		r.values[i] = y
		r.tolerances[i] = max(math.Abs(activation(a, x+miss)-y), math.Abs(activation(a, x-miss)-y)) + 1e-6*math.Abs(y)
	}
	return r
}

func (r *result) compare(t *testing.T, op kernels.Op, got []float32) {
	t.Helper()
	for i, want := range r.values {
		// The smallest normal number: results below it may be flushed to zero.
		if miss := math.Abs(float64(got[i]) - want); !(miss <= r.tolerances[i]+0x1p-126) {
			t.Fatalf("%s: element %d of %d is %g, want %g within %.2g", op.Name(), i, len(got), got[i], want, r.tolerances[i])
		}
	}
}

// exact is the result of an op that rounds each value a few times only.
func exact(values []float64) result {
	r := result{values: values, tolerances: make([]float64, len(values))}
	for i, v := range values {
		r.tolerances[i] = 1e-6 * math.Abs(v)
	}
	return r
}

// activation is the definition of each activation, from Keras's documentation.
func activation(a kernels.Activation, x float64) float64 {
	alpha := float64(a.Alpha)
	switch a.Kind {
	case kernels.Linear:
		return x
	case kernels.ReLU:
		if x < float64(a.Threshold) {
			return alpha * (x - float64(a.Threshold))
		}
		if a.Max > 0 {
			return math.Min(x, float64(a.Max))
		}
		return x
	case kernels.ELU:
		if x > 0 {
			return x
		}
		return alpha * math.Expm1(x)
	case kernels.SELU:
		if x > 0 {
			return 1.0507009873554805 * x
		}
		return 1.0507009873554805 * 1.6732632423543772 * math.Expm1(x)
	case kernels.LeakyReLU:
		if x > 0 {
			return x
		}
		return alpha * x
	case kernels.Tanh:
		return math.Tanh(x)
	case kernels.Sigmoid:
		return 1 / (1 + math.Exp(-x))
	case kernels.HardSigmoid:
		return math.Max(0, math.Min(1, 0.2*x+0.5))
	case kernels.HardSigmoid6:
		return math.Max(0, math.Min(6, x+3)) / 6
	case kernels.Swish:
		return x / (1 + math.Exp(-x))
	case kernels.HardSwish:
		return x * math.Max(0, math.Min(6, x+3)) / 6
	case kernels.GELU:
		return 0.5 * x * math.Erfc(-x/math.Sqrt2)
	case kernels.GELUTanh:
		return x / (1 + math.Exp(-2*math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	case kernels.Softplus:
		if x > 30 {
			return x
		}
		return math.Log1p(math.Exp(x))
	case kernels.Softsign:
		return x / (1 + math.Abs(x))
	case kernels.Exponential:
		return math.Exp(x)
	}
	panic("unknown activation")
}

// activations are all of them, with the parameters that matter.
var activations = []kernels.Activation{
	{Kind: kernels.Linear},
	{Kind: kernels.ReLU},
	{Kind: kernels.ReLU, Max: 6},
	{Kind: kernels.ReLU, Max: 0.5, Alpha: 0.1, Threshold: 0.25},
	{Kind: kernels.ReLU, Alpha: 0.2, Threshold: -0.5},
	{Kind: kernels.ELU, Alpha: 1},
	{Kind: kernels.ELU, Alpha: 0.5},
	{Kind: kernels.SELU},
	{Kind: kernels.LeakyReLU, Alpha: 0.3},
	{Kind: kernels.LeakyReLU, Alpha: -0.3},
	{Kind: kernels.Tanh},
	{Kind: kernels.Sigmoid},
	{Kind: kernels.HardSigmoid},
	{Kind: kernels.HardSigmoid6},
	{Kind: kernels.Swish},
	{Kind: kernels.HardSwish},
	{Kind: kernels.GELU},
	{Kind: kernels.GELUTanh},
	{Kind: kernels.Softplus},
	{Kind: kernels.Softsign},
	{Kind: kernels.Exponential},
}

// maximum pools a result that lies as [height][width][channels].
func (r *result) maximum(w kernels.Window, height, width, channels int) result {
	size := w.OutHeight * w.OutWidth * channels
	out := result{values: make([]float64, size), tolerances: make([]float64, size)}
	for i := range out.values {
		out.values[i] = math.Inf(-1)
	}
	cells(w, height, width, func(from, to int) {
		for c := range channels {
			out.values[to*channels+c] = max(out.values[to*channels+c], r.values[from*channels+c])
			out.tolerances[to*channels+c] = max(out.tolerances[to*channels+c], r.tolerances[from*channels+c])
		}
	})
	return out
}

// cells calls visit for each pixel of each pooling window inside the picture.
func cells(w kernels.Window, height, width int, visit func(from, to int)) {
	for y := range w.OutHeight {
		for x := range w.OutWidth {
			for ky := range w.Height {
				for kx := range w.Width {
					iy, ix := y*w.StrideHeight-w.PadTop+ky, x*w.StrideWidth-w.PadLeft+kx
					if iy >= 0 && iy < height && ix >= 0 && ix < width {
						visit(iy*width+ix, y*w.OutWidth+x)
					}
				}
			}
		}
	}
}

// wide converts to float64.
func wide(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = float64(v)
	}
	return out
}
