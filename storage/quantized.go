package storage

import (
	"fmt"
	"math"
	"strings"

	"edged/nn"
	"edged/storage/safetensors"
)

// quantization is nn's, as model.json holds it.
type quantization struct {
	Scale float32 `json:"scale"`
	Zero  int8    `json:"zero"`
}

// quantizationOf are the quantizations of a network's tensors by the names of the
// layers that make them, nil unless it is written in int8.
func quantizationOf(m *nn.Model, p Precision) map[string]quantization {
	if p != Int8 {
		return nil
	}
	all := map[string]quantization{}
	for _, n := range m.Nodes {
		if n.Quantization != nil {
			all[n.Layer.Name()] = quantization(*n.Quantization)
		}
	}
	return all
}

// setQuantization gives the network's nodes their quantization.
func setQuantization(m *nn.Model, p Precision, all map[string]quantization) error {
	if (p == Int8) != (len(all) > 0) {
		return fmt.Errorf("precision is %q and there are %d quantizations", p, len(all))
	}
	nodes := map[string][]int{}
	for i, n := range m.Nodes {
		nodes[n.Layer.Name()] = append(nodes[n.Layer.Name()], i)
	}
	for name, q := range all {
		if len(nodes[name]) != 1 {
			return fmt.Errorf("layer %q has a quantization and is called %d times, not once", name, len(nodes[name]))
		}
		if !positive(q.Scale) {
			return fmt.Errorf("layer %q has the scale %v, which is no positive number", name, q.Scale)
		}
		m.Nodes[nodes[name][0]].Quantization = &nn.Quantization{Scale: q.Scale, Zero: q.Zero}
	}
	return nil
}

func positive(v float32) bool { return v > 0 && !math.IsInf(float64(v), 0) }

// scaleSuffix ends the names of scales, which begin with those of the weights.
const scaleSuffix = "_scale"

// int8 are a quantized weight and its scales.
func (w namedWeight) int8() []safetensors.Tensor {
	scales := w.weight.Scales
	values := make([]int8, len(w.weight.Value))
	for i, v := range w.weight.Value {
		q := math.Round(float64(v) / float64(scales[i%len(scales)]))
		values[i] = int8(min(max(q, math.MinInt8), math.MaxInt8))
	}
	return []safetensors.Tensor{
		safetensors.Int8(w.name, w.weight.Shape, values),
		safetensors.Float32(w.name+scaleSuffix, []int{len(scales)}, scales),
	}
}

// scalesOf is the name of the int8 weight that a tensor's scales belong to, or
// false for a tensor of anything else.
func scalesOf(f *safetensors.File, t safetensors.Info) (string, bool) {
	name, ok := strings.CutSuffix(t.Name, scaleSuffix)
	w, there := f.Lookup(name)
	return name, ok && there && w.DType == safetensors.I8 && t.DType == safetensors.F32 && len(t.Shape) == 1
}

// scale turns a weight's values, which are those of int8, into real numbers.
func (w namedWeight) scale(scales []float32) error {
	shape := w.weight.Shape
	if len(shape) < 2 {
		return w.wrong(fmt.Errorf("is stored as I8 and has the shape %v", []int(shape)))
	}
	// A depthwise convolution has a scale for each channel and multiplier.
	last := shape[len(shape)-1]
	if n := len(scales); n != 1 && n != last && n != last*shape[len(shape)-2] {
		return w.wrong(fmt.Errorf("is stored as I8 and has %d scales, which its shape %v doesn't ask for", n, []int(shape)))
	}
	for i, scale := range scales {
		if !positive(scale) {
			return w.wrong(fmt.Errorf("has the scale %v at %d, which is no positive number", scale, i))
		}
	}
	for i, q := range w.weight.Value {
		w.weight.Value[i] = float32(float64(q) * float64(scales[i%len(scales)]))
	}
	w.weight.Scales = scales
	return nil
}
