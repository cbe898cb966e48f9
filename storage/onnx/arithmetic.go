package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"edged/nn"
)

// arithmetic reads an operator on tensors, or on one and a constant that is a
// number or runs along one axis.
func (b *builder) arithmetic(o *operator) error {
	if len(o.inputs) == 2 {
		for at := range 2 {
			if b.constant(o, 1-at) != nil {
				return b.rescale(o, at)
			}
		}
	}
	if slices.ContainsFunc(o.inputs, b.isPattern) {
		return b.pattern(o)
	}
	return b.merge(o)
}

func (b *builder) merge(o *operator) error {
	kind, ok := map[string]string{"Add": "Add", "Sum": "Add", "Mul": "Multiply", "Sub": "Subtract", "Max": "Maximum", "Min": "Minimum"}[o.kind]
	if !ok || len(o.inputs) < 2 {
		return fmt.Errorf("it is not known on %d computed tensors", len(o.inputs))
	}
	if in, ok := b.gate(o); ok {
		return b.each(o, &nn.ActivationLayer{Activation: nn.Activation{Name: "silu"}}, in)
	}
	var values []value
	var nodes []int
	alike := true
	for i := range o.inputs {
		v, err := b.in(o, i)
		if err != nil {
			return err
		}
		values, nodes = append(values, v), append(nodes, v.node)
		alike = alike && v.same(values[0])
	}
	if alike {
		out, err := b.add(&nn.Merge{Kind: kind}, plain(len(values[0].shape)), nodes...)
		out.atoms, out.axes = values[0].atoms, values[0].axes
		b.values[o.outputs[0]] = out
		return err
	}
	nodes, order, err := b.together(values)
	if err != nil {
		return err
	}
	return b.put(o, &nn.Merge{Kind: kind}, order, nodes...)
}

// gate recognises x*sigmoid(x), swish, and returns x.
func (b *builder) gate(o *operator) (value, bool) {
	if o.kind != "Mul" {
		return value{}, false
	}
	for i, name := range o.inputs {
		if s := b.made[name]; s != nil && s.kind == "Sigmoid" && len(o.inputs) == 2 && slices.Equal(s.inputs, []string{o.inputs[1-i]}) {
			v, ok := b.values[o.inputs[1-i]]
			return v, ok
		}
	}
	return value{}, false
}

// rescale reads an operator on the computed input at and a constant.
func (b *builder) rescale(o *operator, at int) error {
	values, shape, err := b.floats(o, 1-at)
	if err != nil {
		return err
	}
	if b.isPattern(o.inputs[at]) {
		return b.pattern(o)
	}
	in, err := b.in(o, at)
	if err != nil {
		return err
	}
	if o.kind == "Add" && b.bias(o, at, values) {
		return nil
	}
	if len(values) == 0 {
		return errors.New("its constant is empty")
	}
	axis := -1
	if len(values) > 1 || len(shape) > len(in.axes)+1 {
		if axis, err = along(shape, in.dims()); err != nil {
			return err
		}
		values = scatter(values, in.places(axis))
	}
	scale, offset, err := linear(o.kind, at == 1, values)
	if err != nil {
		return err
	}
	l := &nn.Rescaling{Scale: scale, Offset: offset}
	if axis < 0 {
		return b.each(o, l, in)
	}
	return b.channelwise(o, l, in, axis)
}

// linear is the operator as x*scale + offset.
func linear(kind string, constantFirst bool, values []float32) (scale, offset []float64, err error) {
	one, wide := []float64{1}, make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	each := func(f func(float64) float64) []float64 {
		out := make([]float64, len(wide))
		for i, v := range wide {
			out[i] = f(v)
		}
		return out
	}
	endless := func(v float64) bool { return !(math.Abs(v) <= math.MaxFloat32) }
	switch {
	case slices.ContainsFunc(wide, endless):
		return nil, nil, errors.New("its constant is not finite")
	case kind == "Mul":
		return wide, []float64{0}, nil
	case kind == "Add" || kind == "Sum":
		return one, wide, nil
	case kind == "Sub" && constantFirst:
		return []float64{-1}, wide, nil
	case kind == "Sub":
		return one, each(func(v float64) float64 { return -v }), nil
	case kind == "Div" && !constantFirst && !slices.ContainsFunc(wide, func(v float64) bool { return endless(1 / v) }):
		return each(func(v float64) float64 { return 1 / v }), []float64{0}, nil
	}
	return nil, nil, errors.New("it is not known with this constant")
}

// along is the axis of a sample that a constant of that shape runs along, where
// dimensions are matched from the last on.
func along(shape, dims []int) (int, error) {
	found := -1
	for i, d := range shape {
		at := i - len(shape) + len(dims)
		if d == 1 && at >= -1 {
			continue
		}
		if at < 0 || found >= 0 || d != dims[at] {
			return 0, fmt.Errorf("a constant of shape %v with a tensor of shape %v; a number, or one for each channel, is known", shape, dims)
		}
		found = at
	}
	if found < 0 {
		return 0, fmt.Errorf("a constant of shape %v with a tensor of shape %v", shape, dims)
	}
	return found, nil
}
