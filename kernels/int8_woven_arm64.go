//go:build !purego

package kernels

import "edged/arm64"

const (
	int8Woven         = 3 // rows that are interleaved
	int8WovenChannels = 4 // at most, so that a run's rounding up costs more than interleaving
)

// line is the length of a line of interleaved rows for some tiles.
func (op *int8Conv2D) line(tiles int) int {
	return ((tiles-1)*op.step + op.window) * op.spec.InChannels * int8Woven
}

// weave interleaves the rows under each row of a convolution, from column left
// on: one line of them, or two if pooling follows.
func (op *int8Conv2D) weave(dst, src []int8, top, left, tiles int) {
	s := &op.spec
	size := op.line(tiles)
	lines := 1
	if op.pooled {
		lines = 2
	}
	columns := size / (s.InChannels * int8Woven)
	from := min(max(0, -left), columns)
	to := max(from, min(columns, s.InWidth-left))
	for i := range lines {
		line := dst[i*size:][:size]
		for j := range line[:from*s.InChannels*int8Woven] {
			line[j] = op.zeros[0]
		}
		tail := line[to*s.InChannels*int8Woven:]
		for j := range tail {
			tail[j] = op.zeros[0]
		}
		var rows [int8Woven][]int8
		for j := range rows {
			rows[j] = op.zeros[:(to-from)*s.InChannels]
			if y := top + i*s.StrideHeight + j; y >= 0 && y < s.InHeight {
				rows[j] = src[(y*s.InWidth+left+from)*s.InChannels:][:(to-from)*s.InChannels]
			}
		}
		interleave(line[from*s.InChannels*int8Woven:], rows[0], rows[1], rows[2])
	}
}

// interleave takes one element of each row after the other.
func interleave(dst, a, b, c []int8) {
	n := len(a) &^ 15
	if n > 0 {
		_ = dst[3*n-1]
		arm64.Int8Interleave(dst, a[:n], b[:n], c[:n])
	}
	for i := n; i < len(a); i++ {
		dst[3*i], dst[3*i+1], dst[3*i+2] = a[i], b[i], c[i]
	}
}
