package onnx

import (
	"errors"
	"fmt"
	"slices"

	"edged/nn"
)

// window is how a convolution or a pool slides over a picture: pairs are height,
// width, and pads {before, after} for each.
type window struct {
	size, strides, dilations [2]int
	pads                     [2][2]int
}

// readWindow reads the attributes that convolutions and pools share. The window
// is size where the operator doesn't say.
func readWindow(o *operator, size []int, in nn.Shape) (window, error) {
	var w window
	if list := o.list("kernel_shape"); list != nil {
		size = list
	}
	one := []int{1, 1}
	for _, p := range []struct {
		name      string
		list      []int
		otherwise []int
		pair      *[2]int
	}{
		{"kernel_shape", size, nil, &w.size},
		{"strides", o.list("strides"), one, &w.strides},
		{"dilations", o.list("dilations"), one, &w.dilations},
	} {
		list := p.list
		if list == nil {
			list = p.otherwise
		}
		if len(list) != 2 || slices.Min(list) < 1 || slices.Max(list) > maxSide {
			return w, fmt.Errorf("its %s is %v and must be two sizes", p.name, list)
		}
		*p.pair = [2]int(list)
	}
	return w, w.readPads(o, in)
}

// maxSide bounds the sides of windows and borders.
const maxSide = 1 << 16

func (w *window) readPads(o *operator, in nn.Shape) error {
	switch mode := o.text("auto_pad", "NOTSET"); mode {
	case "VALID":
	case "SAME_UPPER", "SAME_LOWER":
		for i := range 2 {
			out := (in[i] + w.strides[i] - 1) / w.strides[i]
			need := max((out-1)*w.strides[i]+w.reach(i)-in[i], 0)
			w.pads[i] = [2]int{need / 2, need - need/2}
			if mode == "SAME_LOWER" {
				w.pads[i] = [2]int{need - need/2, need / 2}
			}
		}
	case "NOTSET", "":
		if list := o.list("pads"); list != nil {
			if len(list) != 4 || slices.Min(list) < 0 || slices.Max(list) > maxSide {
				return fmt.Errorf("its pads are %v and must be four sizes", list)
			}
			w.pads = [2][2]int{{list[0], list[2]}, {list[1], list[3]}}
		}
	default:
		return fmt.Errorf("its auto_pad is %q, which is not known", mode)
	}
	return nil
}

// reach is how many rows or columns the window spans.
func (w *window) reach(i int) int { return (w.size[i]-1)*w.dilations[i] + 1 }

// outputs is how many positions the window has.
func (w *window) outputs(i, in int) int {
	return nn.Valid.Output(in+w.pads[i][0]+w.pads[i][1], w.size[i], w.strides[i], w.dilations[i])
}

// padded tells whether there is any border.
func (w *window) padded() bool { return w.pads != [2][2]int{} }

// same tells whether the border is that of Keras's "same".
func (w *window) same(in nn.Shape) bool {
	for i := range 2 {
		if w.outputs(i, in[i]) != nn.Same.Output(in[i], w.size[i], w.strides[i], w.dilations[i]) ||
			w.pads[i][0] != nn.Same.Before(in[i], w.size[i], w.strides[i], w.dilations[i]) {
			return false
		}
	}
	return true
}

// ceil widens the border after the picture so that a last window that starts
// inside of it counts, as ceil_mode says.
func (w *window) ceil(in nn.Shape) {
	for i := range 2 {
		all := in[i] + w.pads[i][0] + w.pads[i][1]
		n := w.outputs(i, in[i])
		if (n-1)*w.strides[i]+w.reach(i) < all && n*w.strides[i] < in[i]+w.pads[i][0] {
			w.pads[i][1] += n*w.strides[i] + w.reach(i) - all
		}
	}
}

