package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// fold finds the constant that an operator makes, and tells whether it does:
// Constant, the shape of what is computed, with a batch of one, and what
// exporters compute from shapes and other constants.
func (b *builder) fold(o *operator) (bool, error) {
	var t *tensor
	var err error
	switch o.kind {
	case "Constant":
		t, err = literal(o)
	case "Shape":
		t, err = b.shape(o)
	default:
		if len(o.inputs) == 0 || slices.ContainsFunc(o.inputs, func(name string) bool { return name != "" && b.graph.constants[name] == nil }) {
			return false, nil
		}
		t, err = b.compute(o)
	}
	if err != nil {
		return false, err
	}
	if b.budget -= 8 * len(t.list); b.budget < 0 {
		return false, errors.New("it makes more integers of constants than edged reads")
	}
	t.name = o.outputs[0]
	b.graph.constants[t.name] = t
	return true, nil
}

func literal(o *operator) (*tensor, error) {
	for name, a := range o.attributes {
		switch {
		case name == "value" && a.tensor != nil:
			copied := *a.tensor
			return &copied, nil
		case name == "value_int":
			return whole(nil, a.number), nil
		case name == "value_ints":
			return whole([]int{len(a.list)}, a.list...), nil
		case name == "value_float":
			return number(float32(a.float)), nil
		}
	}
	return nil, errors.New("its value is of a kind that is not known")
}

func (b *builder) shape(o *operator) (*tensor, error) {
	var full []int
	if t := b.constant(o, 0); t != nil {
		full = t.shape
	} else {
		v, err := b.in(o, 0)
		if err != nil {
			return nil, err
		}
		full = append([]int{1}, v.dims()...)
	}
	start, end := limits(o.number("start", 0), o.number("end", len(full)), len(full))
	return whole([]int{end - start}, full[start:end]...), nil
}

// limits are the bounds of a slice, negative ones counted from the end.
func limits(start, end, n int) (int, int) {
	if start < 0 {
		start += n
	}
	if end < 0 {
		end += n
	}
	start = min(max(start, 0), n)
	return start, min(max(end, start), n)
}

// compute folds an operator on constants only.
func (b *builder) compute(o *operator) (*tensor, error) {
	from := b.constant(o, 0)
	if from == nil {
		return nil, errors.New("its input 0 is left out")
	}
	switch o.kind {
	case "Identity", "Dropout":
		copied := *from
		return &copied, nil
	case "Cast":
		return cast(o, from)
	case "Reshape", "Squeeze", "Unsqueeze", "Flatten":
		if from.kind == typeFloat || from.kind == typeFloat16 || from.kind == typeDouble {
			return b.reshapeConstant(o, from)
		}
	case "Transpose":
		return b.transposeConstant(o, from)
	case "Neg":
		v, shape, err := b.floats(o, 0)
		times(v, -1)
		return floating(shape, v), err
	}
	return b.computeIntegers(o, from)
}

func cast(o *operator, from *tensor) (*tensor, error) {
	switch to := o.number("to", 0); to {
	case typeFloat, typeFloat16, typeDouble:
		if v, err := from.integers(); err == nil {
			values := make([]float32, len(v))
			for i, n := range v {
				values[i] = float32(n)
			}
			return floating(from.shape, values), nil
		}
		copied := *from
		return &copied, nil
	case typeInt32, typeInt64:
		if v, err := from.integers(); err == nil {
			return whole(from.shape, v...), nil
		}
		v, err := from.floats()
		if err != nil || len(v) > maxIntegers {
			return nil, errors.New("it makes integers of what is no short list of numbers")
		}
		list := make([]int, len(v))
		for i, f := range v {
			list[i] = int(f)
		}
		return whole(from.shape, list...), nil
	default:
		return nil, fmt.Errorf("it makes the type %d of a constant", to)
	}
}

func (b *builder) reshapeConstant(o *operator, from *tensor) (*tensor, error) {
	out := *from
	if len(out.shape) == 0 {
		out.shape = []int{1}
	}
	list, err := b.numbers(o, 1)
	if err != nil {
		return nil, err
	}
	if list == nil {
		list = o.list("axes")
	}
	// Shapes of constants have no batch: one before them makes the rules those
	// of samples.
	switch o.kind {
	case "Reshape":
		target, err := settle(append([]int{1}, list...), out.shape, false)
		if slices.Contains(list, 0) || err != nil {
			return nil, fmt.Errorf("it turns a constant of shape %v into %v", from.shape, list)
		}
		out.shape = target
	case "Squeeze":
		out.shape = slices.DeleteFunc(slices.Clone(from.shape), func(d int) bool { return d == 1 })
		if list != nil && len(list) != len(from.shape)-len(out.shape) {
			return nil, fmt.Errorf("it drops the axes %v of a constant of shape %v", list, from.shape)
		}
	case "Unsqueeze":
		rank := len(from.shape) + len(list)
		sorted := slices.Clone(list)
		for i, a := range sorted {
			if a < 0 {
				sorted[i] = a + rank
			}
		}
		slices.Sort(sorted)
		out.shape = slices.Clone(from.shape)
		for _, a := range sorted {
			if a < 0 || a > len(out.shape) || rank > maxRank {
				return nil, fmt.Errorf("it adds the axes %v to a constant of shape %v", list, from.shape)
			}
			out.shape = slices.Insert(out.shape, a, 1)
		}
	default:
		return nil, errors.New("it flattens a constant, which is not known")
	}
	return &out, nil
}

