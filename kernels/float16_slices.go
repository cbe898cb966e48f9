package kernels

import "encoding/binary"

// halfKernels turn slices of little-endian float16 to float32 and back on one
// CPU family. Lengths are positive multiples of 8.
type halfKernels struct {
	widen  func(dst []float32, src []byte, high float32)
	narrow func(dst []byte, src []float32, high float32)
}

// checkedHalf checks the lengths for the loops.
func checkedHalf(widen func(dst []float32, src []byte, high float32), narrow func(dst []byte, src []float32, high float32)) *halfKernels {
	return &halfKernels{
		widen:  func(dst []float32, src []byte, high float32) { widen(dst, src[:2*len(dst)], high) },
		narrow: func(dst []byte, src []float32, high float32) { narrow(dst[:2*len(src)], src, high) },
	}
}

const (
	// maxHalf is the largest number in float16.
	maxHalf = 65504
	// noHalf is what float16 that is no number is widened to.
	noHalf = 2 * maxHalf
)

// Widen turns little-endian float16 into float32: 2 len(dst) bytes. What is no
// number becomes a large one.
func (t *Table) Widen(dst []float32, src []byte) {
	src = src[:2*len(dst)]
	whole := 0
	if t.half != nil && len(dst) >= 8 {
		whole = len(dst) &^ 7
		t.half.widen(dst[:whole], src, noHalf)
	}
	for i := whole; i < len(dst); i++ {
		dst[i] = widen(binary.LittleEndian.Uint16(src[2*i:]))
	}
}

// Narrow rounds to little-endian float16, to even where two are as near: 2
// len(src) bytes. What is beyond its range becomes its largest number.
func (t *Table) Narrow(dst []byte, src []float32) {
	dst = dst[:2*len(src)]
	whole := 0
	if t.half != nil && len(src) >= 8 {
		whole = len(src) &^ 7
		t.half.narrow(dst, src[:whole], maxHalf)
	}
	for i := whole; i < len(src); i++ {
		binary.LittleEndian.PutUint16(dst[2*i:], narrow(min(max(src[i], -maxHalf), maxHalf)))
	}
}
