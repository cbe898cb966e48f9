package kernels

import (
	"math"

	"github.com/x448/float16"
)

// widen is the value of the bits of a finite float16.
func widen(bits uint16) float32 {
	return math.Float32frombits(uint32(bits&0x8000)<<16|uint32(bits&0x7fff)<<13) * 0x1p112
}

// narrow rounds to the nearest float16, ties to even.
func narrow(v float32) uint16 { return float16.Fromfloat32(v).Bits() }

const (
	// halfSpill is the number of products that are summed in float16 before the
	// sum joins the others in float32.
	halfSpill = 32
	// halfEpsilon is the rounding error of a float16 in those of a float32.
	halfEpsilon = 1 << 13
)
