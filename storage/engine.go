package storage

import (
	"context"
	"fmt"
	"math"
	"slices"

	"edged/nn"
)

// Engine is the Loader for models that run on nn's plans.
type Engine struct {
	// Open says what a model's files may leave open.
	Open LoadOptions
	// Compile chooses precision and kernels; nil compiles for the stored
	// precision and the best kernels of this CPU.
	Compile func(*Model) (*nn.Plan, error)
	// Runner makes the runner that comes with a version; nil makes one that
	// predicts on one core.
	Runner func(*nn.Plan) *nn.Runner
}

// Ready is a model that was loaded, compiled and has answered a first picture.
type Ready struct {
	Model *Model // without the values of its weights, which the plan has
	Plan  *nn.Plan
	// Runner is warm, and belongs to the frame loop alone. Others that want to
	// predict make their own of Plan.
	Runner *nn.Runner
}

// Verify implements Loader.
func (Engine) Verify(_ context.Context, path string) error { return Verify(path) }

// Load implements Loader: it loads the model, compiles it, and lets it answer
// the probe, or a grey picture when there is none.
func (e Engine) Load(ctx context.Context, path string) (*Ready, error) {
	o := e.Open
	o.KeepFloat16 = true
	m, err := Load(path, o)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	plan, err := e.compile(m)
	if err != nil {
		return nil, &DamagedError{File: m.Name, Reason: err.Error(), Err: err}
	}
	for _, w := range m.Network.Weights() {
		w.Value, w.Float16 = nil, nil
	}
	r := &Ready{Model: m, Plan: plan}
	if e.Runner != nil {
		r.Runner = e.Runner(plan)
	} else {
		r.Runner = plan.NewRunner(nil)
	}
	if err := r.warmUp(); err != nil {
		return nil, &DamagedError{File: m.Name, Reason: err.Error(), Err: err}
	}
	return r, nil
}

func (e Engine) compile(m *Model) (*nn.Plan, error) {
	if e.Compile != nil {
		return e.Compile(m)
	}
	precision, err := nn.ParsePrecision(string(m.Precision))
	if err != nil {
		return nil, err
	}
	return nn.Compile(m.Network, nn.Options{Precision: precision})
}

// grey is the input of a model without a probe.
const grey = 0.5

// warmUp predicts for the first time, which brings weights and arena into
// memory, and checks the answer as far as it is known.
func (r *Ready) warmUp() error {
	if p := r.Model.Probe; p != nil {
		return p.Check(r.Runner)
	}
	for i := range r.Runner.Input() {
		r.Runner.Input()[i] = grey
	}
	output := r.Runner.Predict()
	if i := slices.IndexFunc(output, func(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }); i >= 0 {
		return fmt.Errorf("its output %d for a grey picture is %v", i, output[i])
	}
	return nil
}
