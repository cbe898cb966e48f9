package nn

import (
	"math"

	"edged/kernels"
)

// batchNormalizationStep is BatchNormalization in training: with the batch's own
// statistics where the layer is trainable, and moving ones that follow them; in
// evaluation, and where it is not trainable, with the moving statistics.
type batchNormalizationStep struct {
	unfusible
	layer    *BatchNormalization
	channels int
	rank     int // of the input, the batch not counted
}

func (s *batchNormalizationStep) sources() []*Weight {
	return present(s.layer.Gamma, s.layer.Beta)
}

// batchNormalization is the state of one such layer.
type batchNormalization struct {
	*batchNormalizationStep
	trainer       *Trainer
	active        bool
	x             *source
	out           *batchTensor
	scale, offset []float32 // y = x*scale + offset
	mean, inverse []float64 // of the batch: the mean and 1/sqrt(variance + epsilon)
	sums          []float64 // [parts][2][channels]
	dgamma, dbeta []float64
	gamma, beta   *variable
}

const normalizationParts = 8

func (s *batchNormalizationStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	n := s.channels
	k := &batchNormalization{
		batchNormalizationStep: s, trainer: b.Trainer, active: b.active[p.layer], x: in[0], out: out,
		scale: make([]float32, n), offset: make([]float32, n), mean: make([]float64, n), inverse: make([]float64, n),
		sums: make([]float64, normalizationParts*2*n), dgamma: make([]float64, n), dbeta: make([]float64, n),
	}
	var err error
	if k.gamma, err = b.variable(p.layer, s.layer.Gamma); err != nil {
		return err
	}
	if k.beta, err = b.variable(p.layer, s.layer.Beta); err != nil {
		return err
	}
	t := b.Trainer
	parts := func(run func(part, first, last int, sums []float64)) *task {
		return &task{trainer: t, units: normalizationParts, run: func(part int, _ kernels.Buffer) {
			own := k.sums[part*2*n:][:2*n]
			clear(own)
			run(part, part*t.n/normalizationParts, (part+1)*t.n/normalizationParts, own)
		}}
	}
	p.forward = append(p.forward,
		parts(func(_, first, last int, sums []float64) { k.addSums(first, last, sums) }),
		b.once(k.settleMean),
		parts(func(_, first, last int, sums []float64) { k.addSquares(first, last, sums) }),
		b.once(k.settle),
		b.samples(0, func(i int, _ kernels.Buffer) { k.apply(i) }))
	p.backward = append(p.backward,
		parts(func(_, first, last int, sums []float64) { k.addSlopes(first, last, sums) }),
		b.once(k.settleSlopes))
	if k.x.wanted() {
		p.fill(k.x, b.samples(0, func(i int, _ kernels.Buffer) { k.back(i) }))
	}
	return nil
}

// live tells whether the batch's own statistics are used.
func (k *batchNormalization) live() bool { return k.active && k.trainer.training }

// total sums the parts of one of the two sums.
func (k *batchNormalization) total(which int, into []float64) {
	n := k.channels
	clear(into)
	for part := range normalizationParts {
		for c, v := range k.sums[(part*2+which)*n:][:n] {
			into[c] += v
		}
	}
}

// count is the number of values of one channel in the batch.
func (k *batchNormalization) count() float64 {
	return float64(k.trainer.n * k.out.size / k.channels)
}

func (k *batchNormalization) addSums(first, last int, sums []float64) {
	if !k.live() {
		return
	}
	for x := k.values(first, last); len(x) > 0; x = x[k.channels:] {
		for c, v := range x[:k.channels] {
			sums[c] += float64(v)
		}
	}
}

func (k *batchNormalization) values(first, last int) []float32 {
	return k.x.tensor.value[first*k.out.size : last*k.out.size]
}

func (k *batchNormalization) settleMean() {
	if !k.live() {
		return
	}
	k.total(0, k.mean)
	for c := range k.mean {
		k.mean[c] /= k.count()
	}
}

