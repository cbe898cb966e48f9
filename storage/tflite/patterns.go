package tflite

import (
	"fmt"
	"slices"

	"edged/nn"
)

// arithmetic reads an operator on two tensors, or on one and a constant that is
// a number or has one for each channel.
func (b *builder) arithmetic(o *operator) error {
	if len(o.inputs) != 2 {
		return fmt.Errorf("it has %d inputs and must have two", len(o.inputs))
	}
	left, right := b.constant(o, 0), b.constant(o, 1)
	if left == nil && right == nil {
		return b.merge(o)
	}
	constant, at := right, 0
	if constant == nil {
		constant, at = left, 1
	}
	if b.startsPattern(o, at) {
		return nil
	}
	in, err := b.node(o, at)
	if err != nil {
		return err
	}
	return b.rescale(o, in, constant, at == 1)
}

// startsPattern tells whether an operand is one that only the end of a pattern
// gives a meaning.
func (b *builder) startsPattern(o *operator, at int) bool {
	made, ok := b.made[o.inputs[at]]
	return ok && b.graph.operators[made].code == opExp
}

func (b *builder) merge(o *operator) error {
	left, err := b.node(o, 0)
	if err != nil {
		return err
	}
	right, err := b.node(o, 1)
	if err != nil {
		return err
	}
	kind := map[int]string{opAdd: "Add", opMul: "Multiply", opSub: "Subtract", opMaximum: "Maximum", opMinimum: "Minimum"}[o.code]
	code := 0
	if o.code == opAdd || o.code == opMul || o.code == opSub {
		code = o.options.byte(0, 0)
	}
	return b.putFused(o, code, &nn.Merge{Kind: kind}, left, right)
}

func (b *builder) rescale(o *operator, in int, constant *tensor, constantFirst bool) error {
	values, err := b.floats(constant)
	if err != nil {
		return err
	}
	if n := len(constant.shape); len(values) != 1 && (n == 0 || constant.shape[n-1] != len(values)) {
		return fmt.Errorf("a constant of shape %v; a number, or one for each channel, is known", constant.shape)
	}
	wide, minus := make([]float64, len(values)), make([]float64, len(values))
	for i, v := range values {
		wide[i], minus[i] = float64(v), -float64(v)
	}
	one := []float64{1}
	var l *nn.Rescaling
	switch {
	case o.code == opMul:
		l = &nn.Rescaling{Scale: wide}
	case o.code == opAdd:
		l = &nn.Rescaling{Scale: one, Offset: wide}
	case o.code == opSub && constantFirst:
		l = &nn.Rescaling{Scale: []float64{-1}, Offset: wide}
	case o.code == opSub:
		l = &nn.Rescaling{Scale: one, Offset: minus}
	default:
		return fmt.Errorf("it compares with a constant, which is not known")
	}
	return b.putFused(o, o.options.byte(0, 0), l, in)
}

// maker is the operator that makes another's input i, if it is of a kind.
func (b *builder) maker(o *operator, i, code int) *operator {
	if i >= len(o.inputs) {
		return nil
	}
	at, ok := b.made[o.inputs[i]]
	if !ok || b.graph.operators[at].code != code || len(b.graph.operators[at].inputs) == 0 {
		return nil
	}
	return &b.graph.operators[at]
}

// number is the operator's input i where it is a constant of one value.
func (b *builder) number(o *operator, i int) (float64, bool) {
	t := b.constant(o, i)
	if t == nil {
		return 0, false
	}
	if n, err := t.elements(); err != nil || n != 1 {
		return 0, false
	}
	v, err := t.floats()
	if err != nil {
		return 0, false
	}
	return float64(v[0]), true
}

// softplus recognises log(exp(x) + 1).
func (b *builder) softplus(o *operator) error {
	if sum := b.maker(o, 0, opAdd); sum != nil && len(sum.inputs) == 2 {
		for i := range sum.inputs {
			exp := b.maker(sum, i, opExp)
			if one, ok := b.number(sum, 1-i); exp == nil || !ok || one != 1 {
				continue
			}
			in, err := b.node(exp, 0)
			if err != nil {
				return err
			}
			return b.put(o, &nn.ActivationLayer{Activation: nn.Activation{Name: "softplus"}}, in)
		}
	}
	return fmt.Errorf("a logarithm outside of softplus is not known")
}

