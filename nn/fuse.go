package nn

import (
	"slices"

	"edged/kernels"
)

// fuse merges steps with their neighbours where the result stays the same.
// Tensors that are kept must still exist afterwards.
func (g *graph) fuse(p Precision, kept []int) {
	uses := make([]int, len(g.shapes))
	for _, id := range kept {
		uses[id]++
	}
	for _, s := range g.steps {
		for _, id := range s.inputs {
			uses[id]++
		}
	}
	producer := map[int]*step{}
	var steps []*step
	for _, s := range g.steps {
		// before is the step that makes a step's only input, for it alone.
		before := func(s *step) *step {
			if len(s.inputs) != 1 || uses[s.inputs[0]] != 1 {
				return nil
			}
			return producer[s.inputs[0]]
		}
		b := before(s)
		for b != nil && !follow(b.work, s.work) {
			if !precede(b.work, s.work, p, producer[b.inputs[0]]) {
				b = nil
				break
			}
			s.inputs = b.inputs
			s.layers = append(slices.Clone(b.layers), s.layers...)
			steps = slices.DeleteFunc(steps, func(o *step) bool { return o == b })
			b = before(s)
		}
		if b != nil {
			b.output = s.output
			b.layers = append(b.layers, s.layers...)
			producer[s.output] = b
			continue
		}
		steps = append(steps, s)
		producer[s.output] = s
	}
	g.steps = steps
}

// activationOf is where work keeps its activation, or nil if it has none.
func activationOf(w work) *kernels.Activation {
	switch w := w.(type) {
	case *conv2DStep:
		return &w.spec.Activation
	case *depthwiseStep:
		return &w.spec.Activation
	case *denseStep:
		return &w.spec.Activation
	case *affineStep:
		return &w.spec.Activation
	case *combineStep:
		return &w.spec.Activation
	}
	return nil
}

// follow changes first so that it does what second did with its result.
func follow(first, second work) bool {
	switch second := second.(type) {
	case *activateStep:
		return followActivation(first, second.spec.Activation)
	case *affineStep:
		return followAffine(first, &second.spec)
	case *poolStep:
		return followPool(first, &second.spec)
	}
	return false
}

func followActivation(first work, a kernels.Activation) bool {
	has := activationOf(first)
	if has == nil || has.Kind != kernels.Linear {
		return false
	}
	if c, ok := first.(*conv2DStep); ok && c.spec.Pool != (kernels.Window{}) && !a.Monotone() {
		return false
	}
	*has = a
	return true
}

func followAffine(first work, a *kernels.AffineSpec) bool {
	if has := activationOf(first); has == nil || has.Kind != kernels.Linear {
		return false
	}
	switch first := first.(type) {
	case *conv2DStep:
		if first.spec.Filters != a.Channels || first.spec.Pool != (kernels.Window{}) {
			return false
		}
		first.scaleOutputs(a.Scale, a.Offset)
		first.spec.Activation = a.Activation
	case *depthwiseStep:
		if first.spec.Channels*first.spec.Multiplier != a.Channels {
			return false
		}
		first.scaleOutputs(a.Scale, a.Offset)
		first.spec.Activation = a.Activation
	case *denseStep:
		if first.spec.Units != a.Channels {
			return false
		}
		first.scaleOutputs(a.Scale, a.Offset)
		first.spec.Activation = a.Activation
	case *affineStep:
		if first.spec.Channels != a.Channels {
			return false
		}
		for c, scale := range a.Scale {
			first.spec.Offset[c] = float32(float64(first.spec.Offset[c])*float64(scale) + float64(a.Offset[c]))
			first.spec.Scale[c] *= scale
		}
		first.spec.Activation = a.Activation
	default:
		return false
	}
	return true
}

// maxFusedPool is the largest side of a pooling window that a convolution takes
// over: it keeps that many rows of its output.
const maxFusedPool = 4

