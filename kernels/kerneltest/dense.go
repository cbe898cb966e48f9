package kerneltest

import (
	"fmt"
	"testing"

	"edged/kernels"
)

func (s *suite) dense(t *testing.T) {
	var all []kernels.DenseSpec
	add := func(rows, inputs, units int, a kernels.Activation) {
		all = append(all, kernels.DenseSpec{Rows: rows, Inputs: inputs, Units: units, Activation: a})
	}
	relu := kernels.Activation{Kind: kernels.ReLU}
	sizes := []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 130}
	for i, n := range sizes {
		add(1, n, 10, relu)
		add(1, n, 16, relu)
		add(1, 37, n, relu)
		add(1, n, sizes[len(sizes)-1-i], relu)
		add(2+i%6, n, 9, relu)
		add(3+i, 20, n, relu)
	}
	for _, inputs := range []int{511, 1024, 2047, 2048, 2049, 4096, 5000, 20071} {
		add(1, inputs, 10, relu)
		add(1, inputs, 3, relu)
		add(2, inputs, 5, relu)
	}
	add(1, 3000, 100, relu)
	add(1, 700, 300, relu)
	for _, a := range activations {
		add(1, 33, 21, a)
		add(3, 8, 6, a)
	}
	for seed, d := range all {
		for _, half := range []bool{false, true} {
			input := random(d.Rows*d.Inputs, seed)
			weights, values := parameters(d.Inputs*d.Units, d.Units, seed, half)
			if seed%5 == 4 {
				weights.Bias = nil
			}
			op := s.table.Dense(&d, weights)
			if !s.owns(op) {
				continue
			}
			name := fmt.Sprintf("%dx%dx%d-a%d-half=%v", d.Rows, d.Inputs, d.Units, d.Activation.Kind, half)
			s.check(t, name, op, [][]float32{input}, dense(op, &d, input, values, weights.Bias))
		}
	}
}

// dense is the definition of Keras's Dense.
func dense(op kernels.Op, s *kernels.DenseSpec, input, weights, bias []float32) result {
	out := newSums(s.Rows*s.Units, s.Inputs+1)
	for i := range out.values {
		row, unit := i/s.Units, i%s.Units
		if bias != nil {
			out.add(i, float64(bias[unit]))
		}
		for k := range s.Inputs {
			out.add(i, float64(input[row*s.Inputs+k])*float64(weights[k*s.Units+unit]))
		}
	}
	return out.activated(op, s.Activation)
}
