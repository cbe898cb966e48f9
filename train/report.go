package train

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"edged/nn"
	"edged/storage"
	"edged/storage/picture"
)

// Report is a model's report.json: how it was trained, and how it answers for
// pictures that it was not trained on.
type Report struct {
	Settings any      `json:"settings"`
	Training int      `json:"training"`   // pictures trained on
	Held     int      `json:"validation"` // pictures that were not
	Outcome  *Outcome `json:"outcome,omitempty"`
	Warning  string   `json:"warning,omitempty"`
	Head     any      `json:"head,omitempty"`
	// Exemplars stay with the model.
	Exemplars []storage.Exemplar `json:"-"`
	// Evaluation is of the validation pictures; nil without any.
	Evaluation *Evaluation `json:"evaluation,omitempty"`
}

// Commit writes m as a new version to dir, with the report and its plots.
func (r *Report) Commit(dir string, m *storage.Model) error {
	files := map[string][]byte{}
	if r.Outcome != nil && len(r.Outcome.History) > 0 {
		accuracy, loss, err := PlotHistory(r.Outcome.History)
		if err != nil {
			return fmt.Errorf("plots: %w", err)
		}
		files["accuracy.svg"], files["loss.svg"] = accuracy, loss
	}
	if e := r.Evaluation; e != nil && e.Samples > 0 && len(e.Classes) <= maxPlotted {
		var confusion bytes.Buffer
		if err := e.PlotConfusion(&confusion); err != nil {
			return fmt.Errorf("plots: %w", err)
		}
		files["confusion.svg"] = confusion.Bytes()
	}
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return storage.Commit(dir, m, storage.CommitOptions{Report: append(text, '\n'), Files: files, Exemplars: r.Exemplars})
}

// Probe makes a probe of the first picture that can be read: what the network
// answers for it, within what float16 weights may change. The plans are those of
// the network, or of its parts, one after the other.
func Probe(ctx context.Context, m *storage.Model, samples []Sample, plans ...*nn.Plan) *storage.Probe {
	p, err := nn.NewPreprocessor(m.Preprocessing, plans[0].InputShape())
	if err != nil {
		return nil
	}
	for _, s := range samples {
		if ctx.Err() != nil {
			return nil
		}
		image, err := picture.Read(s.File)
		if err != nil {
			continue
		}
		input := make([]float32, plans[0].InputShape().Size())
		if err := p.Apply(input, image); err != nil {
			continue
		}
		output := input
		for _, plan := range plans {
			r := plan.NewRunner(nil)
			copy(r.Input(), output)
			output = r.Predict()
		}
		return &storage.Probe{Input: input, Output: slices.Clone(output), Tolerance: probeTolerance}
	}
	return nil
}

// probeTolerance is the largest difference of a score that another precision
// or another kernel may make.
const probeTolerance = 0.02
