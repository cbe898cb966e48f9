package train

import (
	"context"
	"math"
	"slices"
)

// dual is the fit of a head in the span of the captures' features: whatever the
// number n of features, the new weights are W0 + X'A, and all that is needed of
// the features X [samples][n] is the products of every pair of samples.
//
// It minimizes the class-balanced cross-entropy of softmax(X W + b) plus
// Decay/2 times the square of the weights' distance from W0, with features about
// their mean, by Nesterov's accelerated gradient.
type dual struct {
	products []float32 // [rows][samples]: of each row with each sample
	logits   []float32 // [rows][units]: X W0 + b0
	samples  int       // the first rows
	units    int
	classes  []int  // of the rows
	frozen   []bool // units that keep their weights, as nothing is known of them
	decay    float64
	steps    int
}

// solution is logits + products*weights + bias for any row.
type solution struct {
	weights []float64 // [samples][units]
	bias    []float64 // [units]
}

// solve fits to the samples that train lists. stop, if not nil, is asked now
// and then with the solution so far.
func (d *dual) solve(ctx context.Context, train []int, stop func(step int, s *solution) bool) (*solution, error) {
	n, u := len(train), d.units
	k, mean := d.centred(train)
	scale := 0.0
	for i := range n {
		scale += float64(k[i*n+i]) / float64(n)
	}
	if scale <= 0 {
		scale = 1
	}
	for i := range k {
		k[i] /= float32(scale)
	}
	weight := d.balance(train)
	rate := 1 / (0.5*slices.Max(weight)*largest(k, n) + d.decay)
	a, last, ahead := make([]float32, n*u), make([]float32, n*u), make([]float32, n*u)
	b, lastB, aheadB := make([]float64, u), make([]float64, u), make([]float64, u)
	gradient, logit := make([]float32, n*u), make([]float32, u)
	share := make([]float64, u)
	finish := func() *solution { return d.raw(train, a, b, mean, scale) }
	for step := range d.steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		momentum := float64(step) / float64(step+3)
		for i := range a {
			ahead[i] = a[i] + float32(momentum)*(a[i]-last[i])
		}
		for j := range b {
			aheadB[j] = b[j] + momentum*(b[j]-lastB[j])
		}
		a, last = last, a
		b, lastB = lastB, b
		clear(share)
		parallel(n, func(i int, logit []float32) {
			d.gradient(gradient[i*u:][:u], logit, k[i*n:][:n], ahead, aheadB, train[i], weight[i])
		}, len(logit))
		for i := range n {
			for j, g := range gradient[i*u:][:u] {
				share[j] += float64(g)
				a[i*u+j] = ahead[i*u+j] - float32(rate)*(g+float32(d.decay)*ahead[i*u+j])
			}
		}
		for j := range b {
			b[j] = aheadB[j] - rate*share[j]
		}
		if stop != nil && (step+1)%stepsBetween == 0 && stop(step+1, finish()) {
			break
		}
	}
	return finish(), nil
}

// stepsBetween is how many steps are done between two looks at the captures
// that are held out.
const stepsBetween = 10

// gradient writes weight*(softmax - target) of one sample.
func (d *dual) gradient(dst, logit, k, a []float32, b []float64, row int, weight float64) {
	u := d.units
	for j := range logit {
		logit[j] = d.logits[row*u+j] + float32(b[j])
	}
	for i, v := range k {
		for j, w := range a[i*u:][:u] {
			logit[j] += v * w
		}
	}
	softmax(logit)
	for j, p := range logit {
		if d.frozen[j] {
			dst[j] = 0
			continue
		}
		if j == d.classes[row] {
			p--
		}
		dst[j] = p * float32(weight)
	}
}

// centred are the products of the samples about their mean, and each sample's
// mean product.
func (d *dual) centred(train []int) (k []float32, mean []float64) {
	n := len(train)
	k, mean = make([]float32, n*n), make([]float64, n)
	all := 0.0
	for i, r := range train {
		for j, s := range train {
			k[i*n+j] = d.products[r*d.samples+s]
			mean[i] += float64(k[i*n+j]) / float64(n)
		}
		all += mean[i] / float64(n)
	}
	for i := range n {
		for j := range n {
			k[i*n+j] -= float32(mean[i] + mean[j] - all)
		}
	}
	return k, mean
}

// balance are the samples' weights: each class that is trained has the same.
func (d *dual) balance(train []int) []float64 {
	counts, classes := make([]int, d.units), 0
	for _, r := range train {
		if counts[d.classes[r]]++; counts[d.classes[r]] == 1 {
			classes++
		}
	}
	weight := make([]float64, len(train))
	for i, r := range train {
		weight[i] = 1 / float64(classes*counts[d.classes[r]])
	}
	return weight
}

