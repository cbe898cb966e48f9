package nn

import "edged/kernels"

// A dense layer is three matrix products, each over the whole batch.
func (s *denseStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	x, d, t := in[0], s.spec, b.Trainer
	a, made, activate := b.activated(p, d.Activation, out)
	rows := d.Rows * t.options.BatchSize
	weights := kernels.Matrix{Data: s.kernel, Stride: d.Units}
	p.forward = append(p.forward, b.product(rows, d.Units, d.Inputs, s.bias, func() (c, a, b kernels.Matrix, rows, depth int) {
		return kernels.Matrix{Data: made.value, Stride: d.Units}, kernels.Matrix{Data: x.tensor.value, Stride: d.Inputs}, weights, d.Rows * t.n, d.Inputs
	})...)
	if a.Kind != kernels.Linear {
		p.forward = append(p.forward, b.samples(0, func(i int, _ kernels.Buffer) { a.Apply(made.sample(i)) }))
	}
	if activate != nil {
		p.forward = append(p.forward, activate)
	}
	kernel, bias, err := b.layerVariables(p.layer, s.from)
	if err != nil {
		return err
	}
	b.biasGradient(p, bias, made)
	if kernel != nil {
		p.backward = append(p.backward, b.product(d.Units, d.Inputs, rows, nil, func() (c, a, b kernels.Matrix, rows, depth int) {
			return kernels.Matrix{Data: kernel.gradient, Stride: d.Units, Transposed: true},
				kernels.Matrix{Data: made.gradient, Stride: d.Units, Transposed: true},
				kernels.Matrix{Data: x.tensor.value, Stride: d.Inputs}, d.Units, d.Rows * t.n
		})...)
	}
	if x.wanted() {
		tasks := b.product(rows, d.Inputs, d.Units, nil, func() (c, a, b kernels.Matrix, rows, depth int) {
			return kernels.Matrix{Data: x.into, Stride: d.Inputs}, kernels.Matrix{Data: made.gradient, Stride: d.Units},
				kernels.Matrix{Data: s.kernel, Stride: d.Units, Transposed: true}, d.Rows * t.n, d.Units
		})
		p.backward = append(p.backward, tasks[:len(tasks)-1]...)
		p.fill(x, tasks[len(tasks)-1])
	}
	return nil
}

// product are the tasks of a matrix product of at most rows by depth times
// depth by columns, whose operands and true sizes operands tells. bias is added
// to every row.
func (b *trainBuilder) product(rows, columns, depth int, bias []float32, operands func() (c, a, b kernels.Matrix, rows, depth int)) []*task {
	product := b.table.NewProduct(rows, columns, depth)
	t := b.Trainer
	if product.Parts() == 1 {
		return []*task{{trainer: t, units: product.Units(), private: product.Workspace(), run: func(unit int, private kernels.Buffer) {
			c, a, b, rows, depth := operands()
			product.Run(unit, c, a, b, rows, columns, depth, bias, private)
		}}}
	}
	size := product.PartSize()
	parts := make([]float32, product.Parts()*size)
	return []*task{{trainer: t, units: product.Units(), private: product.Workspace(), run: func(unit int, private kernels.Buffer) {
		c, a, b, rows, depth := operands()
		c.Data = parts
		product.Run(unit, c, a, b, rows, columns, depth, nil, private)
	}}, b.once(func() {
		c, _, _, rows, _ := operands()
		n := rows * columns
		total := c.Data[:n]
		copy(total, parts)
		for part := 1; part < product.Parts(); part++ {
			for i, v := range parts[part*size:][:n] {
				total[i] += v
			}
		}
		if bias != nil {
			for i := range total {
				total[i] += bias[i%columns]
			}
		}
	})}
}
