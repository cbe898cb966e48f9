//go:build !purego

package arm64

// Int8Interleave interleaves three rows:
//
//	for i := range a {
//		dst[3*i], dst[3*i+1], dst[3*i+2] = a[i], b[i], c[i]
//	}
//
// a, b and c are equally long, a positive multiple of 16, and dst three times.
//
//go:noescape
func Int8Interleave(dst, a, b, c []int8)
