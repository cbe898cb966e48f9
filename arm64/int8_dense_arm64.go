//go:build !purego

package arm64

// Int8DenseStep divides the number of inputs that the loops for dense layers
// take.
const Int8DenseStep = 64

// Int8DenseDot multiplies a vector with rows of weights:
//
//	for i := range sums {
//		for k := range x {
//			sums[i] += x[k] * w[i*len(x)+k]
//		}
//	}
//
// from sums of zero on. len(x) is a positive multiple of Int8DenseStep. Needs
// the dot product.
//
//go:noescape
func Int8DenseDot(sums []int32, x, w []int8)

// Int8DenseLong is Int8DenseDot on cores without the dot product. Products of k
// and k+8, k%16 being less than 8, are added in 16 bits: their weights must not
// both be -128.
//
//go:noescape
func Int8DenseLong(sums []int32, x, w []int8)