// border pads the picture with zeros, unless the window's own padding does.
func (b *builder) border(node int, w *window) (int, nn.Padding, error) {
	switch {
	case !w.padded():
		return node, nn.Valid, nil
	case w.same(b.list[node].Shape):
		return node, nn.Same, nil
	}
	v, err := b.add(&nn.ZeroPadding2D{Padding: w.pads}, channelsLast, node)
	return v.node, nn.Valid, err
}

// convolution reads weights [filters][channels/groups][height][width].
func (b *builder) convolution(o *operator) error {
	node, in, err := b.picture(o, 0)
	if err != nil {
		return err
	}
	weights, s, err := b.floats(o, 1)
	if err != nil {
		return err
	}
	if len(s) != 4 {
		return fmt.Errorf("its weights have the shape %v; convolutions of pictures are known", s)
	}
	w, err := readWindow(o, s[2:], in)
	if err != nil {
		return err
	}
	if w.size != [2]int(s[2:]) {
		return fmt.Errorf("its kernel_shape is %v and its weights have the shape %v", w.size, s)
	}
	groups := o.number("group", 1)
	if groups < 1 || in[2] != s[1]*groups {
		return fmt.Errorf("weights of shape %v in %d groups for %d channels", s, groups, in[2])
	}
	node, padding, err := b.border(node, &w)
	if err != nil {
		return err
	}
	hasBias := len(o.inputs) > 2 && o.inputs[2] != ""
	var l nn.Layer
	if groups > 1 && groups == in[2] && s[0]%groups == 0 {
		l = &nn.DepthwiseConv2D{KernelSize: w.size, Strides: w.strides, DilationRate: w.dilations, Padding: padding, DepthMultiplier: s[0] / groups, UseBias: hasBias}
	} else {
		l = &nn.Conv2D{Filters: s[0], KernelSize: w.size, Strides: w.strides, DilationRate: w.dilations, Padding: padding, Groups: groups, UseBias: hasBias}
	}
	if err := b.put(o, l, channelsLast, node); err != nil {
		return err
	}
	cells := w.size[0] * w.size[1]
	if err := set(l.Weights()[0], lastFirst(weights, s[0], s[1], cells)); err != nil || !hasBias {
		return err
	}
	bias, _, err := b.floats(o, 2)
	if err != nil {
		return err
	}
	return set(l.Weights()[1], bias)
}

// lastFirst turns [x][y][z] into [z][y][x].
func lastFirst(v []float32, x, y, z int) []float32 {
	out := make([]float32, len(v))
	for i := range x {
		for j := range y {
			for k := range z {
				out[(k*y+j)*x+i] = v[(i*y+j)*z+k]
			}
		}
	}
	return out
}

// pool reads a maximum or an average under a window.
func (b *builder) pool(o *operator) error {
	node, in, err := b.picture(o, 0)
	if err != nil {
		return err
	}
	w, err := readWindow(o, nil, in)
	if err != nil {
		return err
	}
	if w.dilations != [2]int{1, 1} {
		return errors.New("a pool with dilations is not known")
	}
	counted := o.number("count_include_pad", 0) != 0
	if o.number("ceil_mode", 0) != 0 {
		pads := w.pads
		w.ceil(in)
		if counted && pads != w.pads {
			return errors.New("a mean that counts the border, with ceil_mode, is not known")
		}
	}
	layer := func(strides [2]int, p nn.Padding) nn.Layer {
		if o.kind == "MaxPool" {
			return &nn.MaxPooling2D{PoolSize: w.size, Strides: strides, Padding: p}
		}
		return &nn.AveragePooling2D{PoolSize: w.size, Strides: strides, Padding: p}
	}
	zeros := counted && o.kind == "AveragePool" || o.kind == "MaxPool" && b.notNegative(node)
	switch {
	case !w.padded():
		return b.put(o, layer(w.strides, nn.Valid), channelsLast, node)
	case w.same(in) && (!counted || o.kind == "MaxPool"):
		return b.put(o, layer(w.strides, nn.Same), channelsLast, node)
	case zeros:
		v, err := b.add(&nn.ZeroPadding2D{Padding: w.pads}, channelsLast, node)
		if err != nil {
			return err
		}
		return b.put(o, layer(w.strides, nn.Valid), channelsLast, v.node)
	}
	return b.unevenPool(o, &w, node, layer([2]int{1, 1}, nn.Same))
}

