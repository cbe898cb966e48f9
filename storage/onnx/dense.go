package onnx

import (
	"fmt"
	"slices"

	"edged/nn"
)

// gemm reads alpha*A*B + beta*C with a computed vector A.
func (b *builder) gemm(o *operator) error {
	in, err := b.in(o, 0)
	if err != nil {
		return err
	}
	weights, s, err := b.floats(o, 1)
	if err != nil {
		return err
	}
	if o.number("transA", 0) != 0 || len(in.axes) != 1 || len(s) != 2 {
		return fmt.Errorf("it multiplies %v by weights of shape %v; vectors as they are, by a matrix, are known", in.dims(), s)
	}
	inputs, units := s[0], s[1]
	if o.number("transB", 0) != 0 {
		weights, inputs, units = lastFirst(weights, s[0], 1, s[1]), s[1], s[0]
	}
	times(weights, o.float("alpha", 1))
	var bias []float32
	if len(o.inputs) > 2 && o.inputs[2] != "" {
		if bias, _, err = b.floats(o, 2); err != nil {
			return err
		}
		if len(bias) == 1 {
			bias = slices.Repeat(bias, max(units, 1))
		}
		times(bias, o.float("beta", 1))
	}
	return b.dense(o, in, weights, inputs, units, bias)
}

func times(values []float32, factor float64) {
	if factor == 1 {
		return
	}
	for i := range values {
		values[i] *= float32(factor)
	}
}

// product reads a matrix product with constant weights [inputs][units].
func (b *builder) product(o *operator) error {
	in, err := b.in(o, 0)
	if err != nil {
		return err
	}
	weights, s, err := b.floats(o, 1)
	if err != nil {
		return err
	}
	if len(s) != 2 {
		return fmt.Errorf("its weights have the shape %v and must be a matrix", s)
	}
	return b.dense(o, in, weights, s[0], s[1], nil)
}

// dense adds a dense layer on the last axis. Where that was flattened in another
// order than the network's, the weights' rows are put into the network's.
func (b *builder) dense(o *operator, in value, weights []float32, inputs, units int, bias []float32) error {
	rank := len(in.axes)
	if rank == 0 || in.size(rank-1) != inputs {
		return fmt.Errorf("it multiplies %v by weights of %d rows", in.dims(), inputs)
	}
	places := in.places(rank - 1)
	node, err := b.arrange(in.sorted(rank-1), plain(rank))
	if err != nil {
		return err
	}
	l := &nn.Dense{Units: units, UseBias: bias != nil}
	if err := b.put(o, l, plain(rank), node); err != nil {
		return err
	}
	if err := set(l.Kernel, rows(weights, units, places)); err != nil || bias == nil {
		return err
	}
	return set(l.Bias, bias)
}

// rows puts row i of [rows][units] at places[i].
func rows(weights []float32, units int, places []int) []float32 {
	if places == nil {
		return weights
	}
	out := make([]float32, len(weights))
	for i, p := range places {
		copy(out[p*units:(p+1)*units], weights[i*units:])
	}
	return out
}

// bias adds a constant to a dense layer without a bias that nothing else takes,
// and tells whether there is one.
func (b *builder) bias(o *operator, at int, values []float32) bool {
	name := o.inputs[at]
	l, ok := b.list[b.values[name].node].Layer.(*nn.Dense)
	if !ok || l.UseBias || b.uses[name] != 1 || len(values) != l.Units || b.made[name] == nil || b.made[name].kind != "MatMul" {
		return false
	}
	l.UseBias = true
	l.Bias = &nn.Weight{Name: "bias", Shape: nn.Shape{l.Units}, Trainable: true, Value: values}
	b.values[o.outputs[0]] = b.values[name]
	return true
}

// normalization reads a batch normalization over axis 1.
func (b *builder) normalization(o *operator) error {
	in, err := b.in(o, 0)
	if err != nil {
		return err
	}
	rank := len(in.axes)
	if rank == 0 || o.number("training_mode", 0) != 0 {
		return fmt.Errorf("it normalizes %v, or is meant for training", in.dims())
	}
	l := nn.NewBatchNormalization()
	l.Epsilon = o.float("epsilon", 1e-5)
	if err := b.channelwise(o, l, in, 0); err != nil {
		return err
	}
	places := in.places(0)
	for i, w := range []*nn.Weight{l.Gamma, l.Beta, l.MovingMean, l.MovingVariance} {
		v, _, err := b.floats(o, i+1)
		if err != nil {
			return err
		}
		if err := set(w, scatter(v, places)); err != nil {
			return err
		}
	}
	return nil
}
