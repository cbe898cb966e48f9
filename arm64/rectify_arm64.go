//go:build !purego

package arm64

// Rectify bends v at threshold; len(v) is a positive multiple of 4, as in the
// other kernels of this file:
//
//	for i, x := range v {
//		if x < threshold {
//			v[i] = slope * (x - threshold)
//		} else {
//			v[i] = min(x, high)
//		}
//	}
//
//go:noescape
func Rectify(v []float32, threshold, slope, high float32)

// HardSigmoid clips a line:
//
//	for i, x := range v {
//		v[i] = min(max(x*slope+offset, 0), high) * factor
//	}
//
//go:noescape
func HardSigmoid(v []float32, slope, offset, high, factor float32)

// HardSwish multiplies v by what HardSigmoid makes of it.
//
//go:noescape
func HardSwish(v []float32, slope, offset, high, factor float32)

// Softsign replaces every element x of v by x/(1+|x|).
//
//go:noescape
func Softsign(v []float32)

// Affine makes dst[i] = src[i]*scale[i] + offset[i] for all of dst.
//
//go:noescape
func Affine(dst, src, scale, offset []float32)

// PReLU makes dst[i] = max(src[i], 0) + slope[i]*min(src[i], 0) for all of dst.
//
//go:noescape
func PReLU(dst, src, slope []float32)
