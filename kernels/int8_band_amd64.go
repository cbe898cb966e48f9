//go:build !purego

package kernels

import "edged/amd64"

// int8Band copies what lies under some pixels of some rows of a convolution's
// output: as unsigned bytes, with the zero point round the picture.
type int8Band struct {
	spec        Conv2DSpec
	border      []byte
	lines, line int // rows of the picture, and bytes of one
}

func newInt8Band(s *Conv2DSpec, rows, pixels int, zero int8) int8Band {
	b := int8Band{
		spec:  *s,
		lines: (rows-1)*s.StrideHeight + (s.KernelHeight-1)*s.DilationHeight + 1,
		line:  ((pixels-1)*s.StrideWidth + (s.KernelWidth-1)*s.DilationWidth + 1) * s.InChannels,
	}
	b.border = make([]byte, b.line)
	for i := range b.border {
		b.border[i] = byte(zero) ^ 0x80
	}
	return b
}

func (b *int8Band) size() int { return b.lines * b.line }

// fill copies what lies under the pixels from row y and column x of the output on.
func (b *int8Band) fill(dst []byte, src []int8, y, x int) {
	s := &b.spec
	top, left := y*s.StrideHeight-s.PadTop, x*s.StrideWidth-s.PadLeft
	columns := b.line / s.InChannels
	from := min(max(0, -left), columns)
	to := max(from, min(columns, s.InWidth-left))
	for i := range b.lines {
		row := dst[i*b.line:][:b.line]
		if top+i < 0 || top+i >= s.InHeight || from == to {
			copy(row, b.border)
			continue
		}
		copy(row[:from*s.InChannels], b.border)
		copy(row[to*s.InChannels:], b.border)
		flip(row[from*s.InChannels:to*s.InChannels], src[((top+i)*s.InWidth+left+from)*s.InChannels:])
	}
}

// flip makes unsigned bytes of signed ones.
func flip(dst []byte, src []int8) { amd64.Int8Flip(dst, src[:len(dst)]) }
