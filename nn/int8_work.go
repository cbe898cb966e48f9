package nn

import (
	"fmt"
	"math"
	"slices"

	"edged/kernels"
)

// int8Work is what a step does on int8, or nil if it must be done in float32.
func (g *graph) int8Work(s joinedStep, in []Quantization, out Quantization, low, high int8) (work, error) {
	switch w := s.work.(type) {
	case *conv2DStep:
		weights, err := w.int8(in[0], out, low, high, w.spec.Filters)
		if w.dense() {
			spec := kernels.DenseSpec{Rows: 1, Inputs: w.spec.InHeight * w.spec.InWidth * w.spec.InChannels, Units: w.spec.Filters}
			return built(w, func(t *kernels.Table) kernels.Op { return t.DenseInt8(&spec, weights) }), err
		}
		return built(w, func(t *kernels.Table) kernels.Op { return t.Conv2DInt8(&w.spec, weights) }), err
	case *depthwiseStep:
		weights, err := w.int8(in[0], out, low, high, w.spec.Channels*w.spec.Multiplier)
		return built(w, func(t *kernels.Table) kernels.Op { return t.DepthwiseInt8(&w.spec, weights) }), err
	case *denseStep:
		weights, err := w.int8(in[0], out, low, high, w.spec.Units)
		return built(w, func(t *kernels.Table) kernels.Op { return t.DenseInt8(&w.spec, weights) }), err
	case *activateStep:
		return lookupStep(w.spec.Size, out.activation(in[0], w.spec.Activation)), nil
	case *softmaxStep:
		if w.spec.Inner != 1 || w.spec.Size > maxSoftmax || out != probability {
			return nil, nil
		}
		spec := kernels.SoftmaxInt8Spec{Rows: w.spec.Outer, Size: w.spec.Size, Scale: float64(in[0].Scale)}
		return built(w, func(t *kernels.Table) kernels.Op { return t.SoftmaxInt8(&spec) }), nil
	case *globalPoolStep:
		if w.spec.Average {
			factor := float64(in[0].Scale) / float64(out.Scale) / float64(w.spec.Pixels)
			spec := kernels.MeanInt8Spec{Pixels: w.spec.Pixels, Channels: w.spec.Channels, Rescale: kernels.NewRescale(factor), InZero: in[0].Zero, OutZero: out.Zero}
			return built(w, func(t *kernels.Table) kernels.Op { return t.MeanInt8(&spec) }), nil
		}
	case *affineStep:
		if scale, offset := w.spec.Scale[0], w.spec.Offset[0]; alike(w.spec.Scale) && alike(w.spec.Offset) {
			table := out.table(in[0], func(v float32) float32 { return v*scale + offset })
			for i, v := range table {
				table[i] = min(max(v, low), high)
			}
			return lookupStep(w.spec.Rows*w.spec.Channels, table), nil
		}
	case *combineStep:
		if step := w.int8(in, out, low, high); step != nil {
			return step, nil
		}
	}
	for _, q := range in {
		if q != out {
			return nil, nil
		}
	}
	return moved(s.work, out, low, high), nil
}

// maxSoftmax is the number of exponentials whose sum fits into 12 bits.
const maxSoftmax = 1<<12 - 1

// alike tells whether all values are the same.
func alike(values []float32) bool {
	return !slices.ContainsFunc(values, func(v float32) bool { return v != values[0] })
}

// moved is the work of layers whose outputs are some of their inputs, or means
// of them, all having one quantization.
func moved(w work, q Quantization, low, high int8) work {
	switch w := w.(type) {
	case *poolStep:
		spec := kernels.PoolInt8Spec{PoolSpec: w.spec, Low: low, High: high}
		return built(w, func(t *kernels.Table) kernels.Op { return t.PoolInt8(&spec) })
	case *globalPoolStep:
		return built(w, func(t *kernels.Table) kernels.Op { return t.GlobalMaxInt8(&w.spec) })
	case *concatenateStep:
		return built(w, func(t *kernels.Table) kernels.Op { return t.ConcatenateInt8(&w.spec) })
	case *padStep:
		spec := kernels.PadInt8Spec{PadSpec: w.spec, Value: q.Zero}
		return built(w, func(t *kernels.Table) kernels.Op { return t.PadInt8(&spec) })
	}
	return nil
}

func built(w work, build func(*kernels.Table) kernels.Op) *int8Step {
	s := &int8Step{build: build, operations: w.flops()}
	if w, ok := w.(interface{ weights() parameters }); ok {
		s.parameters = w.weights()
	}
	return s
}

// int8 is what a merging layer does on int8, or nil.
func (s *combineStep) int8(in []Quantization, out Quantization, low, high int8) work {
	kind := s.spec.Kind
	if len(in) != 2 || kind != kernels.Add && kind != kernels.Subtract && kind != kernels.Multiply {
		return nil
	}
	spec := kernels.CombineInt8Spec{
		Kind: kind, Inputs: [2][3]int(s.spec.Inputs), Output: s.spec.Output,
		Zero: [2]int8{in[0].Zero, in[1].Zero}, OutZero: out.Zero, Low: low, High: high,
	}
	a, b, c := float64(in[0].Scale), float64(in[1].Scale), float64(out.Scale)
	if kind == kernels.Multiply {
		spec.Out = kernels.NewRescale(a * b / c)
	} else {
		twice := 2 * max(a, b)
		spec.In = [2]kernels.Rescale{kernels.NewRescale(a / twice), kernels.NewRescale(b / twice)}
		spec.Out = kernels.NewRescale(twice / ((1 << 20) * c))
	}
	return built(s, func(t *kernels.Table) kernels.Op { return t.CombineInt8(&spec) })
}

// int8 are the parameters in int8, whose last axis is the outputs.
func (w *parameters) int8(in, out Quantization, low, high int8, outputs int) (kernels.Int8Weights, error) {
	q := kernels.Int8Weights{InZero: in.Zero, OutZero: out.Zero, Low: low, High: high, Values: make([]int8, len(w.kernel))}
	scales := w.from[0].Scales
	if len(scales) != 1 && len(scales) != outputs {
		return q, fmt.Errorf("weight %s: %w", w.from[0].Name, errNotQuantized)
	}
	for _, scale := range scales {
		if err := (Quantization{Scale: scale}).check(); err != nil {
			return q, fmt.Errorf("weight %s: %w", w.from[0].Name, err)
		}
	}
	for i, v := range w.kernel {
		scale := scales[i%outputs%len(scales)]
		q.Values[i] = int8(min(max(math.Round(float64(v)/float64(scale)), math.MinInt8), math.MaxInt8))
	}
	for f := range outputs {
		scale := float64(in.Scale) * float64(scales[f%len(scales)])
		q.Rescale = append(q.Rescale, kernels.NewRescale(scale/float64(out.Scale)))
		if w.bias != nil {
			bias := math.Round(float64(w.bias[f]) / scale)
			q.Bias = append(q.Bias, int32(min(max(bias, math.MinInt32), math.MaxInt32)))
		}
	}
	return q, nil
}
