package kernels

// Matrix is a matrix in memory: element (r, c) is Data[r*Stride+c], or
// Data[c*Stride+r] if it is Transposed.
type Matrix struct {
	Data       []float32
	Stride     int
	Transposed bool
}

// Product is the matrix product C = A times B of operands that change with
// every call, as training needs it. Both are packed block by block.
type Product struct {
	gemm                 *gemmKernels[float32]
	rows, columns, depth int // at most
	down, across, deep   int // pieces that units are made of
	tiles, panels, block int // of a piece: panels of rows, panels of columns, depth
	part                 int // elements of one partial result
}

const (
	productTiles  = 8
	productPanels = 8
	productDeep   = 8 // most pieces of the depth, where the result is small
)

// NewProduct prepares products of at most rows by depth times depth by columns.
func (t *Table) NewProduct(rows, columns, depth int) *Product {
	g := t.gemm
	p := &Product{gemm: g, rows: rows, columns: columns, depth: depth, deep: 1}
	p.tiles = min(productTiles, ceilDiv(rows, g.rows))
	p.panels = min(productPanels, ceilDiv(columns, g.columns))
	p.down, p.across = ceilDiv(rows, p.tiles*g.rows), ceilDiv(columns, p.panels*g.columns)
	if p.down*p.across < productDeep {
		p.deep = max(1, min(productDeep/(p.down*p.across), depth/(4*gemmDepth)))
	}
	p.block = roundUp(ceilDiv(depth, p.deep), g.group)
	p.part = roundUp(rows*columns, Alignment/Float32Bytes)
	return p
}

// Name says which kernel multiplies.
func (p *Product) Name() string { return "product/gemm/" + p.gemm.name }

// Units is the number of independent pieces of work.
func (p *Product) Units() int { return p.down * p.across * p.deep }

// Parts is the number of partial results that must be summed: Run stores them
// one after the other, PartSize elements apart.
func (p *Product) Parts() int { return p.deep }

// PartSize is the distance of partial results, in elements.
func (p *Product) PartSize() int { return p.part }

// Workspace is the private memory in bytes that Run needs.
func (p *Product) Workspace() int {
	g := p.gemm
	depth := gemmDepth
	return bytes[float32](p.tiles*g.rows*depth) + bytes[float32](p.panels*g.columns*depth) + bytes[float32](p.tiles*g.rows*p.panels*g.columns)
}

// Run does one unit of the product of the first rows by depth elements of a and
// depth by columns of b. start, if any, is added to every row of a result
// without Parts.
func (p *Product) Run(unit int, c, a, b Matrix, rows, columns, depth int, start []float32, private Buffer) {
	g := p.gemm
	part, unit := unit%p.deep, unit/p.deep
	top, left := unit/p.across*p.tiles*g.rows, unit%p.across*p.panels*g.columns
	if top >= rows || left >= columns {
		return
	}
	high, wide := min(p.tiles*g.rows, rows-top), min(p.panels*g.columns, columns-left)
	tiles, panels := ceilDiv(high, g.rows), ceilDiv(wide, g.columns)
	packedA := take[float32](&private, p.tiles*g.rows*gemmDepth)
	packedB := take[float32](&private, p.panels*g.columns*gemmDepth)
	stride := panels * g.columns
	sums := take[float32](&private, tiles*g.rows*stride)
	var from []float32
	first, last := part*p.block, min((part+1)*p.block, depth)
	if first >= last {
		clear(sums)
	}
	for k := first; k < last; k += gemmDepth {
		n := min(gemmDepth, last-k)
		padded := roundUp(n, g.group)
		for t := range tiles {
			packRows(g, packedA[t*g.rows*padded:][:g.rows*padded], a, top+t*g.rows, min(g.rows, high-t*g.rows), k, n)
		}
		for q := range panels {
			packColumns(g, packedB[q*g.columns*padded:][:g.columns*padded], b, left+q*g.columns, min(g.columns, wide-q*g.columns), k, n)
		}
		g.multiply(sums, stride, packedA, packedB, padded, tiles, panels, from, stride, unbounded)
		from = sums
	}
	dst := c.Data[part*p.part:]
	if start != nil {
		for r := range high {
			for i, v := range start[left : left+wide] {
				sums[r*stride+i] += v
			}
		}
	}
	if c.Transposed {
		for i := range wide {
			column := dst[(left+i)*c.Stride+top:][:high]
			for r := range column {
				column[r] = sums[r*stride+i]
			}
		}
		return
	}
	for r := range high {
		copy(dst[(top+r)*c.Stride+left:][:wide], sums[r*stride:])
	}
}

// packRows packs rows of a for the depth from k to k+n, zeros beyond.
func packRows(g *gemmKernels[float32], dst []float32, a Matrix, row, rows, k, n int) {
	if !a.Transposed && rows == g.rows && n%g.group == 0 {
		g.pack(dst, a.Data[row*a.Stride+k:], a.Stride, n)
		return
	}
	clear(dst)
	group, height := g.group, g.rows
	if a.Transposed {
		for i := range n {
			from := a.Data[(k+i)*a.Stride+row:][:rows]
			if group == 1 {
				copy(dst[i*height:], from)
			} else {
				scatter(dst[i/group*height*group+i%group:], from, group)
			}
		}
		return
	}
	for r := range rows {
		from := a.Data[(row+r)*a.Stride+k:][:n]
		if group == 1 {
			scatter(dst[r:], from, height)
			continue
		}
		for i, v := range from {
			dst[(i/group*height+r)*group+i%group] = v
		}
	}
}

// scatter writes src to elements of dst that are so far apart.
func scatter(dst, src []float32, distance int) {
	at := 0
	for _, v := range src {
		dst[at] = v
		at += distance
	}
}

// packColumns packs columns of b for the depth from k to k+n, zeros beyond.
func packColumns(g *gemmKernels[float32], dst []float32, b Matrix, column, columns, k, n int) {
	if columns < g.columns || n%g.group != 0 {
		clear(dst)
	}
	if !b.Transposed {
		for i := range n {
			copy(dst[i*g.columns:][:columns], b.Data[(k+i)*b.Stride+column:])
		}
		return
	}
	c := 0
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
