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
	sums          *kernels.ChannelSums
	active        bool
	x             *source
	out           *batchTensor
	scale, offset []float32 // y = x*scale + offset
	mean, inverse []float64 // of the batch: the mean and 1/sqrt(variance + epsilon)
	middle        []float32 // the mean
	parts         []float64 // [parts][2][channels]
	dgamma, dbeta []float64
	pull, tilt    []float32 // what the batch's own statistics take from the gradient
	gamma, beta   *variable
}

const normalizationParts = 8

func (s *batchNormalizationStep) train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error {
	n := s.channels
	k := &batchNormalization{
		batchNormalizationStep: s, trainer: b.Trainer, sums: b.table.NewChannelSums(n), active: b.active[p.layer], x: in[0], out: out,
		scale: make([]float32, n), offset: make([]float32, n), mean: make([]float64, n), inverse: make([]float64, n), middle: make([]float32, n),
		parts: make([]float64, normalizationParts*2*n), dgamma: make([]float64, n), dbeta: make([]float64, n), pull: make([]float32, n), tilt: make([]float32, n),
	}
	var err error
	if k.gamma, err = b.variable(p.layer, s.layer.Gamma); err != nil {
		return err
	}
	if k.beta, err = b.variable(p.layer, s.layer.Beta); err != nil {
		return err
	}
	t := b.Trainer
	parts := func(run func(first, last int, sums []float64, private kernels.Buffer)) *task {
		return &task{trainer: t, units: normalizationParts, private: k.sums.Workspace(), run: func(part int, private kernels.Buffer) {
			own := k.parts[part*2*n:][:2*n]
			clear(own)
			run(part*t.n/normalizationParts, (part+1)*t.n/normalizationParts, own, private)
		}}
	}
	p.forward = append(p.forward,
		parts(k.addSums),
		b.once(k.settleMean),
		parts(k.addSquares),
		b.once(k.settle),
		b.samples(0, func(i int, _ kernels.Buffer) {
			k.sums.Normalize(k.out.sample(i), k.x.tensor.sample(i), k.scale, k.offset)
		}))
	p.backward = append(p.backward,
		parts(k.addSlopes),
		b.once(k.settleSlopes))
	if k.x.wanted() {
		p.fill(k.x, b.samples(0, func(i int, _ kernels.Buffer) {
			k.sums.Back(k.x.slope(i), k.x.tensor.sample(i), k.out.slope(i), k.middle, k.scale, k.pull, k.tilt)
		}))
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
		for c, v := range k.parts[(part*2+which)*n:][:n] {
			into[c] += v
		}
	}
}

// count is the number of values of one channel in the batch.
func (k *batchNormalization) count() float64 {
	return float64(k.trainer.n * k.out.size / k.channels)
}

func (k *batchNormalization) addSums(first, last int, sums []float64, private kernels.Buffer) {
	if k.live() {
		k.sums.Sums(sums[:k.channels], k.values(first, last), private)
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
		k.middle[c] = float32(k.mean[c])
	}
}

func (k *batchNormalization) addSquares(first, last int, sums []float64, private kernels.Buffer) {
	if k.live() {
		k.sums.Squares(sums[:k.channels], k.values(first, last), k.middle, private)
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
		k.mean[c], k.middle[c], k.inverse[c] = m, float32(m), 1/math.Sqrt(v+l.Epsilon)
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

func (k *batchNormalization) addSlopes(first, last int, sums []float64, private kernels.Buffer) {
	n := k.channels
	k.sums.Slopes(sums[:n], sums[n:], k.values(first, last), k.out.gradient[first*k.out.size:last*k.out.size], k.middle, private)
}

func (k *batchNormalization) settleSlopes() {
	k.total(0, k.dbeta)
	k.total(1, k.dgamma)
	for c := range k.mean {
		k.dgamma[c] = (k.dgamma[c] + (float64(k.middle[c])-k.mean[c])*k.dbeta[c]) * k.inverse[c]
		if k.beta != nil {
			k.beta.gradient[c] = float32(k.dbeta[c])
		}
		if k.gamma != nil {
			k.gamma.gradient[c] = float32(k.dgamma[c])
		}
		if !k.live() {
			k.pull[c], k.tilt[c] = 0, 0
			continue
		}
		k.pull[c], k.tilt[c] = float32(k.dbeta[c]/k.count()), float32(k.dgamma[c]*k.inverse[c]/k.count())
	}
}
