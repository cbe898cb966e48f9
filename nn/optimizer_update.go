package nn

import (
	"math"

	"edged/kernels"
)

// update changes the variables by their gradients. Each kind of optimizer does
// in float32, element by element, what Keras's does, in the same order.
type update struct {
	trainer    *Trainer
	optimizer  Optimizer
	iterations int
	rate       float64
	pieces     []piece
	squares    []float64 // of each piece's gradient
	measure    *task
	change     *task
	scales     []float32 // of each variable's gradient, by clipping
}

// piece is a part of a variable that one worker does at once.
type piece struct{ variable, from, to int }

const pieceSize = 1 << 15

func newUpdate(t *Trainer) update {
	u := update{trainer: t, optimizer: t.options.Optimizer, rate: t.options.Optimizer.LearningRate, scales: make([]float32, len(t.variables))}
	for i, v := range t.variables {
		for from := 0; from < len(v.gradient); from += pieceSize {
			u.pieces = append(u.pieces, piece{i, from, min(from+pieceSize, len(v.gradient))})
		}
		u.scales[i] = 1
	}
	u.squares = make([]float64, len(u.pieces))
	u.measure = &task{trainer: t, units: len(u.pieces), run: func(k int, _ kernels.Buffer) { t.step.regularize(k) }}
	u.change = &task{trainer: t, units: len(u.pieces), run: func(k int, _ kernels.Buffer) { t.step.piece(k) }}
	return u
}

// current is the learning rate of the next step.
func (u *update) current() float64 {
	if s := u.optimizer.Schedule; s != nil {
		return s.Rate(u.iterations)
	}
	return u.rate
}

// apply does one step.
func (u *update) apply() {
	u.trainer.do(u.measure)
	u.clip()
	u.trainer.do(u.change)
	u.iterations++
}

// regularize adds the penalties' gradient to a piece and sums its squares.
func (u *update) regularize(k int) {
	p := u.pieces[k]
	v := u.trainer.variables[p.variable]
	g, w := v.gradient[p.from:p.to], v.weight.Value[p.from:p.to]
	if r := v.regularizer; r.L1 != 0 || r.L2 != 0 {
		l1, l2 := float32(r.L1), float32(2*r.L2)
		for i, x := range w {
			g[i] += l2 * x
			switch {
			case x > 0:
				g[i] += l1
			case x < 0:
				g[i] -= l1
			}
		}
	}
	if u.optimizer.ClipNorm > 0 || u.optimizer.GlobalClipNorm > 0 {
		sum := 0.0
		for _, x := range g {
			sum += float64(x) * float64(x)
		}
		u.squares[k] = sum
	}
}

// clip settles by what each variable's gradient is multiplied.
func (u *update) clip() {
	o := &u.optimizer
	switch {
	case o.GlobalClipNorm > 0:
		sum := 0.0
		for _, s := range u.squares {
			sum += s
		}
		scale := o.GlobalClipNorm / max(math.Sqrt(sum), o.GlobalClipNorm)
		for i := range u.scales {
			u.scales[i] = float32(scale)
		}
	case o.ClipNorm > 0:
		k := 0
		for i := range u.scales {
			sum := 0.0
			for ; k < len(u.pieces) && u.pieces[k].variable == i; k++ {
				sum += u.squares[k]
			}
			u.scales[i] = float32(o.ClipNorm / max(math.Sqrt(sum), o.ClipNorm))
		}
	}
}

// piece clips, decays and changes one piece.
func (u *update) piece(k int) {
	p, o := u.pieces[k], &u.optimizer
	v := u.trainer.variables[p.variable]
	g, w := v.gradient[p.from:p.to], v.weight.Value[p.from:p.to]
	if scale := u.scales[p.variable]; scale != 1 {
		for i := range g {
			g[i] *= scale
		}
	}
	if limit := float32(o.ClipValue); limit > 0 {
		for i, x := range g {
			g[i] = min(max(x, -limit), limit)
		}
	}
	rate := u.current()
	if o.WeightDecay > 0 {
		decay := float32(o.WeightDecay) * float32(rate)
		for i, x := range w {
			w[i] = x - x*decay
		}
	}
	var slots [3][]float32
	for i, s := range v.slots {
		slots[i] = s.Value[p.from:p.to]
	}
	switch o.Name {
	case "SGD":
		o.sgd(w, g, slots[0], float32(rate))
	case "RMSprop":
		o.rmsprop(w, g, slots, float32(rate))
	default:
		step := float64(u.iterations + 1)
		alpha := rate * math.Sqrt(1-math.Pow(o.Beta2, step)) / (1 - math.Pow(o.Beta1, step))
		o.adam(w, g, slots[0], slots[1], slots[2], float32(alpha))
	}
}

func (o *Optimizer) sgd(w, g, momentum []float32, rate float32) {
	if momentum == nil {
		for i, x := range g {
			w[i] -= x * rate
		}
		return
	}
	m := float32(o.Momentum)
	for i, x := range g {
		v := momentum[i]*m - x*rate
		momentum[i] = v
		if o.Nesterov {
			v = v*m - x*rate
		}
		w[i] += v
	}
}

func (o *Optimizer) rmsprop(w, g []float32, slots [3][]float32, rate float32) {
	rho, rest, epsilon := float32(o.Rho), float32(1-o.Rho), float32(o.Epsilon)
	velocity, average, momentum := slots[0], slots[1], slots[2]
	if !o.Centered {
		average, momentum = nil, slots[1]
	}
	for i, x := range g {
		velocity[i] = rho*velocity[i] + rest*x*x
		d := velocity[i] + epsilon
		if average != nil {
			average[i] = rho*average[i] + rest*x
			d -= average[i] * average[i]
		}
		change := rate * x / sqrt32(d)
		if momentum != nil {
			change += momentum[i] * float32(o.Momentum)
			momentum[i] = change
		}
		w[i] -= change
	}
}

func (o *Optimizer) adam(w, g, m, v, vhat []float32, alpha float32) {
	b1, b2, epsilon := float32(1-o.Beta1), float32(1-o.Beta2), float32(o.Epsilon)
	w, m, v = w[:len(g)], m[:len(g)], v[:len(g)]
	for i, x := range g {
		a := m[i] + (x-m[i])*b1
		b := v[i] + (x*x-v[i])*b2
		m[i], v[i] = a, b
		if vhat != nil {
			b = max(vhat[i], b)
			vhat[i] = b
		}
		w[i] -= a * alpha / (sqrt32(b) + epsilon)
	}
}

func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }
