package nn

import (
	"slices"

	"edged/kernels"
)

// Products multiplies matrices with the kernels of training, and turns float16
// for them. It serves one goroutine.
type Products struct {
	table   *kernels.Table
	workers *kernels.Workers
	sums    []float32
	private []kernels.Buffer
}

// NewProducts returns a Products on the kernels; nil stands for the best of
// this CPU. threads is how many cores share a product, 0 all. Close ends it.
func NewProducts(table *kernels.Table, threads int) (*Products, error) {
	if table == nil {
		var err error
		if table, err = kernels.Select(""); err != nil {
			return nil, err
		}
	}
	workers := kernels.NewWorkers(threads)
	return &Products{table: table, workers: workers, private: make([]kernels.Buffer, workers.Count())}, nil
}

// Alone returns a Products on the same kernels that keeps to its caller's
// goroutine.
func (p *Products) Alone() *Products {
	return &Products{table: p.table, workers: kernels.NewWorkers(1), private: make([]kernels.Buffer, 1)}
}

// Close ends the goroutines.
func (p *Products) Close() { p.workers.Close() }

// Add adds the product of a, [rows][inner], and b, [inner][columns], to dst,
// [rows][columns].
func (p *Products) Add(dst, a, b []float32, rows, inner, columns int) {
	p.add(dst, kernels.Matrix{Data: a, Stride: inner}, kernels.Matrix{Data: b, Stride: columns}, rows, inner, columns)
}

// AddTurned adds the product of a, [rows][inner], and of the transpose of b,
// [columns][inner], to dst, [rows][columns].
func (p *Products) AddTurned(dst, a, b []float32, rows, inner, columns int) {
	p.add(dst, kernels.Matrix{Data: a, Stride: inner}, kernels.Matrix{Data: b, Stride: inner, Transposed: true}, rows, inner, columns)
}

// AddFromTurned adds the product of the transpose of a, [inner][rows], and of b,
// [inner][columns], to dst, [rows][columns].
func (p *Products) AddFromTurned(dst, a, b []float32, rows, inner, columns int) {
	p.add(dst, kernels.Matrix{Data: a, Stride: rows, Transposed: true}, kernels.Matrix{Data: b, Stride: columns}, rows, inner, columns)
}

func (p *Products) add(dst []float32, a, b kernels.Matrix, rows, inner, columns int) {
	product := &productOp{Product: p.table.NewProduct(rows, columns, inner), a: a, b: b, rows: rows, inner: inner, columns: columns}
	p.sums = slices.Grow(p.sums[:0], product.Parts()*product.PartSize())[:product.Parts()*product.PartSize()]
	product.c = kernels.Matrix{Data: p.sums, Stride: columns}
	for i, private := range p.private {
		if need := product.Product.Workspace(); len(private) < need {
			p.private[i] = kernels.NewBuffer(need)
		}
	}
	p.workers.Do(product, nil, p.private)
	for part := range product.Parts() {
		for i, v := range p.sums[part*product.PartSize():][:rows*columns] {
			dst[i] += v
		}
	}
}

// Widen turns little-endian float16 into float32: 2 len(dst) bytes. It is safe
// for use by several goroutines, as Narrow is.
func (p *Products) Widen(dst []float32, src []byte) { p.table.Widen(dst, src) }

// Narrow rounds to little-endian float16, to even where two are as near: 2
// len(src) bytes. What is beyond its range becomes its largest number.
func (p *Products) Narrow(dst []byte, src []float32) { p.table.Narrow(dst, src) }

// Blend sets dst to the sum of four slices of its length times their weights. It
// is safe for use by several goroutines.
func (p *Products) Blend(dst []float32, from [4][]float32, weights [4]float32) {
	p.table.Blend(dst, from, weights)
}

// Exp replaces every element of v by e to the power of it. It is safe for use by
// several goroutines.
func (p *Products) Exp(v []float32) {
	op := p.table.Activate(&kernels.ActivateSpec{Size: len(v), Activation: kernels.Activation{Kind: kernels.Exponential}})
	buffer := kernels.Float32Buffer(v)
	op.Run(&kernels.Args{Dst: buffer, Src: []kernels.Buffer{buffer}}, 0, op.Units(), nil)
}

// productOp runs the units of one product.
type productOp struct {
	*kernels.Product
	kernels.Unshared
	a, b, c              kernels.Matrix
	rows, inner, columns int
}

// Workspace is the private one.
func (p *productOp) Workspace() (shared, private int) { return 0, p.Product.Workspace() }

// Run does the units.
func (p *productOp) Run(_ *kernels.Args, first, last int, private kernels.Buffer) {
	for unit := first; unit < last; unit++ {
		p.Product.Run(unit, p.c, p.a, p.b, p.rows, p.columns, p.inner, nil, private)
	}
}
