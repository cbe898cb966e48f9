package nn

import "edged/kernels"

// Products multiplies matrices with the kernels of dense layers. It serves one
// goroutine.
type Products struct {
	table   *kernels.Table
	workers *kernels.Workers
	sum     kernels.Buffer
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
	return &Products{table: table, workers: kernels.NewWorkers(threads)}, nil
}

// Close ends the goroutines.
func (p *Products) Close() { p.workers.Close() }

// Add adds the product of a, [rows][inner], and b, [inner][columns], to dst,
// [rows][columns].
func (p *Products) Add(dst, a, b []float32, rows, inner, columns int) {
	op := p.table.Dense(&kernels.DenseSpec{Rows: rows, Inputs: inner, Units: columns}, kernels.Weights{Float32: b[:inner*columns]})
	shared, private := op.Workspace()
	if size := rows * columns * kernels.Float32Bytes; len(p.sum) < size {
		p.sum = kernels.NewBuffer(size)
	}
	args := kernels.Args{Dst: p.sum, Src: []kernels.Buffer{kernels.Float32Buffer(a[:rows*inner])}, Shared: kernels.NewBuffer(shared)}
	own := make([]kernels.Buffer, p.workers.Count())
	for i := range own {
		own[i] = kernels.NewBuffer(private)
	}
	p.workers.Do(op, &args, own)
	for i, v := range p.sum.Float32()[:rows*columns] {
		dst[i] += v
	}
}
