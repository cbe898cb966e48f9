//go:build !purego

package kernels

import (
	"golang.org/x/sys/cpu"

	"edged/amd64"
)

// columnBlender returns blendColumns for taps in rows of stride bytes. The
// kernel does all but the last few taps, beyond which it would read or write.
func columnBlender(taps []linearTap, stride int) func(dst []uint16, src []byte) {
	var offsets []uint32
	var weights []uint16
	for _, t := range taps[:len(taps)-1] {
		if t.at+8 > stride || !cpu.X86.HasAVX2 {
			break
		}
		offsets = append(offsets, uint32(t.at))
		weights = append(weights, uint16(t.first), uint16(t.second))
	}
	whole := len(offsets)
	return func(dst []uint16, src []byte) {
		_, _ = dst[3*len(taps)-1], src[stride-1]
		if whole > 0 {
			amd64.BlendColumns(dst, src, offsets, weights)
		}
		blendColumns(dst[3*whole:], src, taps[whole:])
	}
}

// blendRows is blendRowsGeneric.
func blendRows(dst []byte, upper, lower []uint16, first, second uint32) {
	upper, lower = upper[:len(dst)], lower[:len(dst)]
	whole := len(dst) &^ 15
	if whole > 0 && cpu.X86.HasAVX2 {
		amd64.BlendRows(dst[:whole], upper, lower, uint16(first), uint16(second))
	} else {
		whole = 0
	}
	blendRowsGeneric(dst[whole:], upper[whole:], lower[whole:], first, second)
}