// scaledELU recognises select(x > 0, elu(x), alpha*elu(x)).
func (b *builder) scaledELU(o *operator) error {
	greater, scaled := b.maker(o, 0, opGreater), b.maker(o, 2, opMul)
	if greater == nil || scaled == nil || len(greater.inputs) != 2 || len(scaled.inputs) != 2 {
		return fmt.Errorf("a selection outside of ELU is not known")
	}
	zero, ok := b.number(greater, 1)
	for i := range scaled.inputs {
		elu := b.maker(scaled, i, opElu)
		alpha, isNumber := b.number(scaled, 1-i)
		if !ok || zero != 0 || elu == nil || !isNumber {
			continue
		}
		x, same := greater.inputs[0], scaled.inputs[i]
		if !slices.Contains([]int{elu.inputs[0], same}, x) || !slices.Contains([]int{elu.inputs[0], same}, o.inputs[1]) {
			continue
		}
		in, err := b.node(elu, 0)
		if err != nil {
			return err
		}
		return b.put(o, &nn.ELU{Alpha: alpha}, in)
	}
	return fmt.Errorf("a selection outside of ELU is not known")
}

// dilation recognises a convolution between SPACE_TO_BATCH_ND and
// BATCH_TO_SPACE_ND: one with a dilation, on a padded picture that is cropped.
func (b *builder) dilation(o *operator) error {
	if o.code == opSpaceToBatch {
		in, err := b.node(o, 0)
		if err != nil {
			return err
		}
		border, err := b.sides(o, 2)
		if err != nil {
			return err
		}
		return b.put(o, &nn.ZeroPadding2D{Padding: border}, in)
	}
	in, err := b.node(o, 0)
	if err != nil {
		return err
	}
	block, err := b.block(o)
	if err != nil {
		return err
	}
	border, err := b.sides(o, 2)
	if err != nil {
		return err
	}
	start := b.maker(o, 0, opConv2D)
	if start == nil {
		start = b.maker(o, 0, opDepthwise)
	}
	if start == nil || b.maker(start, 0, opSpaceToBatch) == nil {
		return fmt.Errorf("BATCH_TO_SPACE_ND outside of a dilated convolution is not known")
	}
	if first, err := b.block(b.maker(start, 0, opSpaceToBatch)); err != nil || first != block {
		return fmt.Errorf("a dilated convolution between blocks of %v and %v", first, block)
	}
	switch l := b.list[in].Layer.(type) {
	case *nn.Conv2D:
		if l.Padding != nn.Valid || l.Strides != [2]int{1, 1} {
			return fmt.Errorf("a dilated convolution with padding or strides of its own")
		}
		l.DilationRate = block
	case *nn.DepthwiseConv2D:
		if l.Padding != nn.Valid || l.Strides != [2]int{1, 1} {
			return fmt.Errorf("a dilated convolution with padding or strides of its own")
		}
		l.DilationRate = block
	}
	return b.put(o, &nn.Cropping2D{Cropping: border}, in)
}

func (b *builder) block(o *operator) ([2]int, error) {
	t := b.constant(o, 1)
	if t == nil {
		return [2]int{}, fmt.Errorf("its block is no constant")
	}
	v, err := t.integers()
	if err != nil {
		return [2]int{}, err
	}
	if len(v) != 2 {
		return [2]int{}, fmt.Errorf("a block of %d sides", len(v))
	}
	return [2]int{v[0], v[1]}, nil
}

// sides reads the constant input i as pairs for rows and columns.
func (b *builder) sides(o *operator, i int) ([2][2]int, error) {
	t := b.constant(o, i)
	if t == nil {
		return [2][2]int{}, fmt.Errorf("its paddings are no constant")
	}
	v, err := t.integers()
	if err != nil {
		return [2][2]int{}, err
	}
	if len(v) != 4 {
		return [2][2]int{}, fmt.Errorf("paddings %v for rows and columns", v)
	}
	return [2][2]int{{v[0], v[1]}, {v[2], v[3]}}, nil
}
