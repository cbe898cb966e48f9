package kernels

// nearest takes, for each pixel, the source pixel at the scaled position
// rounded down.
type nearest struct {
	columns []int // byte offsets in a source row
	rows    []int // byte offsets of source rows
}

func newNearest(srcWidth, srcHeight, dstWidth, dstHeight int) *nearest {
	return &nearest{
		columns: nearestOffsets(srcWidth, dstWidth, 3),
		rows:    nearestOffsets(srcHeight, dstHeight, srcWidth*3),
	}
}

func nearestOffsets(src, dst, stride int) []int {
	offsets := make([]int, dst)
	scale := 1 / (float64(dst) / float64(src))
	for i := range offsets {
		offsets[i] = min(int(float64(i)*scale), src-1) * stride
	}
	return offsets
}

func (n *nearest) resize(dst, src []byte) {
	for _, row := range n.rows {
		from := src[row:]
		for x, at := range n.columns {
			p, q := dst[x*3:x*3+3:x*3+3], from[at:at+3:at+3]
			p[0], p[1], p[2] = q[0], q[1], q[2]
		}
		dst = dst[len(n.columns)*3:]
	}
}