// raw turns a solution about the mean into one of plain products, with zeros
// for samples that were not trained on.
func (d *dual) raw(train []int, a []float32, b, mean []float64, scale float64) *solution {
	u, n := d.units, len(train)
	s := &solution{make([]float64, d.samples*u), slices.Clone(b)}
	for j := range u {
		average := 0.0
		for i := range n {
			average += float64(a[i*u+j]) / float64(n)
		}
		for i, r := range train {
			w := (float64(a[i*u+j]) - average) / scale
			s.weights[r*u+j] = w
			s.bias[j] -= w * mean[i]
		}
	}
	return s
}

// scores writes a row's probabilities.
func (d *dual) scores(dst []float32, row int, s *solution) {
	u := d.units
	sums := make([]float64, u)
	for j := range sums {
		sums[j] = float64(d.logits[row*u+j]) + s.bias[j]
	}
	for i, v := range d.products[row*d.samples:][:d.samples] {
		for j, w := range s.weights[i*u:][:u] {
			sums[j] += float64(v) * w
		}
	}
	for j, v := range sums {
		dst[j] = float32(v)
	}
	softmax(dst)
}

// largest is an upper estimate of the largest eigenvalue of a symmetric matrix,
// by the power method.
func largest(k []float32, n int) float64 {
	v, w := make([]float64, n), make([]float64, n)
	for i := range v {
		v[i] = 1 + float64(i%7)
	}
	norm := 0.0
	for range 30 {
		norm = 0
		for i := range n {
			w[i] = 0
			for j, x := range k[i*n:][:n] {
				w[i] += float64(x) * v[j]
			}
			norm += w[i] * w[i]
		}
		if norm = math.Sqrt(norm); norm == 0 {
			return 1
		}
		for i := range v {
			v[i] = w[i] / norm
		}
	}
	return norm * 1.1
}

func softmax(v []float32) {
	high, sum := slices.Max(v), 0.0
	for i, x := range v {
		e := math.Exp(float64(x - high))
		v[i] = float32(e)
		sum += e
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / sum)
	}
}

// meanScale divides squared distances, in units of the mean one from a sample to
// its class's mean, and cosineScale multiplies cosines, before softmax.
const (
	meanScale   = 0.1
	cosineScale = 10
)

// means are heads that ask for the nearest class mean, or, with cosine, for the
// mean of normalized features that has the smallest angle (imprinted weights;
// Qi et al., "Low-Shot Learning with Imprinted Weights", 2018), about the mean
// of all. Classes without samples get a bias that nothing exceeds.
func (d *dual) means(train []int, cosine bool) *solution {
	k, mean := d.centred(train)
	n, u := len(train), d.units
	counts := make([]float64, u)
	for _, r := range train {
		counts[d.classes[r]]++
	}
	norm := make([]float64, n)
	typical := 0.0
	for i := range n {
		norm[i] = math.Sqrt(max(float64(k[i*n+i]), 1e-12))
		typical += norm[i] / float64(n)
	}
	a, b := make([]float32, n*u), make([]float64, u)
	for i, r := range train {
		w := 1 / counts[d.classes[r]]
		if cosine {
			w /= norm[i]
		}
		a[i*u+d.classes[r]] = float32(w)
	}
	length := make([]float64, u) // squared, of the means
	for i, r := range train {
		for j, s := range train {
			if d.classes[r] == d.classes[s] {
				c := d.classes[r]
				length[c] += float64(a[i*u+c]) * float64(a[j*u+c]) * float64(k[i*n+j])
			}
		}
	}
	spread := 0.0
	for i, r := range train {
		own := 0.0
		for j := range train {
			own += float64(a[j*u+d.classes[r]]) * float64(k[i*n+j])
		}
		spread += (norm[i]*norm[i] - 2*own + length[d.classes[r]]) / float64(n)
	}
	for j := range u {
		factor := 0.0
		switch {
		case counts[j] == 0:
			b[j] = -1e4
		case cosine:
			factor = cosineScale / (math.Sqrt(max(length[j], 1e-12)) * typical)
		default:
			factor = 1 / (meanScale * max(spread, 1e-12) * 2)
			b[j] = -length[j] * factor / 2
		}
		for i := range n {
			a[i*u+j] *= float32(factor)
		}
	}
	return d.raw(train, a, b, mean, 1)
}
