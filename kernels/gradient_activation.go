package kernels

import "math"

// SlopeFromOutput tells whether Slope takes what the activation returned; else
// it takes what went in.
func (a Activation) SlopeFromOutput() bool {
	switch a.Kind {
	case ReLU:
		return a.Alpha == 0 && a.Threshold == 0
	case LeakyReLU, ELU:
		return a.Alpha > 0
	case Linear, SELU, Tanh, Sigmoid, HardSigmoid, HardSigmoid6, Softplus, Softsign, Exponential:
		return true
	}
	return false
}

// Slope multiplies every gradient by the activation's derivative at v: at its
// output if SlopeFromOutput says so, else at its input. Where there is no
// derivative it is TensorFlow's.
func (a Activation) Slope(gradient, v []float32) {
	v = v[:len(gradient)]
	switch a.Kind {
	case Linear:
	case ReLU:
		a.slopeReLU(gradient, v)
	case LeakyReLU:
		for i, x := range v {
			if !(x > 0) {
				gradient[i] *= a.Alpha
			}
		}
	case ELU:
		if a.Alpha > 0 {
			for i, y := range v {
				if y < 0 {
					gradient[i] *= y + a.Alpha
				}
			}
			return
		}
		for i, x := range v {
			if x < 0 {
				gradient[i] *= a.Alpha * float32(exp(float64(x)))
			}
		}
	case SELU:
		for i, y := range v {
			if y < 0 {
				gradient[i] *= y + seluScale*seluAlpha
			} else {
				gradient[i] *= seluScale
			}
		}
	case HardSigmoid:
		slopeInside(gradient, v, 0, 1, 0.2)
	case HardSigmoid6:
		slopeInside(gradient, v, 0, 1, 1.0/6)
	default:
		f := slope(a.Kind)
		for i, x := range v {
			gradient[i] = float32(float64(gradient[i]) * f(float64(x)))
		}
	}
}

func (a Activation) slopeReLU(gradient, v []float32) {
	limit := a.Max
	if limit == 0 {
		limit = float32(math.Inf(1))
	}
	if a.SlopeFromOutput() {
		slopeInside(gradient, v, 0, limit, 1)
		return
	}
	for i, x := range v {
		switch {
		case x < a.Threshold || x == 0 && a.Threshold == 0:
			gradient[i] *= a.Alpha
		case x >= limit:
			gradient[i] = 0
		}
	}
}

// slopeInside is the slope of what is constant outside of low and high.
func slopeInside(gradient, v []float32, low, high, slope float32) {
	for i, x := range v {
		g := gradient[i] * slope
		if !(x > low && x < high) {
			g = 0
		}
		gradient[i] = g
	}
}

// slope returns derivatives, of the output for those that SlopeFromOutput
// names and else of the input.
func slope(kind ActivationKind) func(v float64) float64 {
	switch kind {
	case Tanh:
		return func(y float64) float64 { return 1 - y*y }
	case Sigmoid:
		return func(y float64) float64 { return y * (1 - y) }
	case Softplus:
		return func(y float64) float64 { return -expm1(-y) }
	case Softsign:
		return func(y float64) float64 { return (1 - math.Abs(y)) * (1 - math.Abs(y)) }
	case Exponential:
		return func(y float64) float64 { return y }
	case Swish:
		return func(x float64) float64 {
			s := sigmoid(x)
			return s * (1 + x*(1-s))
		}
	case HardSwish:
		return func(x float64) float64 {
			switch {
			case x <= -3:
				return 0
			case x >= 3:
				return 1
			}
			return (2*x + 3) / 6
		}
	case GELU:
		return func(x float64) float64 {
			return 0.5*math.Erfc(-x/math.Sqrt2) + x*exp(-x*x/2)/math.Sqrt(2*math.Pi)
		}
	case GELUTanh:
		return func(x float64) float64 {
			const twice = 2 * 0.7978845608028654 // 2*sqrt(2/pi)
			s := sigmoid(twice * (x + 0.044715*x*x*x))
			return s + x*s*(1-s)*twice*(1+3*0.044715*x*x)
		}
	}
	return func(float64) float64 { return 1 }
}