func (k *batchNormalization) addSquares(first, last int, sums []float64) {
	if !k.live() {
		return
	}
	for x := k.values(first, last); len(x) > 0; x = x[k.channels:] {
		for c, v := range x[:k.channels] {
			d := float64(v) - k.mean[c]
			sums[c] += d * d
		}
	}
}

// settle settles scale and offset and lets the moving statistics follow: the
// variance with Bessel's correction where the input is a picture, as
// TensorFlow's fused kernel has it.
func (k *batchNormalization) settle() {
	l := k.layer
	mean, variance := l.MovingMean.Value, l.MovingVariance.Value
	live := k.live()
	if live {
		k.total(0, k.inverse)
	}
	for c := range k.mean {
		m, v := float64(mean[c]), float64(variance[c])
		if live {
			m, v = k.mean[c], k.inverse[c]/k.count()
			moved := v
			if k.picture() {
				moved *= k.count() / max(k.count()-1, 1)
			}
			step := float32(1 - l.Momentum)
			mean[c] -= (mean[c] - float32(m)) * step
			variance[c] -= (variance[c] - float32(moved)) * step
		}
		k.mean[c], k.inverse[c] = m, 1/math.Sqrt(v+l.Epsilon)
		scale, offset := k.inverse[c], 0.0
		if l.Gamma != nil {
			scale *= float64(l.Gamma.Value[c])
		}
		if l.Beta != nil {
			offset = float64(l.Beta.Value[c])
		}
		k.scale[c], k.offset[c] = float32(scale), float32(offset-m*scale)
	}
}

// picture tells whether Keras takes TensorFlow's fused kernel: for inputs of
// rank four, the batch among the axes.
func (k *batchNormalization) picture() bool { return k.rank == 3 }

func (k *batchNormalization) apply(i int) {
	n := k.channels
	y := k.out.sample(i)
	for x := k.x.tensor.sample(i); len(x) > 0; x, y = x[n:], y[n:] {
		scale, offset, to := k.scale[:n], k.offset[:n], y[:n]
		for c, v := range x[:n] {
			to[c] = v*scale[c] + offset[c]
		}
	}
}

func (k *batchNormalization) addSlopes(first, last int, sums []float64) {
	n := k.channels
	dbeta, dgamma := sums[:n], sums[n:]
	dy := k.out.gradient[first*k.out.size : last*k.out.size]
	for x := k.values(first, last); len(x) > 0; x, dy = x[n:], dy[n:] {
		for c, v := range x[:n] {
			g := float64(dy[c])
			dbeta[c] += g
			dgamma[c] += g * (float64(v) - k.mean[c]) * k.inverse[c]
		}
	}
}

func (k *batchNormalization) settleSlopes() {
	k.total(0, k.dbeta)
	k.total(1, k.dgamma)
	for c := range k.mean {
		if k.beta != nil {
			k.beta.gradient[c] = float32(k.dbeta[c])
		}
		if k.gamma != nil {
			k.gamma.gradient[c] = float32(k.dgamma[c])
		}
		if !k.live() {
			k.dbeta[c], k.dgamma[c] = 0, 0
			continue
		}
		k.dbeta[c] /= k.count()
		k.dgamma[c] *= k.inverse[c] / k.count()
	}
}

// back stores the gradient of the input: of the batch's own statistics too,
// where they are used.
func (k *batchNormalization) back(i int) {
	n := k.channels
	dx, dy := k.x.slope(i), k.out.slope(i)
	for x := k.x.tensor.sample(i); len(x) > 0; x, dx, dy = x[n:], dx[n:], dy[n:] {
		to, from := dx[:n], dy[:n]
		for c, v := range x[:n] {
			to[c] = k.scale[c] * float32(float64(from[c])-k.dbeta[c]-(float64(v)-k.mean[c])*k.dgamma[c])
		}
	}
}
