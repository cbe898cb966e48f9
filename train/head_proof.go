package train

import (
	"context"
	"sync/atomic"

	"edged/nn"
)

// prove measures the model with its new head on the captures that are held out,
// from their features, and makes its probe.
func (f *HeadFit) prove(ctx context.Context, head *splitHead, body *nn.Plan, features *Features, heldOut []keyed, result *Head) error {
	if len(heldOut) == 0 {
		return nil
	}
	var samples, files []Sample
	for _, k := range heldOut {
		samples = append(samples, k.Sample)
		if k.picture == nil {
			files = append(files, k.Sample)
		}
	}
	e := &Evaluator{Labels: result.Labels, Threads: f.Threads, Mistakes: mostMistakes}
	plans, err := []*nn.Plan{body}, error(nil)
	if tail, missing := f.tail(head, result.Method); missing == nil {
		e.Plan, err = f.Compile(tail)
		plans = append(plans, e.Plan)
		var read atomic.Int64
		e.fill = func(r *nn.Runner, sample int) error {
			values := features.Get(heldOut[sample].key, 0, len(r.Input()))
			f.Products.Widen(r.Input(), values)
			if n := int64(len(values)); read.Add(n)%productBytes < n {
				features.Release()
			}
			return nil
		}
	} else {
		e.Plan, err = f.Compile(f.Model.Network)
		e.Preprocessing = f.Model.Preprocessing
		plans[0], samples = e.Plan, files
	}
	if err != nil {
		return err
	}
	result.Probe = Probe(ctx, f.Model, files, plans...)
	result.Evaluation, err = e.Evaluate(ctx, samples)
	return err
}

// mostMistakes is how many mistakes a report lists.
const mostMistakes = 10

// tail is the part of the fitted model that takes the features.
func (f *HeadFit) tail(head *splitHead, method string) (*nn.Model, error) {
	if method != "landmarks" {
		return head.dense.Tail()
	}
	grid, err := nn.SplitMap(f.Model.Network)
	if err != nil {
		return nil, err
	}
	return grid.Tail, nil
}
