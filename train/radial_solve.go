package train

import (
	"context"
	"errors"
	"math"
	"slices"

	"edged/nn"
)

// radialHead is what a fit came to: the logits of a row are its nearness to
// columns of the landmarks times kernel, plus bias.
type radialHead struct {
	columns []int     // of near
	kernel  []float32 // [columns][units]
	bias    []float32
}

// radialProblem is a fit to some rows: features in which the decay is that of
// the function (the landmarks' products with each other are the identity), about
// their mean, their mean square 1.
type radialProblem struct {
	rows, columns, units int
	x                    []float32 // [rows][columns]
	back                 []float32 // [columns][columns]: from near to x
	mean                 []float32
	classes              []int
	weight               []float32
	products             *nn.Products
}

// fit fits a head to captures and their copies, by those landmarks that are
// among them. It minimizes the class-balanced cross-entropy plus radialDecay/2
// times the square of the weights by Nesterov's accelerated gradient.
func (r *radial) fit(ctx context.Context, products *nn.Products, captures []int) (*radialHead, error) {
	p, columns, err := r.problem(products, captures)
	if err != nil {
		return nil, err
	}
	u, c := p.units, p.columns
	rate := float32(1 / (0.5*p.largest() + radialDecay))
	a, last, ahead := make([]float32, c*u), make([]float32, c*u), make([]float32, c*u)
	b, lastB, aheadB := make([]float32, u), make([]float32, u), make([]float32, u)
	logits, gradient := make([]float32, p.rows*u), make([]float32, c*u)
	for step := range radialSteps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		momentum := float32(step) / float32(step+3)
		for i := range a {
			ahead[i] = a[i] + momentum*(a[i]-last[i])
		}
		for j := range b {
			aheadB[j] = b[j] + momentum*(b[j]-lastB[j])
		}
		a, last = last, a
		b, lastB = lastB, b
		share := p.slopes(logits, ahead, aheadB)
		clear(gradient)
		p.products.AddFromTurned(gradient, p.x, logits, c, p.rows, u)
		for i, g := range gradient {
			a[i] = ahead[i] - rate*(g+radialDecay*ahead[i])
		}
		for j, g := range share {
			b[j] = aheadB[j] - rate*float32(g)
		}
	}
	h := &radialHead{columns: columns, kernel: make([]float32, c*u), bias: b}
	p.products.Add(h.kernel, p.back, a, c, c, u)
	for i, m := range p.mean {
		for j := range u {
			h.bias[j] -= m * h.kernel[i*u+j]
		}
	}
	return h, nil
}

// slopes writes weight*(softmax - target) of all rows and returns its sums.
func (p *radialProblem) slopes(logits, a, b []float32) []float64 {
	u := p.units
	for i := range p.rows {
		copy(logits[i*u:][:u], b)
	}
	p.products.Add(logits, p.x, a, p.rows, p.columns, u)
	softmaxRows(p.products, logits, u)
	for i, class := range p.classes {
		one, weight := logits[i*u:][:u], p.weight[i]
		one[class]--
		for j := range one {
			one[j] *= weight
		}
	}
	share := make([]float64, u)
	for i, g := range logits {
		share[i%u] += float64(g)
	}
	return share
}

// softmaxRows is softmax of each row of so many elements.
func softmaxRows(p *nn.Products, v []float32, size int) {
	for i := 0; i < len(v); i += size {
		row := v[i:][:size]
		high := slices.Max(row)
		for j := range row {
			row[j] -= high
		}
	}
	p.Exp(v)
	for i := 0; i < len(v); i += size {
		row, sum := v[i:][:size], float32(0)
		for _, e := range row {
			sum += e
		}
		share := 1 / sum
		for j := range row {
			row[j] *= share
		}
	}
}

