package kerneltest

import (
	"fmt"
	"math"
	"testing"

	"edged/kernels"
)

// lengths lie round the widths of vectors and of units.
var lengths = []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100, 1000, 4095, 4097, 9000}

func (s *suite) activate(t *testing.T) {
	for _, a := range activations {
		for _, n := range lengths {
			for _, scale := range []float32{1, 12} {
				input := random(n, int(a.Kind))
				op := s.table.Activate(&kernels.ActivateSpec{Size: n, Activation: a})
				if !s.owns(op) {
					continue
				}
				want := newSums(n, 0)
				for i := range input {
					input[i] *= scale
					want.values[i] = float64(input[i])
				}
				name := fmt.Sprintf("kind%d/%d-scale%g", a.Kind, n, scale)
				s.check(t, name, op, [][]float32{input}, want.activatedOnce(a))
			}
		}
	}
}

// activatedOnce is the activation of values that are not rounded before it.
func (s *sums) activatedOnce(a kernels.Activation) result {
	values := make([]float64, len(s.values))
	for i, x := range s.values {
		values[i] = activation(a, x)
	}
	r := exact(values)
	for i, x := range s.values {
		// One rounding of x+3, 0.2x+0.5 or x-threshold.
		slack := epsilon * (math.Abs(x) + 3)
		switch a.Kind {
		case kernels.HardSigmoid, kernels.HardSigmoid6, kernels.ReLU:
			r.tolerances[i] += slack
		case kernels.HardSwish:
			r.tolerances[i] += slack * math.Abs(x)
		}
	}
	return r
}

func (s *suite) softmax(t *testing.T) {
	for i, size := range []int{1, 2, 3, 4, 5, 8, 10, 16, 17, 25, 33, 100, 1000} {
		for _, shape := range [][2]int{{1, 1}, {3, 1}, {2, 4}, {1, 5}} {
			outer, inner := shape[0], shape[1]
			for _, scale := range []float32{1, 30} {
				op := s.table.Softmax(&kernels.SoftmaxSpec{Outer: outer, Size: size, Inner: inner})
				if !s.owns(op) {
					continue
				}
				input := random(outer*size*inner, i)
				for j := range input {
					input[j] *= scale
				}
				values := make([]float64, len(input))
				for row := range outer * inner {
					at := row/inner*size*inner + row%inner
					sum := 0.0
					for k := range size {
						values[at+k*inner] = math.Exp(float64(input[at+k*inner]))
						sum += values[at+k*inner]
					}
					for k := range size {
						values[at+k*inner] /= sum
					}
				}
				want := exact(values)
				for j := range want.tolerances {
					// The argument of exp is rounded once.
					want.tolerances[j] += 2 * float64(scale) * epsilon * values[j]
				}
				name := fmt.Sprintf("%dx%dx%d-scale%g", outer, size, inner, scale)
				s.check(t, name, op, [][]float32{input}, want)
			}
		}
	}
}

func (s *suite) affine(t *testing.T) {
	for i, channels := range lengths {
		for _, rows := range []int{1, 2, 5, 70} {
			a := activations[i%len(activations)]
			spec := kernels.AffineSpec{Rows: rows, Channels: channels, Scale: random(channels, 1), Offset: random(channels, 2), Activation: a}
			op := s.table.Affine(&spec)
			if !s.owns(op) {
				continue
			}
			input := random(rows*channels, i)
			want := newSums(len(input), 2)
			for j, x := range input {
				want.add(j, float64(x)*float64(spec.Scale[j%channels]))
				want.add(j, float64(spec.Offset[j%channels]))
			}
			s.check(t, fmt.Sprintf("%dx%d-a%d", rows, channels, a.Kind), op, [][]float32{input}, want.activated(op, a))
		}
	}
}

func (s *suite) prelu(t *testing.T) {
	for i, size := range lengths {
		for _, rows := range []int{1, 2, 5, 70} {
			spec := kernels.PReLUSpec{Rows: rows, Size: size, Alpha: random(size, 1)}
			input := random(rows*size, i)
			values := wide(input)
			for j, x := range values {
				if x < 0 {
					values[j] = x * float64(spec.Alpha[j%size])
				}
			}
			s.check(t, fmt.Sprintf("%dx%d", rows, size), s.table.PReLU(&spec), [][]float32{input}, exact(values))
		}
	}
}

func (s *suite) combine(t *testing.T) {
	relu := kernels.Activation{Kind: kernels.ReLU}
	seed := 0
	for kind := kernels.Add; kind <= kernels.Average; kind++ {
		for _, channels := range []int{1, 3, 4, 7, 8, 16, 17, 64, 65, 5000} {
			out := [3]int{3, 2, channels}
			for _, inputs := range [][][3]int{
				{out, out},
				{out, {1, 1, channels}},
				{{1, 1, channels}, out},
				{out, {3, 2, 1}},
				{{3, 1, channels}, {1, 2, 1}},
				{out, {1, 1, 1}},
				{out, out, out},
				{out, {3, 1, 1}, {1, 2, channels}, out},
			} {
				if kind == kernels.Subtract && len(inputs) > 2 {
					continue
				}
				seed++
				spec := kernels.CombineSpec{Kind: kind, Inputs: inputs, Output: out}
				if seed%3 == 0 {
					spec.Activation = relu
				}
				s.combined(t, &spec, seed)
			}
		}
	}
}

func (s *suite) combined(t *testing.T, spec *kernels.CombineSpec, seed int) {
	op := s.table.Combine(spec)
	if !s.owns(op) {
		return
	}
	var inputs [][]float32
	for i, shape := range spec.Inputs {
		inputs = append(inputs, random(shape[0]*shape[1]*shape[2], seed+i))
	}
	want := newSums(spec.Output[0]*spec.Output[1]*spec.Output[2], len(inputs)+1)
	for i := range want.values {
		at := [3]int{i / spec.Output[2] / spec.Output[1], i / spec.Output[2] % spec.Output[1], i % spec.Output[2]}
		for k, shape := range spec.Inputs {
			y, x, c := at[0]%shape[0], at[1]%shape[1], at[2]%shape[2]
			v := float64(inputs[k][(y*shape[1]+x)*shape[2]+c])
			if k == 0 {
				want.add(i, v)
				continue
			}
			switch spec.Kind {
			case kernels.Add, kernels.Average:
				want.add(i, v)
			case kernels.Subtract:
				want.add(i, -v)
			case kernels.Multiply:
				want.values[i] *= v
			case kernels.Maximum:
				want.values[i] = max(want.values[i], v)
			case kernels.Minimum:
				want.values[i] = min(want.values[i], v)
			}
		}
		if spec.Kind == kernels.Average {
			want.values[i] /= float64(len(inputs))
		}
	}
	s.check(t, fmt.Sprintf("kind%d-%v", spec.Kind, spec.Inputs), op, inputs, want.activated(op, spec.Activation))
}
