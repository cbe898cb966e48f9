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
	packer
	rows, columns, depth int // at most
	down, across, deep   int // pieces that units are made of
	tiles, panels, block int // of a piece: panels of rows, panels of columns, depth
	part                 int // elements of one partial result
}

const (
	productTiles  = 8 // twice as many where there is one panel, which each unit packs
	productPanels = 8
	productDeep   = 8 // most pieces of the depth, where the result is small
)

// NewProduct prepares products of at most rows by depth times depth by columns.
func (t *Table) NewProduct(rows, columns, depth int) *Product {
	g := t.gemm
	p := &Product{packer: packer{gemm: g}, rows: rows, columns: columns, depth: depth, deep: 1}
	if t.gradient != nil {
		p.turn = t.gradient.transpose
	}
	p.panels = min(productPanels, ceilDiv(columns, g.columns))
	p.tiles = min(max(productTiles, 2*productTiles/p.panels), ceilDiv(rows, g.rows))
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
	return bytes[float32](p.tiles*g.rows*depth+turnedRoom) + bytes[float32](p.panels*g.columns*depth) + bytes[float32](p.tiles*g.rows*p.panels*g.columns)
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
	packedA := take[float32](&private, p.tiles*g.rows*gemmDepth+turnedRoom)
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
			p.packRows(packedA[t*g.rows*padded:], a, top+t*g.rows, min(g.rows, high-t*g.rows), k, n)
		}
		for q := range panels {
			p.packColumns(packedB[q*g.columns*padded:][:g.columns*padded], b, left+q*g.columns, min(g.columns, wide-q*g.columns), k, n)
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
