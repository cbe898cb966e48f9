package train

import (
	"encoding/binary"
	"math"
)

// widen turns little-endian float16 into float32.
func widen(dst []float32, src []byte) {
	src = src[:2*len(dst)]
	for len(dst) >= 4 {
		four := binary.LittleEndian.Uint64(src)
		dst[0] = wide(uint32(four))
		dst[1] = wide(uint32(four >> 16))
		dst[2] = wide(uint32(four >> 32))
		dst[3] = wide(uint32(four >> 48))
		dst, src = dst[4:], src[8:]
	}
	for i := range dst {
		dst[i] = wide(uint32(binary.LittleEndian.Uint16(src[2*i:])))
	}
}

// wide is the value of the lower 16 bits; those of what is no number are large.
func wide(bits uint32) float32 {
	return math.Float32frombits(bits&0x8000<<16|bits&0x7fff<<13) * 0x1p112
}

// maxFloat16 is the largest number in float16.
const maxFloat16 = 65504

// narrow rounds to float16, to even where two are as near. What is beyond its
// range becomes its largest number.
func narrow(dst []uint16, src []float32) {
	dst = dst[:len(src)]
	for i, v := range src {
		bits := math.Float32bits(v)
		sign, size := uint16(bits>>16&0x8000), bits&0x7fffffff
		switch {
		case size-0x38800000 < 0x477fe000-0x38800000: // 2^-14 to maxFloat16
			size += 0xfff + size>>13&1
			dst[i] = sign | uint16(size>>13-(127-15)<<10)
		case size > 0x7f800000: // no number
			dst[i] = sign | 0x7e00
		case size >= 0x477fe000: // maxFloat16
			dst[i] = sign | 0x7bff
		default: // the sum has float16's smallest step, 2^-24
			sum := math.Float32frombits(size) + 0.5
			dst[i] = sign | uint16(math.Float32bits(sum)-math.Float32bits(0.5))
		}
	}
}

// littleEndian writes float16 as bytes.
func littleEndian(dst []byte, src []uint16) {
	dst = dst[:2*len(src)]
	for len(src) >= 4 {
		binary.LittleEndian.PutUint64(dst, uint64(src[0])|uint64(src[1])<<16|uint64(src[2])<<32|uint64(src[3])<<48)
		dst, src = dst[8:], src[4:]
	}
	for i, v := range src {
		binary.LittleEndian.PutUint16(dst[2*i:], v)
	}
}