// unevenPool computes the pool at every cell with Keras's border, which counts
// the picture's own cells only as ONNX's does, drops what the narrower border
// leaves out and keeps every stride-th.
func (b *builder) unevenPool(o *operator, w *window, node int, every nn.Layer) error {
	var crop [2][2]int
	in := b.list[node].Shape
	for i := range 2 {
		before := (w.size[i] - 1) / 2
		last := before - w.pads[i][0] + (w.outputs(i, in[i])-1)*w.strides[i]
		crop[i] = [2]int{before - w.pads[i][0], in[i] - 1 - last}
		if crop[i][0] < 0 || crop[i][1] < 0 || last < 0 {
			return fmt.Errorf("a pool of %v with the border %v is not known", w.size, w.pads)
		}
	}
	v, err := b.add(every, channelsLast, node)
	if err != nil {
		return err
	}
	if crop != [2][2]int{} {
		if v, err = b.add(&nn.Cropping2D{Cropping: crop}, channelsLast, v.node); err != nil {
			return err
		}
	}
	return b.put(o, &nn.MaxPooling2D{PoolSize: [2]int{1, 1}, Strides: w.strides}, channelsLast, v.node)
}

// notNegative tells whether a node can't be below zero, so that a border of
// zeros never is the largest.
func (b *builder) notNegative(node int) bool {
	switch l := b.list[node].Layer.(type) {
	case *nn.ActivationLayer:
		return slices.Contains([]string{"relu", "sigmoid", "hard_sigmoid", "softplus", "exponential"}, l.Activation.Name)
	case *nn.ReLU:
		return l.NegativeSlope == 0
	case *nn.MaxPooling2D, *nn.AveragePooling2D, *nn.Concatenate, *nn.ZeroPadding2D:
		return !slices.ContainsFunc(b.list[node].Inputs, func(i int) bool { return !b.notNegative(i) })
	}
	return false
}

func (b *builder) globalPool(o *operator) error {
	node, _, err := b.picture(o, 0)
	if err != nil {
		return err
	}
	return b.global(o, node, o.kind == "GlobalMaxPool", 3, 0)
}

// reduce reads a mean or maximum over rows and columns, in either order.
func (b *builder) reduce(o *operator) error {
	in, err := b.in(o, 0)
	if err != nil {
		return err
	}
	list, err := b.numbers(o, 1)
	if err != nil {
		return err
	}
	if list == nil {
		list = o.list("axes")
	}
	at, err := axes(list, len(in.axes))
	if err != nil {
		return err
	}
	if len(in.axes) != 3 || len(at) != 2 {
		return fmt.Errorf("it reduces the axes %v of %v; rows and columns together are known", list, in.dims())
	}
	kept := 3 - at[0] - at[1]
	node, err := b.arrange(in, lastly(kept, 3))
	if err != nil {
		return err
	}
	rank := 1
	if o.number("keepdims", 1) != 0 {
		rank = 3
	} else {
		kept = 0
	}
	return b.global(o, node, o.kind == "ReduceMax", rank, kept)
}

// global adds a global pool whose channels are axis at of as many as rank.
func (b *builder) global(o *operator, node int, largest bool, rank, at int) error {
	var l nn.Layer = &nn.GlobalAveragePooling2D{}
	if largest {
		l = &nn.GlobalMaxPooling2D{}
	}
	v, err := b.add(l, plain(1), node)
	if err != nil {
		return err
	}
	dims := slices.Repeat([]int{1}, rank)
	dims[at] = v.size(0)
	out, err := v.reshaped(dims)
	b.values[o.outputs[0]] = out
	return err
}
