//go:build !purego

package arm64

// Exp replaces every element of v, whose length is a multiple of 4, by e to the
// power of it:
//
//	for i := range v {
//		v[i] = exp(v[i])
//	}
//
// The exponent's integer part becomes the power of two (Cody and Waite's
// reduction), the rest a Taylor polynomial of degree 7; the error is below
// 3e-7, relative, as in the other kernels of this file.
//
//go:noescape
func Exp(v []float32)

// Sigmoid replaces every element x of v by 1/(1+exp(-x)).
//
//go:noescape
func Sigmoid(v []float32)

// Swish replaces every element x of v by x/(1+exp(-x)).
//
//go:noescape
func Swish(v []float32)

// ELU replaces every element x of v by positive*x where it is positive, and
// otherwise by negative*(exp(x)-1).
//
//go:noescape
func ELU(v []float32, positive, negative float32)

// Tanh replaces every element x of v by its hyperbolic tangent.
//
//go:noescape
func Tanh(v []float32)

// Softplus replaces every element x of v by log(1+exp(x)). The logarithm of 1+e
// is twice the inverse hyperbolic tangent of e/(2+e), of whose series seven
// terms are taken.
//
//go:noescape
func Softplus(v []float32)
