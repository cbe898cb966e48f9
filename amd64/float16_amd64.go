package amd64

// Widen turns little-endian float16 into float32; len(dst) is a positive
// multiple of 8. What is no number becomes high.
//
//	for i := range dst {
//		dst[i] = min(float32(src[2*i:]), high)
//	}
//
//go:noescape
func Widen(dst []float32, src []byte, high float32)

// Narrow rounds numbers within -high and high, others to the nearer one, to
// little-endian float16, to even where two are as near; len(src) is a positive
// multiple of 8. What is no number becomes 0x7e00.
//
//	for i := range src {
//		dst[2*i:] = float16(min(max(src[i], -high), high))
//	}
//
//go:noescape
func Narrow(dst []byte, src []float32, high float32)
