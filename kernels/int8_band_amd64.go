//go:build !purego

package kernels

import "slices"

// int8Band copies what lies under some pixels of some rows of a convolution's
// output, with the zero point round the picture.
type int8Band struct {
	spec               Conv2DSpec
	fill               func(dst []byte, src []int8)
	border             []byte
	lines, line, pixel int // rows of the picture, and bytes of one and of a pixel
}

func newInt8Band(s *Conv2DSpec, rows, pixels int, zero int8, set *int8Set) int8Band {
	columns := (pixels-1)*s.StrideWidth + (s.KernelWidth-1)*s.DilationWidth + 1
	b := int8Band{
		spec: *s, fill: set.fill, pixel: s.InChannels * set.element,
		lines: (rows-1)*s.StrideHeight + (s.KernelHeight-1)*s.DilationHeight + 1,
	}
	b.line = columns * b.pixel
	b.border = make([]byte, b.line)
	b.fill(b.border, slices.Repeat([]int8{zero}, columns*s.InChannels))
	return b
}

func (b *int8Band) bytes() int { return b.lines * b.line }

// copy copies what lies under the pixels from row y and column x of the output on.
func (b *int8Band) copy(dst []byte, src []int8, y, x int) {
	s := &b.spec
	top, left := y*s.StrideHeight-s.PadTop, x*s.StrideWidth-s.PadLeft
	columns := b.line / b.pixel
	from := min(max(0, -left), columns)
	to := max(from, min(columns, s.InWidth-left))
	for i := range b.lines {
		row := dst[i*b.line:][:b.line]
		if top+i < 0 || top+i >= s.InHeight || from == to {
			copy(row, b.border)
			continue
		}
		copy(row[:from*b.pixel], b.border)
		copy(row[to*b.pixel:], b.border)
		b.fill(row[from*b.pixel:to*b.pixel], src[((top+i)*s.InWidth+left+from)*s.InChannels:][:(to-from)*s.InChannels])
	}
}
