package quant

import (
	"encoding/binary"
	"math"
)

// FromFloat16 is the value of the bits of an IEEE 754 binary16. What is no
// number keeps its payload and becomes quiet.
func FromFloat16(bits uint16) float32 {
	f := math.Float32bits(scaled(uint32(bits)))
	if bits&exponent16 == exponent16 {
		f |= 0x7f800000
		if bits&0x3ff != 0 {
			f |= 0x400000
		}
	}
	return math.Float32frombits(f)
}

// ToFloat16 is the bits of the nearest binary16, the even one where two are as
// near. What is beyond 65519 becomes infinite; what is no number keeps the upper
// part of its payload and becomes quiet.
func ToFloat16(v float32) uint16 {
	bits := math.Float32bits(v)
	sign, size := uint16(bits>>16&0x8000), bits&0x7fffffff
	switch {
	case size-0x38800000 < 0x47800000-0x38800000: // 2^-14 to 2^16
		return sign | uint16((size+0xfff+size>>13&1)>>13-(127-15)<<10)
	case size > 0x7f800000: // no number
		return sign | exponent16 | 0x200 | uint16(size>>13&0x3ff)
	case size >= 0x47800000:
		return sign | exponent16
	default: // the sum has float16's smallest step, 2^-24
		sum := math.Float32frombits(size) + 0.5
		return sign | uint16(math.Float32bits(sum)-math.Float32bits(0.5))
	}
}

// WidenFloat16 sets dst to the values of src, which has as many, as FromFloat16.
func WidenFloat16(dst []float32, src []uint16) {
	src = src[:len(dst)]
	for len(dst) >= 4 {
		four(dst[:4], uint64(src[0])|uint64(src[1])<<16|uint64(src[2])<<32|uint64(src[3])<<48)
		dst, src = dst[4:], src[4:]
	}
	for i := range dst {
		dst[i] = FromFloat16(src[i])
	}
}

// NarrowFloat16 rounds src to dst, which has as many, as ToFloat16.
func NarrowFloat16(dst []uint16, src []float32) {
	dst = dst[:len(src)]
	for i, v := range src {
		bits := math.Float32bits(v)
		if size := bits & 0x7fffffff; size-0x38800000 < 0x47800000-0x38800000 {
			dst[i] = uint16(bits>>16&0x8000) | uint16((size+0xfff+size>>13&1)>>13-(127-15)<<10)
		} else {
			dst[i] = ToFloat16(v)
		}
	}
}

// InfiniteFloat16 is the index of the first that is infinite or not a number, -1
// if all are finite.
func InfiniteFloat16(bits []uint16) int {
	const last = 0x0400 // bit of the exponent: a sum carries where all are set
	rest := bits
	for len(rest) >= 4 {
		carries := (rest[0]&exponent16 + last) | (rest[1]&exponent16 + last) | (rest[2]&exponent16 + last) | (rest[3]&exponent16 + last)
		if carries&0x8000 != 0 {
			break
		}
		rest = rest[4:]
	}
	for i, b := range rest {
		if b&exponent16 == exponent16 {
			return len(bits) - len(rest) + i
		}
	}
	return -1
}

// GetFloat16 sets dst to the bits in its 2*len(dst) little-endian bytes.
func GetFloat16(dst []uint16, src []byte) {
	src = src[:2*len(dst)]
	for len(dst) >= 4 {
		four := binary.LittleEndian.Uint64(src)
		dst[0], dst[1], dst[2], dst[3] = uint16(four), uint16(four>>16), uint16(four>>32), uint16(four>>48)
		dst, src = dst[4:], src[8:]
	}
	for i := range dst {
		dst[i] = binary.LittleEndian.Uint16(src[2*i:])
	}
}

// DecodeFloat16 sets dst to the values of its 2*len(dst) little-endian bytes, as
// FromFloat16.
func DecodeFloat16(dst []float32, src []byte) {
	src = src[:2*len(dst)]
	for len(dst) >= 4 {
		four(dst[:4], binary.LittleEndian.Uint64(src))
		dst, src = dst[4:], src[8:]
	}
	for i := range dst {
		dst[i] = FromFloat16(binary.LittleEndian.Uint16(src[2*i:]))
	}
}

// EncodeFloat16 rounds src to its 2*len(src) little-endian bytes, as ToFloat16.
func EncodeFloat16(dst []byte, src []float32) {
	var bits [64]uint16
	for len(src) > 0 {
		n := min(len(src), len(bits))
		NarrowFloat16(bits[:n], src[:n])
		PutFloat16(dst, bits[:n])
		dst, src = dst[2*n:], src[n:]
	}
}

// PutFloat16 writes bits as 2*len(src) little-endian bytes.
func PutFloat16(dst []byte, src []uint16) {
	dst = dst[:2*len(src)]
	for len(src) >= 4 {
		binary.LittleEndian.PutUint64(dst, uint64(src[0])|uint64(src[1])<<16|uint64(src[2])<<32|uint64(src[3])<<48)
		dst, src = dst[8:], src[4:]
	}
	for i, v := range src {
		binary.LittleEndian.PutUint16(dst[2*i:], v)
	}
}

// exponent16 is the exponent of what is infinite or not a number.
const exponent16 = 0x7c00

// scaled is the value of the lower 16 bits, if they are finite.
func scaled(bits uint32) float32 {
	return math.Float32frombits(bits&0x8000<<16|bits&0x7fff<<13) * 0x1p112
}

// four sets dst to the values of four binary16, the lowest bits first.
func four(dst []float32, bits uint64) {
	const ends = 0x0400040004000400 // of the exponents: a sum carries where all bits are set
	if (bits&(exponent16*0x0001000100010001)+ends)&(ends<<5) != 0 {
		for i := range dst {
			dst[i] = FromFloat16(uint16(bits >> (16 * i)))
		}
		return
	}
	_ = dst[3]
	dst[0] = scaled(uint32(bits))
	dst[1] = scaled(uint32(bits >> 16))
	dst[2] = scaled(uint32(bits >> 32))
	dst[3] = scaled(uint32(bits >> 48))
}
