package storage

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"edged/nn"
)

// Probe is one input of a model and the output that it must give.
type Probe struct {
	Input     []float32 // as the network's input, one sample
	Output    []float32
	Tolerance float32 // the largest absolute difference that is right
}

// ProbeError says that a model does not compute what it should.
type ProbeError struct {
	Unit      int // the output unit with the largest difference
	Got, Want float32
	Tolerance float32
}

// Error says what came out and what should have.
func (e *ProbeError) Error() string {
	return fmt.Sprintf("the probe's output %d is %g and must be %g within %g: the weights or the kernels are wrong", e.Unit, e.Got, e.Want, e.Tolerance)
}

// Check predicts the probe and returns a *ProbeError if the output is wrong. r
// must be of the probe's model.
func (p *Probe) Check(r *nn.Runner) error {
	if copy(r.Input(), p.Input) != len(p.Input) || len(r.Output()) != len(p.Output) {
		return errors.New("the probe is of another model")
	}
	got := r.Predict()
	worst, unit := float64(-1), 0
	for i, want := range p.Output {
		d := math.Abs(float64(got[i]) - float64(want))
		if math.IsNaN(d) {
			d = math.Inf(1)
		}
		if d > worst {
			worst, unit = d, i
		}
	}
	if worst > float64(p.Tolerance) {
		return &ProbeError{unit, got[unit], p.Output[unit], p.Tolerance}
	}
	return nil
}

// check refuses a probe that doesn't fit the network or that nothing can pass
// or fail.
func (p *Probe) check(network *nn.Model) error {
	in, out := network.InputShape().Size(), network.OutputShape().Size()
	if len(p.Input) != in || len(p.Output) != out {
		return fmt.Errorf("it has %d inputs and %d outputs and the network has %d and %d", len(p.Input), len(p.Output), in, out)
	}
	numbers := func(values []float32) bool {
		return !slices.ContainsFunc(values, func(v float32) bool { return !finite(v) })
	}
	if !numbers(p.Input) || !numbers(p.Output) || !finite(p.Tolerance) || p.Tolerance < 0 {
		return errors.New("it has values that are no numbers")
	}
	return nil
}
