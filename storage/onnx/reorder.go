package onnx

import (
	"errors"
	"fmt"
	"slices"

	"edged/nn"
)

// reorder sees the input in another shape or order; nothing is computed.
func (b *builder) reorder(o *operator) error {
	in, err := b.in(o, 0)
	if err != nil {
		return err
	}
	var out value
	if o.kind == "Transpose" {
		out, err = transpose(o, in)
	} else {
		var dims []int
		if dims, err = b.target(o, in.dims()); err == nil {
			out, err = in.reshaped(dims)
		}
	}
	b.values[o.outputs[0]] = out
	return err
}

func transpose(o *operator, in value) (value, error) {
	perm, rank := o.list("perm"), len(in.axes)
	sorted := slices.Sorted(slices.Values(perm))
	if len(perm) != rank+1 || perm[0] != 0 || !slices.Equal(sorted, plain(rank+1)) {
		return value{}, fmt.Errorf("a transpose by %v of a tensor of %d dimensions; the batch must stay first", perm, rank+1)
	}
	samples := make([]int, rank)
	for i, p := range perm[1:] {
		samples[i] = p - 1
	}
	return in.transposed(samples), nil
}

// target is the shape that an operator gives a sample of shape dims.
func (b *builder) target(o *operator, dims []int) ([]int, error) {
	switch o.kind {
	case "Flatten":
		if at := o.number("axis", 1); at != 1 && at != -len(dims) {
			return nil, fmt.Errorf("it flattens from axis %d; 1 is known", at)
		}
		return []int{nn.Shape(dims).Size()}, nil
	case "Reshape":
		shape, err := b.numbers(o, 1)
		if err != nil {
			return nil, err
		}
		if shape == nil {
			shape = o.list("shape")
		}
		return settle(shape, dims, o.number("allowzero", 0) != 0)
	}
	list, err := b.numbers(o, 1)
	if err != nil {
		return nil, err
	}
	if list == nil {
		list = o.list("axes")
	}
	if o.kind == "Squeeze" {
		return squeezed(dims, list)
	}
	return unsqueezed(dims, list)
}

// settle turns a Reshape's shape into that of a sample: the batch is one, 0
// keeps a dimension, -1 is what the others leave.
func settle(shape, dims []int, zero bool) ([]int, error) {
	full := append([]int{1}, dims...)
	wrong := fmt.Errorf("it turns %v into %v; the batch must stay first", dims, shape)
	if len(shape) < 1 || len(shape) > maxRank {
		return nil, wrong
	}
	size, known, open := nn.Shape(dims).Size(), 1, -1
	out := slices.Clone(shape)
	for i, d := range out {
		switch {
		case d == 0 && !zero && i < len(full):
			out[i] = full[i]
		case d == -1 && open < 0:
			open, out[i] = i, 1
		case d < 1 || d > size:
			return nil, wrong
		}
		if known *= out[i]; known > size {
			return nil, wrong
		}
	}
	if known < 1 || size%known != 0 {
		return nil, wrong
	}
	if open >= 0 {
		out[open] = size / known
	}
	if out[0] != 1 {
		return nil, wrong
	}
	return out[1:], nil
}

func squeezed(dims, list []int) ([]int, error) {
	if list == nil {
		return slices.DeleteFunc(slices.Clone(dims), func(d int) bool { return d == 1 }), nil
	}
	at, err := axes(list, len(dims))
	if err != nil {
		return nil, err
	}
	var out []int
	for i, d := range dims {
		if !slices.Contains(at, i) {
			out = append(out, d)
		} else if d != 1 {
			return nil, fmt.Errorf("it drops axis %d of %v", i+1, dims)
		}
	}
	return out, nil
}

func unsqueezed(dims, list []int) ([]int, error) {
	rank := len(dims) + len(list)
	at, err := axes(list, rank)
	if err != nil {
		return nil, err
	}
	if len(at) != len(list) || rank >= maxRank {
		return nil, errors.New("its axes are not distinct or too many")
	}
	out := slices.Clone(dims)
	for _, i := range at {
		out = slices.Insert(out, i, 1)
	}
	return out, nil
}

// pad reads borders of zeros round a picture, in either order.
func (b *builder) pad(o *operator) error {
	in, err := b.in(o, 0)
	if err != nil {
		return err
	}
	pads, err := b.numbers(o, 1)
	if err != nil {
		return err
	}
	if pads == nil {
		pads = o.list("pads")
	}
	rank := len(in.axes)
	if mode := o.text("mode", "constant"); mode != "constant" {
		return fmt.Errorf("its mode is %q; constant is known", mode)
	}
	fill := o.float("value", 0)
	if b.constant(o, 2) != nil {
		v, _, err := b.floats(o, 2)
		if err != nil || len(v) != 1 {
			return errors.New("what it fills with is no constant number")
		}
		fill = float64(v[0])
	}
	if fill != 0 || len(o.inputs) > 3 && o.inputs[3] != "" || rank != 3 || len(pads) != 8 || pads[0] != 0 || pads[4] != 0 {
		return fmt.Errorf("it pads %v by %v with %v; zeros round a picture are known", in.dims(), pads, fill)
	}
	order := channelsLast
	if !in.runs(order) {
		order = plain(3)
	}
	node, err := b.arrange(in, order)
	if err != nil {
		return err
	}
	h, w, c := order[0]+1, order[1]+1, order[2]+1
	if pads[c] != 0 || pads[c+4] != 0 {
		return fmt.Errorf("it pads %v by %v; rows and columns are known", in.dims(), pads)
	}
	border := [2][2]int{{pads[h], pads[h+4]}, {pads[w], pads[w+4]}}
	if border == [2][2]int{} {
		b.values[o.outputs[0]] = in
		return nil
	}
	return b.put(o, &nn.ZeroPadding2D{Padding: border}, order, node)
}
