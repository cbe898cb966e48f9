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
	r := rows{products: f.Products, features: features, captures: all}
	for first := 0; first < size; first += width {
		w := min(width, size-first)
		r.widen(part, first, w)
		f.Products.AddTurned(d.products, part, part, m, w, n)
		f.Products.Add(logits, part, head.Dense.Kernel.Value[first*old:], m, w, old)
		f.steps.step()
	}
	features.Release()
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
