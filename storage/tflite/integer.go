package tflite

import (
	"encoding/binary"
	"fmt"
	"math"

	"edged/nn"
)

// Tensors of int8 and uint8 stand for scale*(q-zero). In the network every node
// has the quantization of its tensor, as int8: uint8 is read as int8 with a zero
// point less by 128. Weights and constants become real numbers.

// quantized tells whether the tensor's elements stand for real numbers.
func (t *tensor) quantized() bool {
	return (t.kind == typeInt8 || t.kind == typeUint8) && len(t.scales) > 0
}

// quantization is that of a computed tensor.
func (t *tensor) quantization() (nn.Quantization, error) {
	if len(t.scales) != 1 || len(t.zeros) > 1 {
		return nn.Quantization{}, fmt.Errorf("tensor %q has %d scales and must have one", t.name, len(t.scales))
	}
	zero := 0
	if len(t.zeros) == 1 {
		zero = t.zeros[0]
	}
	if t.kind == typeUint8 {
		zero -= 128
	}
	if zero < math.MinInt8 || zero > math.MaxInt8 || !(t.scales[0] > 0) || math.IsInf(float64(t.scales[0]), 0) {
		return nn.Quantization{}, fmt.Errorf("tensor %q has the scale %g and the zero point %d", t.name, t.scales[0], zero)
	}
	return nn.Quantization{Scale: t.scales[0], Zero: int8(zero)}, nil
}

// reals fills out with what the integers of a constant stand for.
func (t *tensor) reals(out []float32) error {
	size := 1
	if t.kind == typeInt32 {
		size = 4
	}
	if len(t.data) != size*len(out) || len(t.scales) == 0 {
		return fmt.Errorf("tensor %q of type %d and shape %v has %d bytes and %d scales", t.name, t.kind, t.shape, len(t.data), len(t.scales))
	}
	for _, z := range t.zeros {
		if z != 0 && len(t.shape) > 1 {
			return fmt.Errorf("tensor %q has the zero point %d; weights with 0 are read", t.name, z)
		}
	}
	inner := 1
	if len(t.scales) > 1 {
		if t.axis < 0 || t.axis >= len(t.shape) || t.shape[t.axis] != len(t.scales) {
			return fmt.Errorf("tensor %q of shape %v has %d scales along axis %d", t.name, t.shape, len(t.scales), t.axis)
		}
		for _, d := range t.shape[t.axis+1:] {
			inner *= d
		}
	}
	zero := 0
	if len(t.zeros) > 0 {
		zero = t.zeros[0]
	}
	for i := range out {
		q := 0
		switch t.kind {
		case typeInt32:
			q = int(int32(binary.LittleEndian.Uint32(t.data[4*i:])))
		case typeUint8:
			q = int(t.data[i])
		default:
			q = int(int8(t.data[i]))
		}
		out[i] = float32(float64(t.scales[i/inner%len(t.scales)]) * float64(q-zero))
	}
	return nil
}

// mean gives the node that makes a tensor the tensor's quantization, if it has
// one.
func (b *builder) mean(index int) error {
	t := &b.graph.tensors[index]
	if !t.quantized() {
		return nil
	}
	q, err := t.quantization()
	if err != nil {
		return err
	}
	b.list[b.nodes[index]].Quantization = &q
	return nil
}

// alias makes the operator's output its input.
func (b *builder) alias(o *operator) error {
	in, err := b.node(o, 0)
	if err != nil {
		return err
	}
	b.nodes[o.outputs[0]] = in
	return nil
}

// quantize reads a conversion of float32 to integers, which only says what they
// mean, or of integers to others.
func (b *builder) quantize(o *operator) error {
	in, err := b.node(o, 0)
	if err != nil {
		return err
	}
	if b.list[in].Quantization == nil {
		b.nodes[o.outputs[0]] = in
		return b.mean(o.outputs[0])
	}
	return b.put(o, &nn.ActivationLayer{Activation: nn.Activation{Name: "linear"}}, in)
}
