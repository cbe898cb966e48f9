package train

import (
	"encoding/binary"
	"math"

	"github.com/x448/float16"
)

// widen turns little-endian float16 into float32.
func widen(dst []float32, src []byte) {
	src = src[:2*len(dst)]
	for i := range dst {
		bits := uint32(binary.LittleEndian.Uint16(src[2*i:]))
		dst[i] = math.Float32frombits(bits&0x8000<<16|bits&0x7fff<<13) * 0x1p112
	}
}

// maxFloat16 is the largest number in float16.
const maxFloat16 = 65504

// narrow rounds to float16. What is beyond its range becomes its largest number.
func narrow(dst []uint16, src []float32) {
	for i, v := range src {
		dst[i] = float16.Fromfloat32(min(max(v, -maxFloat16), maxFloat16)).Bits()
	}
}
