package kernels

import "math"

// The constants of SELU.
const seluScale, seluAlpha = 1.0507009873554805, 1.6732632423543772

// Apply replaces every element of v by the activation of it. Results are within
// 1e-6 of the exact value, relative to it.
func (a Activation) Apply(v []float32) {
	switch a.Kind {
	case Linear:
	case ReLU:
		a.applyReLU(v)
	case ELU:
		alpha := float64(a.Alpha)
		for i, x := range v {
			if x < 0 {
				v[i] = float32(alpha * expm1(float64(x)))
			}
		}
	case SELU:
		for i, x := range v {
			if x < 0 {
				v[i] = float32(seluScale * seluAlpha * expm1(float64(x)))
			} else {
				v[i] = seluScale * x
			}
		}
	case LeakyReLU:
		for i, x := range v {
			if x < 0 {
				v[i] = a.Alpha * x
			}
		}
	case HardSigmoid:
		for i, x := range v {
			v[i] = min(max(0.2*x+0.5, 0), 1)
		}
	case HardSigmoid6:
		for i, x := range v {
			v[i] = min(max(x+3, 0), 6) / 6
		}
	case HardSwish:
		for i, x := range v {
			v[i] = x * min(max(x+3, 0), 6) / 6
		}
	case Softsign:
		for i, x := range v {
			v[i] = x / (1 + max(x, -x))
		}
	default:
		f := smooth(a.Kind)
		for i, x := range v {
			v[i] = float32(f(float64(x)))
		}
	}
}

func (a Activation) applyReLU(v []float32) {
	limit := a.Max
	if limit == 0 {
		limit = float32(math.Inf(1))
	}
	if a.Alpha == 0 && a.Threshold == 0 {
		for i, x := range v {
			v[i] = min(max(x, 0), limit)
		}
		return
	}
	for i, x := range v {
		if x < a.Threshold {
			v[i] = a.Alpha * (x - a.Threshold)
		} else {
			v[i] = min(x, limit)
		}
	}
}

// Monotone tells whether a larger input never gives a smaller output, so that
// max pooling may run before the activation.
func (a Activation) Monotone() bool {
	switch a.Kind {
	case ReLU:
		return a.Alpha >= 0 && a.Threshold >= 0
	case ELU, LeakyReLU:
		return a.Alpha >= 0
	case Swish, HardSwish, GELU, GELUTanh:
		return false
	}
	return true
}

// smooth returns the activations that are made of exp, tanh and erf. They are
// computed in float64, written so that nothing cancels.
func smooth(kind ActivationKind) func(x float64) float64 {
	switch kind {
	case Tanh:
		return tanh
	case Sigmoid:
		return sigmoid
	case Swish:
		return func(x float64) float64 { return x * sigmoid(x) }
	case GELU:
		return func(x float64) float64 { return 0.5 * x * math.Erfc(-x/math.Sqrt2) }
	case GELUTanh:
		const twice = 2 * 0.7978845608028654 // 2*sqrt(2/pi)
		return func(x float64) float64 { return x * sigmoid(twice*(x+0.044715*x*x*x)) }
	case Softplus:
		return func(x float64) float64 { return math.Log1p(exp(-math.Abs(x))) + max(x, 0) }
	case Exponential:
		return exp
	}
	return func(x float64) float64 { return x }
}

func sigmoid(x float64) float64 { return 1 / (1 + exp(-x)) }

func tanh(x float64) float64 {
	m := expm1(-2 * math.Abs(x))
	return math.Copysign(-m/(m+2), x)
}

// exp is e to the x within 3e-10, relative, for x in [-708, 708], and stays at
// the ends beyond: Cody and Waite's reduction to |r| <= ln(2)/2 and a Taylor
// polynomial.
func exp(x float64) float64 {
	const round = 3 << 51 // adding it leaves the nearest integer in the low bits
	x = min(max(x, -708), 708)
	shifted := x*math.Log2E + round
	n := shifted - round
	r := x - n*math.Ln2
	p := 1 + r*(1+r*(1.0/2+r*(1.0/6+r*(1.0/24+r*(1.0/120+r*(1.0/720+r*(1.0/5040+r/40320)))))))
	return p * math.Float64frombits((math.Float64bits(shifted)+1023)<<52)
}

// expm1 is e to the x minus one, as exact as exp relative to its value also
// near zero.
func expm1(x float64) float64 {
	if math.Abs(x) > 0.4 {
		return exp(x) - 1
	}
	return x * (1 + x*(1.0/2+x*(1.0/6+x*(1.0/24+x*(1.0/120+x*(1.0/720+x*(1.0/5040+x*(1.0/40320+x/362880))))))))
}
