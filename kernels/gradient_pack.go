package kernels

// packer packs the operands of products for one of the tiles.
type packer struct {
	gemm *gemmKernels[float32]
	turn transpose8 // nil: plain Go
}

// packRows packs rows of a for the depth from k to k+n, zeros beyond. What of
// dst is beyond the panel may be overwritten.
func (p *packer) packRows(dst []float32, a Matrix, row, rows, k, n int) {
	group, height := p.gemm.group, p.gemm.rows
	padded, packed := roundUp(n, group), 0
	switch {
	case a.Transposed:
		packed = p.turnRows(dst, a, row, k, n)
	case rows == height && n >= group:
		packed = n / group * group
		p.gemm.pack(dst, a.Data[row*a.Stride+k:], a.Stride, packed)
	}
	if packed == n {
		return
	}
	clear(dst[packed*height : padded*height])
	if a.Transposed {
		for i := packed; i < n; i++ {
			scatter(dst[i/group*height*group+i%group:], a.Data[(k+i)*a.Stride+row:][:rows], group)
		}
		return
	}
	for r := range rows {
		from := a.Data[(row+r)*a.Stride+k:][:n]
		for i := packed; i < n; i += group {
			copy(dst[(i/group*height+r)*group:][:group], from[i:])
		}
	}
}

// turnRows packs eight of the depth at a time where a is transposed, and returns
// how many. Of a panel that is not full, the rows beyond are what comes next in
// a; no result is made of them.
func (p *packer) turnRows(dst []float32, a Matrix, row, k, n int) int {
	if p.turn == nil || p.gemm.group != 8 {
		return 0
	}
	i, blocks := 0, ceilDiv(p.gemm.rows, 8)
	for ; i+8 <= n && (k+i+7)*a.Stride+row+8*blocks <= len(a.Data); i += 8 {
		p.turn(dst[i*p.gemm.rows:], 8, a.Data[(k+i)*a.Stride+row:], a.Stride, blocks)
	}
	return i
}

// scatter writes src to elements of dst that are so far apart.
func scatter(dst, src []float32, distance int) {
	at := 0
	for _, v := range src {
		dst[at] = v
		at += distance
	}
}

// packColumns packs columns of b for the depth from k to k+n, zeros beyond. Of a
// panel that is not full, no result is made of the columns beyond.
func (p *packer) packColumns(dst []float32, b Matrix, column, columns, k, n int) {
	g := p.gemm
	clear(dst[n*g.columns:])
	if !b.Transposed {
		for i := p.copyColumns(dst, b, column, k, n); i < n; i++ {
			copy(dst[i*g.columns:][:columns], b.Data[(k+i)*b.Stride+column:])
		}
		return
	}
	c := p.turnColumns(dst, b, column, columns, k, n)
	for ; c+4 <= columns; c += 4 {
		from := b.Data[(column+c)*b.Stride+k:]
		v0, v1, v2, v3 := from[:n], from[b.Stride:][:n], from[2*b.Stride:][:n], from[3*b.Stride:][:n]
		for i := range v0 {
			four := dst[i*g.columns+c:][:4:4]
			four[0], four[1], four[2], four[3] = v0[i], v1[i], v2[i], v3[i]
		}
	}
	for ; c < columns; c++ {
		scatter(dst[c:], b.Data[(column+c)*b.Stride+k:][:n], g.columns)
	}
}

// copyColumns packs whole panels, eight elements at a time, as far as b goes, and
// returns how much of the depth.
func (p *packer) copyColumns(dst []float32, b Matrix, column, k, n int) int {
	const line = 8
	wide := p.gemm.columns
	if wide%line != 0 {
		return 0
	}
	i := 0
	for at := k*b.Stride + column; i < n && at+wide <= len(b.Data); at += b.Stride {
		from, to := b.Data[at:][:wide], dst[i*wide:][:wide]
		for c := 0; c+line <= wide; c += line {
			// An assignment of the whole would be a call.
			s, d := from[c:c+line:c+line], to[c:c+line:c+line]
			d[0], d[1], d[2], d[3] = s[0], s[1], s[2], s[3]
			d[4], d[5], d[6], d[7] = s[4], s[5], s[6], s[7]
		}
		i++
	}
	return i
}

// turnColumns packs eight columns at a time where b is transposed, and returns
// how many.
func (p *packer) turnColumns(dst []float32, b Matrix, column, columns, k, n int) int {
	if p.turn == nil || n < 8 {
		return 0
	}
	c, turned := 0, n/8*8
	for ; c+8 <= columns; c += 8 {
		from := b.Data[(column+c)*b.Stride+k:]
		p.turn(dst[c:], p.gemm.columns, from, b.Stride, turned/8)
		for i := turned; i < n; i++ {
			for j := range 8 {
				dst[i*p.gemm.columns+c+j] = from[j*b.Stride+i]
			}
		}
	}
	return c
}
