package nn

import (
	"fmt"

	"edged/kernels"
)

// combineStep merges tensors element by element.
type combineStep struct{ spec kernels.CombineSpec }

func (s *combineStep) prepare(t *kernels.Table, _ Precision) (kernels.Op, error) {
	return t.Combine(&s.spec), nil
}

func (s *combineStep) flops() int {
	return len(s.spec.Inputs) * s.spec.Output[0] * s.spec.Output[1] * s.spec.Output[2]
}

var combineKinds = map[string]kernels.CombineKind{
	"Add": kernels.Add, "Subtract": kernels.Subtract, "Multiply": kernels.Multiply,
	"Maximum": kernels.Maximum, "Minimum": kernels.Minimum, "Average": kernels.Average,
}

func (l *Merge) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	kind, ok := combineKinds[l.Kind]
	if !ok {
		return tensor{}, fmt.Errorf("edged doesn't know how to merge by %q", l.Kind)
	}
	spec := kernels.CombineSpec{Kind: kind}
	equal := true
	for _, t := range in {
		equal = equal && t.shape.Equal(out)
	}
	dims := func(s Shape) ([3]int, error) {
		d := [3]int{1, 1, 1}
		switch {
		case len(s) <= 3:
			copy(d[3-len(s):], s)
		case equal:
			d = [3]int{s[:len(s)-2].Size(), s[len(s)-2], s[len(s)-1]}
		default:
			return d, fmt.Errorf("it repeats a tensor of shape %v; edged does so up to three dimensions", s)
		}
		return d, nil
	}
	var err error
	if spec.Output, err = dims(out); err != nil {
		return tensor{}, err
	}
	for _, t := range in {
		d, err := dims(t.shape)
		if err != nil {
			return tensor{}, err
		}
		spec.Inputs = append(spec.Inputs, d)
	}
	return g.add(&combineStep{spec}, out, in...), nil
}

// concatenateStep joins tensors.
type concatenateStep struct{ spec kernels.ConcatenateSpec }

func (s *concatenateStep) prepare(t *kernels.Table, _ Precision) (kernels.Op, error) {
	return t.Concatenate(&s.spec), nil
}

func (s *concatenateStep) flops() int { return 0 }

func (l *Concatenate) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	axis, err := sampleAxis(l.Axis, len(out))
	if err != nil {
		return tensor{}, err
	}
	spec := kernels.ConcatenateSpec{Rows: out[:axis].Size()}
	for _, t := range in {
		spec.Channels = append(spec.Channels, t.shape[axis:].Size())
	}
	return g.add(&concatenateStep{spec}, out, in...), nil
}

// padStep adds or removes rows and columns.
type padStep struct{ spec kernels.PadSpec }

func (s *padStep) prepare(t *kernels.Table, _ Precision) (kernels.Op, error) {
	return t.Pad(&s.spec), nil
}

func (s *padStep) flops() int { return 0 }

// grows tells whether zeros are added only.
func (s *padStep) grows() bool {
	p := &s.spec
	return p.Top >= 0 && p.Left >= 0 && p.OutHeight >= p.Top+p.InHeight && p.OutWidth >= p.Left+p.InWidth
}

func (l *ZeroPadding2D) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	return lowerPad(g, in[0], out, l.Padding[0][0], l.Padding[1][0]), nil
}

func (l *Cropping2D) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	return lowerPad(g, in[0], out, -l.Cropping[0][0], -l.Cropping[1][0]), nil
}

func lowerPad(g *graph, in tensor, out Shape, top, left int) tensor {
	return g.add(&padStep{kernels.PadSpec{
		InHeight: in.shape[0], InWidth: in.shape[1], Channels: in.shape[2],
		Top: top, Left: left, OutHeight: out[0], OutWidth: out[1],
	}}, out, in)
}

// resizingStep resizes a picture.
type resizingStep struct{ spec kernels.ResizingSpec }

func (s *resizingStep) prepare(t *kernels.Table, _ Precision) (kernels.Op, error) {
	return t.Resizing(&s.spec), nil
}

func (s *resizingStep) flops() int { return 6 * s.spec.OutHeight * s.spec.OutWidth * s.spec.Channels }

func (l *Resizing) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	s := in[0].shape
	return g.add(&resizingStep{kernels.ResizingSpec{
		InHeight: s[0], InWidth: s[1], Channels: s[2], OutHeight: out[0], OutWidth: out[1],
		Bilinear: l.Interpolation == "bilinear",
	}}, out, in[0]), nil
}
