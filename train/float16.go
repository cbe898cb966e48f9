package train

import (
	"encoding/binary"
	"math"

	"edged/quant"
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
	quant.NarrowFloat16(dst, src)
	for i, v := range dst[:len(src)] {
		switch size := v & 0x7fff; {
		case size == 0x7c00:
			dst[i]-- // the number below infinity
		case size > 0x7c00: // no number
			dst[i] = v&0x8000 | 0x7e00
		}
	}
}