func (b *builder) transposeConstant(o *operator, from *tensor) (*tensor, error) {
	rank := len(from.shape)
	perm := o.list("perm")
	if perm == nil {
		perm = plain(rank)
		slices.Reverse(perm)
	}
	if !slices.Equal(slices.Sorted(slices.Values(perm)), plain(rank)) {
		return nil, fmt.Errorf("it transposes a constant of shape %v by %v", from.shape, perm)
	}
	width, err := from.width()
	if err != nil {
		return nil, err
	}
	n, err := from.elements(width)
	if err != nil {
		return nil, err
	}
	seen := view(0, from.shape, plain(rank)...).transposed(perm)
	flat, err := seen.reshaped([]int{n})
	if err != nil {
		return nil, err
	}
	if err := b.spend(len(from.data)); err != nil {
		return nil, err
	}
	out := &tensor{kind: from.kind, shape: seen.dims(), data: make([]byte, len(from.data))}
	for i, place := range flat.eachPlace(0) {
		copy(out.data[width*i:], from.data[width*place:][:width])
	}
	return out, nil
}

// computeIntegers folds what is computed from shapes: short lists of integers.
func (b *builder) computeIntegers(o *operator, from *tensor) (*tensor, error) {
	list, err := from.integers()
	if err != nil {
		return nil, fmt.Errorf("it is computed from constants, which is not known: %w", err)
	}
	switch o.kind {
	case "Squeeze":
		if len(list) == 1 {
			return whole(nil, list...), nil
		}
	case "Unsqueeze", "Reshape", "Flatten":
		return whole([]int{len(list)}, list...), nil
	case "Gather":
		return b.gather(o, from, list)
	case "Slice":
		return b.slice(o, list)
	case "Concat":
		var all []int
		for i := range o.inputs {
			part, err := b.numbers(o, i)
			if err != nil {
				return nil, err
			}
			if all = append(all, part...); len(all) > maxIntegers {
				return nil, fmt.Errorf("it makes more than %d integers", maxIntegers)
			}
		}
		return whole([]int{len(all)}, all...), nil
	case "Add", "Sub", "Mul", "Div":
		return b.calculate(o, from, list)
	case "ReduceProd":
		product := 1
		for _, v := range list {
			product *= v
		}
		return whole(nil, product), nil
	}
	return nil, errUnknown
}

func (b *builder) gather(o *operator, from *tensor, list []int) (*tensor, error) {
	index := b.constant(o, 1)
	if index == nil || len(from.shape) != 1 || o.number("axis", 0) != 0 {
		return nil, errUnknown
	}
	at, err := index.integers()
	if err != nil {
		return nil, err
	}
	out := make([]int, len(at))
	for i, a := range at {
		if a < 0 {
			a += len(list)
		}
		if a < 0 || a >= len(list) {
			return nil, fmt.Errorf("it takes element %d of %d", a, len(list))
		}
		out[i] = list[a]
	}
	return whole(index.shape, out...), nil
}

func (b *builder) slice(o *operator, list []int) (*tensor, error) {
	starts, ends := o.list("starts"), o.list("ends")
	if len(o.inputs) > 2 {
		var err error
		if starts, err = b.numbers(o, 1); err != nil {
			return nil, err
		}
		if ends, err = b.numbers(o, 2); err != nil {
			return nil, err
		}
	}
	steps, err := b.numbers(o, 4)
	if err != nil || len(starts) != 1 || len(ends) != 1 || steps != nil && !slices.Equal(steps, []int{1}) {
		return nil, errUnknown
	}
	start, end := limits(starts[0], ends[0], len(list))
	return whole([]int{end - start}, list[start:end]...), nil
}

func (b *builder) calculate(o *operator, from *tensor, list []int) (*tensor, error) {
	other, err := b.numbers(o, 1)
	if err != nil {
		return nil, err
	}
	shape := from.shape
	if len(list) == 1 && len(other) > 1 {
		shape, list = []int{len(other)}, slices.Repeat(list, len(other))
	}
	if len(other) == 1 {
		other = slices.Repeat(other, len(list))
	}
	if len(other) != len(list) {
		return nil, errUnknown
	}
	out := make([]int, len(list))
	for i, v := range list {
		switch w := other[i]; {
		case o.kind == "Add":
			out[i] = v + w
		case o.kind == "Sub":
			out[i] = v - w
		case o.kind == "Mul":
			out[i] = v * w
		case w == 0:
			return nil, errors.New("it divides by zero")
		default:
			out[i] = v / w
		}
	}
	return whole(shape, out...), nil
}