// problem gathers the rows of captures.
func (r *radial) problem(products *nn.Products, captures []int) (*radialProblem, []int, error) {
	var columns []int
	for j, capture := range r.landmarks {
		if _, ok := slices.BinarySearch(captures, capture); ok {
			columns = append(columns, j)
		}
	}
	p := &radialProblem{columns: len(columns), rows: len(captures) * (1 + r.copies), units: r.units, products: products}
	if p.columns == 0 {
		return nil, nil, errors.New("there is no landmark among the captures")
	}
	near := make([]float32, p.rows*p.columns)
	counts, classes := make([]int, r.units), 0
	for k := range 1 + r.copies {
		for i, capture := range captures {
			row := k*len(captures) + i
			from := r.row(capture, k)
			for to, j := range columns {
				near[row*p.columns+to] = from[j]
			}
			class := r.classes[capture]
			p.classes = append(p.classes, class)
			if counts[class]++; counts[class] == 1 {
				classes++
			}
		}
	}
	for _, class := range p.classes {
		p.weight = append(p.weight, 1/float32(classes*counts[class]))
	}
	own := make([]float64, p.columns*p.columns)
	for i, a := range columns {
		for j, b := range columns {
			own[i*p.columns+j] = float64(r.row(r.landmarks[a], 0)[b])
		}
		own[i*p.columns+i] += radialJitter
	}
	back, err := invertedRoot(own, p.columns)
	if err != nil {
		return nil, nil, err
	}
	p.back = back
	p.standardize(near)
	return p, columns, nil
}

// standardize makes x of near.
func (p *radialProblem) standardize(near []float32) {
	c := p.columns
	p.mean = make([]float32, c)
	sums := make([]float64, c)
	for i, v := range near {
		sums[i%c] += float64(v)
	}
	for j, s := range sums {
		p.mean[j] = float32(s / float64(p.rows))
	}
	for i := range near {
		near[i] -= p.mean[i%c]
	}
	p.x = make([]float32, p.rows*c)
	p.products.Add(p.x, near, p.back, p.rows, c, c)
	scale := float32(1 / math.Sqrt(max(square(p.x)/float64(p.rows), 1e-12)))
	for _, v := range [][]float32{p.x, p.back} {
		for i := range v {
			v[i] *= scale
		}
	}
}

// largest is an upper estimate of the largest eigenvalue of the weighted products
// of x with itself, by the power method.
func (p *radialProblem) largest() float64 {
	v := make([]float32, p.columns)
	for i := range v {
		v[i] = 1 + float32(i%7)
	}
	norm := 1.0
	y := make([]float32, p.rows)
	for range 20 {
		clear(y)
		p.products.Add(y, p.x, v, p.rows, p.columns, 1)
		for i := range y {
			y[i] *= p.weight[i]
		}
		clear(v)
		p.products.AddFromTurned(v, p.x, y, p.columns, p.rows, 1)
		if norm = math.Sqrt(square(v)); norm == 0 {
			return 1
		}
		for i := range v {
			v[i] /= float32(norm)
		}
	}
	return norm * 1.1
}

// invertedRoot returns R, [n][n] upper triangular, with R R' the inverse of a
// symmetric positive definite matrix: the inverse of its Cholesky factor, turned.
func invertedRoot(a []float64, n int) ([]float32, error) {
	for j := range n {
		for i := j; i < n; i++ {
			sum := a[i*n+j]
			for k, v := range a[j*n:][:j] {
				sum -= a[i*n+k] * v
			}
			if i > j {
				a[i*n+j] = sum / a[j*n+j]
				continue
			}
			if !(sum > 0) {
				return nil, errors.New("the captures' features are not numbers that can be compared")
			}
			a[j*n+j] = math.Sqrt(sum)
		}
	}
	out := make([]float32, n*n)
	parallel(n, func(j int, _ []float32) {
		column := make([]float64, n) // of the factor's inverse
		for i := j; i < n; i++ {
			sum := 0.0
			if i == j {
				sum = 1
			}
			for k := j; k < i; k++ {
				sum -= a[i*n+k] * column[k]
			}
			column[i] = sum / a[i*n+i]
			out[j*n+i] = float32(column[i])
		}
	}, 0)
	return out, nil
}

// logits writes a row's.
func (h *radialHead) logits(dst, near []float32) {
	copy(dst, h.bias)
	for i, j := range h.columns {
		for k, w := range h.kernel[i*len(dst):][:len(dst)] {
			dst[k] += near[j] * w
		}
	}
}