func followPool(first work, p *kernels.PoolSpec) bool {
	c, ok := first.(*conv2DStep)
	if !ok || p.Average || c.spec.Pool != (kernels.Window{}) || p.Window.Height > maxFusedPool || p.Window.Width > maxFusedPool {
		return false
	}
	if p.InHeight != c.spec.OutHeight || p.InWidth != c.spec.OutWidth || p.Channels != c.spec.Filters {
		return false
	}
	c.spec.Pool = p.Window
	return true
}

// precede changes second so that it does first on its input as well, which
// comes from source, if that is a step.
func precede(first, second work, p Precision, source *step) bool {
	switch first := first.(type) {
	case *padStep:
		if pool, ok := second.(*poolStep); ok {
			return source != nil && positive(source.work) && precedePadPool(first, &pool.spec)
		}
		return first.grows() && precedePad(&first.spec, second)
	case *affineStep:
		// In half precision a small scale would cost the weights their bits.
		return p == Float32 && first.spec.Activation.Kind == kernels.Linear && precedeAffine(&first.spec, second)
	}
	return false
}

func precedePad(p *kernels.PadSpec, second work) bool {
	switch s := second.(type) {
	case *conv2DStep:
		s.spec.InHeight, s.spec.InWidth = p.InHeight, p.InWidth
		s.spec.PadTop += p.Top
		s.spec.PadLeft += p.Left
	case *depthwiseStep:
		s.spec.InHeight, s.spec.InWidth = p.InHeight, p.InWidth
		s.spec.PadTop += p.Top
		s.spec.PadLeft += p.Left
	default:
		return false
	}
	return true
}

// precedePadPool folds zeros round a picture into max pooling: where nothing is
// negative they lose against any pixel, and every window must see one.
func precedePadPool(first *padStep, s *kernels.PoolSpec) bool {
	p, w := &first.spec, &s.Window
	bottom, right := p.OutHeight-p.Top-p.InHeight, p.OutWidth-p.Left-p.InWidth
	if !first.grows() || s.Average || w.PadTop > 0 || w.PadLeft > 0 ||
		max(p.Top, bottom) >= w.Height || max(p.Left, right) >= w.Width {
		return false
	}
	s.InHeight, s.InWidth = p.InHeight, p.InWidth
	w.PadTop, w.PadLeft = p.Top, p.Left
	return true
}

// positive tells whether the work's results are never negative.
func positive(w work) bool {
	a := activationOf(w)
	if one, ok := w.(*activateStep); ok {
		a = &one.spec.Activation
	}
	if a == nil {
		return false
	}
	switch a.Kind {
	case kernels.ReLU:
		return a.Alpha == 0 && a.Threshold >= 0
	case kernels.Sigmoid, kernels.HardSigmoid, kernels.HardSigmoid6, kernels.Softplus, kernels.Exponential:
		return true
	}
	return false
}

func precedeAffine(a *kernels.AffineSpec, second work) bool {
	offset := slices.ContainsFunc(a.Offset, func(v float32) bool { return v != 0 })
	switch s := second.(type) {
	case *conv2DStep:
		c := &s.spec
		if a.Channels != c.InChannels || offset && s.padded() {
			return false
		}
		depth, filters := c.InChannels/c.Groups, c.Filters/c.Groups
		s.scaleInputs(a.Scale, a.Offset, c.Filters, func(i int) int {
			return i%c.Filters/filters*depth + i/c.Filters%depth
		})
	case *depthwiseStep:
		d := &s.spec
		if a.Channels != d.Channels || offset && s.padded() {
			return false
		}
		outputs := d.Channels * d.Multiplier
		s.scaleInputs(a.Scale, a.Offset, outputs, func(i int) int { return i % outputs / d.Multiplier })
	case *denseStep:
		d := &s.spec
		if d.Inputs%a.Channels != 0 {
			return false
		}
		s.scaleInputs(a.Scale, a.Offset, d.Units, func(i int) int { return i / d.Units % a.Channels })
	default:
		return false
	}
	return true
}
