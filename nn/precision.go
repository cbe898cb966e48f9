package nn

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"edged/kernels"
	"edged/quant"
)

// Precision is the type in which a Plan keeps its weights and computes.
type Precision uint8

// The precisions.
const (
	// Float32 is what Keras computes in.
	Float32 Precision = iota
	// Float16 keeps the weights in half precision and computes in float32.
	Float16
	// Int8 keeps weights and tensors in int8, as TensorFlow Lite defines it. The
	// model's nodes need a Quantization.
	Int8
)

var precisionNames = []string{"float32", "float16", "int8"}

// String returns the name, as "float16".
func (p Precision) String() string { return precisionNames[p] }

// ParsePrecision returns the precision of the given name.
func ParsePrecision(name string) (Precision, error) {
	for i, n := range precisionNames {
		if n == name {
			return Precision(i), nil
		}
	}
	return 0, fmt.Errorf("precision %q is not known: choose %s", name, strings.Join(precisionNames, " or "))
}

// pack returns weights in the precision; those that Int8 leaves in floating
// point are in float16.
func (p Precision) pack(w parameters) (kernels.Weights, error) {
	if p == Float32 {
		return kernels.Weights{Float32: w.wide(), Bias: w.bias}, nil
	}
	if w.half != nil {
		return kernels.Weights{Float16: w.half, Bias: w.bias}, nil
	}
	short := make([]uint16, len(w.kernel))
	var group errgroup.Group
	for from := 0; from < len(short); from += weightRun {
		group.Go(func() error {
			to := min(from+weightRun, len(short))
			quant.NarrowFloat16(short[from:to], w.kernel[from:to])
			if at := quant.InfiniteFloat16(short[from:to]); at >= 0 {
				return fmt.Errorf("weight %d is %g, beyond the %d of %s: use %s", from+at, w.kernel[from+at], 65504, Float16, Float32)
			}
			return nil
		})
	}
	return kernels.Weights{Float16: short, Bias: w.bias}, group.Wait()
}

// size is the memory in bytes of weights in the precision.
func (p Precision) size(w parameters) int {
	bytes := kernels.Float32Bytes
	switch p {
	case Float16:
		bytes = kernels.Float16Bytes
	case Int8:
		bytes = kernels.Float16Bytes
		if len(w.from) > 0 && w.from[0].Scales != nil {
			bytes = 1
		}
	}
	return max(len(w.kernel), len(w.half))*bytes + len(w.bias)*kernels.Float32Bytes
}

// parameters are the weights of a step while a plan is compiled. They belong to
// the model until the first change.
type parameters struct {
	kernel, bias []float32
	half         []uint16 // the kernel, where it is held in float16
	owned        bool
	from         []*Weight // kernel and, if any, bias
}

func parametersOf(kernel, bias *Weight) parameters {
	return parameters{kernel: kernel.Value, half: kernel.Float16, bias: values(bias), from: present(kernel, bias)}
}

// wide is the kernel in float32.
func (w *parameters) wide() []float32 {
	if w.half == nil {
		return w.kernel
	}
	return widened(w.half)
}

func (w *parameters) sources() []*Weight { return w.from }

func (w *parameters) weights() parameters { return *w }

// own makes the parameters safe to change; a missing bias becomes zeros.
func (w *parameters) own(outputs int) {
	if w.owned {
		return
	}
	bias := make([]float32, outputs)
	copy(bias, w.bias)
	kernel := w.wide()
	if w.half == nil {
		kernel = slices.Clone(kernel)
	}
	*w = parameters{kernel: kernel, bias: bias, owned: true}
}

// scaleOutputs folds y*scale + offset into parameters whose last axis is the
// outputs.
func (w *parameters) scaleOutputs(scale, offset []float32) {
	n := len(scale)
	w.own(n)
	for i := range w.kernel {
		w.kernel[i] *= scale[i%n]
	}
	for i := range w.bias {
		w.bias[i] = float32(float64(w.bias[i])*float64(scale[i]) + float64(offset[i]))
	}
}

// scaleInputs folds x*scale + offset into parameters, where input tells the
// channel that weight i is multiplied with.
func (w *parameters) scaleInputs(scale, offset []float32, outputs int, input func(i int) int) {
	w.own(outputs)
	bias := make([]float64, outputs)
	for i, v := range w.kernel {
		channel := input(i)
		bias[i%outputs] += float64(v) * float64(offset[channel])
		w.kernel[i] = v * scale[channel]
	}
	for i := range w.bias {
		w.bias[i] = float32(float64(w.bias[i]) + bias[i])
	}
}
