package nn

import (
	"fmt"
	"math"

	"edged/kernels"
)

// activateStep is an activation by itself.
type activateStep struct{ spec kernels.ActivateSpec }

func (s *activateStep) prepare(t *kernels.Table, _ Precision) (kernels.Op, error) {
	return t.Activate(&s.spec), nil
}

func (s *activateStep) flops() int { return s.spec.Size }

func (l *ActivationLayer) lower(g *graph, in []tensor, _ Shape) (tensor, error) {
	return g.activate(l.Function(), in[0]), nil
}

func (l *ReLU) lower(g *graph, in []tensor, _ Shape) (tensor, error) {
	return g.activate(l.Function(), in[0]), nil
}

func (l *ELU) lower(g *graph, in []tensor, _ Shape) (tensor, error) {
	return g.activate(l.Function(), in[0]), nil
}

func (l *LeakyReLU) lower(g *graph, in []tensor, _ Shape) (tensor, error) {
	return g.activate(l.Function(), in[0]), nil
}

// softmaxStep is softmax along one axis.
type softmaxStep struct{ spec kernels.SoftmaxSpec }

func (s *softmaxStep) prepare(t *kernels.Table, _ Precision) (kernels.Op, error) {
	return t.Softmax(&s.spec), nil
}

func (s *softmaxStep) flops() int { return 4 * s.spec.Outer * s.spec.Size * s.spec.Inner }

func (l *Softmax) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	axis, err := sampleAxis(l.Axis, len(out))
	if err != nil {
		return tensor{}, err
	}
	spec := kernels.SoftmaxSpec{Outer: out[:axis].Size(), Size: out[axis], Inner: out[axis+1:].Size()}
	return g.add(&softmaxStep{spec}, out, in[0]), nil
}

// affineStep scales and offsets every channel.
type affineStep struct{ spec kernels.AffineSpec }

func (s *affineStep) prepare(t *kernels.Table, _ Precision) (kernels.Op, error) {
	return t.Affine(&s.spec), nil
}

func (s *affineStep) flops() int { return 2 * s.spec.Rows * s.spec.Channels }

// affiner is a layer that scales and offsets.
type affiner interface {
	// Affine returns scale and offset, each one for every channel or one for all.
	Affine() (scale, offset []float64)
}

// affine adds x*scale + offset as a layer says.
func (g *graph) affine(in tensor, l affiner) (tensor, error) {
	scale, offset := l.Affine()
	n := period(in.shape, len(scale) > 1 || len(offset) > 1)
	spec := kernels.AffineSpec{Rows: in.shape.Size() / n, Channels: n, Scale: make([]float32, n), Offset: make([]float32, n)}
	for c := range n {
		spec.Scale[c], spec.Offset[c] = float32(scale[c%len(scale)]), float32(offset[c%len(offset)])
		for _, v := range []float32{spec.Scale[c], spec.Offset[c]} {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return tensor{}, fmt.Errorf("its scale %g and offset %g of channel %d are no finite numbers", spec.Scale[c], spec.Offset[c], c)
			}
		}
	}
	return g.add(&affineStep{spec}, in.shape, in), nil
}

func (l *BatchNormalization) lower(g *graph, in []tensor, _ Shape) (tensor, error) {
	if g.training {
		return g.add(&batchNormalizationStep{layer: l, channels: channels(in[0].shape), rank: len(in[0].shape)}, in[0].shape, in[0]), nil
	}
	return g.affine(in[0], l)
}

func (l *Rescaling) lower(g *graph, in []tensor, _ Shape) (tensor, error) { return g.affine(in[0], l) }

func (l *Normalization) lower(g *graph, in []tensor, _ Shape) (tensor, error) {
	return g.affine(in[0], l)
}

// period is the number of channels of an affine step: the shape's or, where all
// are treated alike and there are many, a divisor of them.
func period(s Shape, differ bool) int {
	const many = 4096
	n := channels(s)
	if differ || n <= many {
		return n
	}
	for d := many; ; d-- {
		if n%d == 0 {
			return d
		}
	}
}

// preluStep is a rectifier with learned slopes.
type preluStep struct{ spec kernels.PReLUSpec }

func (s *preluStep) prepare(t *kernels.Table, _ Precision) (kernels.Op, error) {
	return t.PReLU(&s.spec), nil
}

func (s *preluStep) flops() int { return s.spec.Rows * s.spec.Size }

func (l *PReLU) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	// Leading axes that are shared need no copy of the slopes.
	from, to := l.Alpha.Shape, out
	for len(from) > 0 && from[0] == 1 {
		from, to = from[1:], to[1:]
	}
	if g.training {
		return g.add(&preluTraining{layer: l, from: from, to: to}, out, in[0]), nil
	}
	spec := kernels.PReLUSpec{Rows: out.Size() / to.Size(), Size: to.Size(), Alpha: expand(values(l.Alpha), from, to)}
	return g.add(&preluStep{spec}, out, in[0]), nil
}

// expand repeats values of shape from along its dimensions of 1 to fill to.
func expand(v []float32, from, to Shape) []float32 {
	if from.Equal(to) {
		return v
	}
	out := make([]float32, to.Size())
	for i := range out {
		at, stride, rest := 0, 1, i
		for axis := len(to) - 1; axis >= 0; axis-- {
			if from[axis] != 1 {
				at += rest % to[axis] * stride
			}
			stride *= from[axis]
			rest /= to[axis]
		}
		out[i] = v[at]
	}
	return out
}
