package train

import (
	"edged/nn"
)

// productBytes bounds the part of the features that is in memory at a time.
const productBytes = 8 << 20

// chunk is how many features of rows pictures are taken at a time.
func chunk(rows, size int) int {
	return min(max(productBytes/4/max(rows, 1)/64*64, 64), size)
}

// rows are the features of some captures, part by part.
type rows struct {
	products *nn.Products
	features *Features
	captures []keyed
	read     int // bytes since the last release
}

// widen writes the features from first on, [captures][width].
func (r *rows) widen(dst []float32, first, width int) {
	for from := 0; from < len(r.captures); from += blockRows {
		block := r.captures[from:min(from+blockRows, len(r.captures))]
		parallel(len(block), func(i int, _ []float32) {
			r.products.Widen(dst[(from+i)*width:][:width], r.features.Get(block[i].key, first, width))
		}, 0)
		// The system maps 64 KB round each place.
		if r.read += len(block) * max(2*width, 1<<16); r.read > 2*productBytes {
			r.features.Release()
			r.read = 0
		}
	}
}

// blockRows is how many captures are read before memory is given back.
const blockRows = 128

// measure computes the products of the captures' features and the old head's
// logits, in one pass over the features.
func (f *HeadFit) measure(head *nn.Head, features *Features, training, heldOut []keyed, units int) *dual {
	all := append(training[:len(training):len(training)], heldOut...)
	n, m, old, size := len(training), len(all), head.Dense.Units, head.Inputs()
	d := &dual{
		products: make([]float32, m*n), logits: make([]float32, m*units), samples: n, units: units,
		frozen: make([]bool, units), decay: headDecay, steps: headSteps,
	}
	for _, k := range all {
		d.classes = append(d.classes, k.Class)
	}
	width := chunk(m, size)
	part, logits := make([]float32, m*width), make([]float32, m*old)
	pairs := newPairs(n, m)
	r := rows{products: f.Products, features: features, captures: all}
	for first := 0; first < size; first += width {
		w := min(width, size-first)
		r.widen(part, first, w)
		pairs.add(f.Products, part, w)
		f.Products.Add(logits, part, head.Dense.Kernel.Value[first*old:], m, w, old)
		f.steps.step()
	}
	features.Release()
	pairs.write(d.products)
	for i := range m {
		for j := range old {
			d.logits[i*units+j] = logits[i*old+j]
			if head.Dense.Bias != nil {
				d.logits[i*units+j] += head.Dense.Bias.Value[j]
			}
		}
	}
	return d
}

// pairRows is how many rows of products are made at a time.
const pairRows = 56

// pairs are the products of pairs of samples, of which each is made once, and
// of the other rows with the samples.
type pairs struct {
	samples, rows int
	blocks        [][]float32 // of pairRows samples with those up to the block's last one
	others        []float32   // [rows-samples][samples]
}

func newPairs(samples, rows int) *pairs {
	p := &pairs{samples: samples, rows: rows, others: make([]float32, (rows-samples)*samples)}
	for first := 0; first < samples; first += pairRows {
		last := min(first+pairRows, samples)
		p.blocks = append(p.blocks, make([]float32, (last-first)*last))
	}
	return p
}

// add adds the products of part, [rows][width].
func (p *pairs) add(products *nn.Products, part []float32, width int) {
	for i, block := range p.blocks {
		first, last := i*pairRows, min((i+1)*pairRows, p.samples)
		products.AddTurned(block, part[first*width:], part, last-first, width, last)
	}
	if p.rows > p.samples {
		products.AddTurned(p.others, part[p.samples*width:], part, p.rows-p.samples, width, p.samples)
	}
}

// write writes all products, [rows][samples].
func (p *pairs) write(dst []float32) {
	for i, block := range p.blocks {
		first, last := i*pairRows, min((i+1)*pairRows, p.samples)
		for row := first; row < last; row++ {
			for column, v := range block[(row-first)*last:][:row+1] {
				dst[row*p.samples+column], dst[column*p.samples+row] = v, v
			}
		}
	}
	copy(dst[p.samples*p.samples:], p.others)
}

// weights are the head's new weights: what is kept of the old ones, and the
// captures' features times the solution.
func (f *HeadFit) weights(head *nn.Head, features *Features, training []keyed, d *dual, c *candidate) (kernel, bias []float32) {
	n, units, old, size := len(training), d.units, head.Dense.Units, head.Inputs()
	kernel, bias = make([]float32, size*units), make([]float32, units)
	for i := range size {
		for j := range old {
			kernel[i*units+j] = float32(c.keep) * head.Dense.Kernel.Value[i*old+j]
		}
	}
	for j := range bias {
		bias[j] = float32(c.solution.bias[j])
		if j < old && head.Dense.Bias != nil {
			bias[j] += float32(c.keep) * head.Dense.Bias.Value[j]
		}
	}
	solution := make([]float32, n*units)
	for i, v := range c.solution.weights {
		solution[i] = float32(v)
	}
	width := chunk(n, size)
	part := make([]float32, n*width)
	r := rows{products: f.Products, features: features, captures: training}
	for first := 0; first < size; first += width {
		w := min(width, size-first)
		r.widen(part, first, w)
		f.Products.AddFromTurned(kernel[first*units:], part, solution, w, n, units)
	}
	return kernel, bias
}
