package engine

import (
	"edged/nn"
	"edged/storage"
)

// Witness answers pictures by a version beside the frame loop, on one core. The
// zero value is ready; it is not safe for concurrent use.
type Witness struct {
	version *storage.Version
	runner  *nn.Runner
	picture *nn.Preprocessor
}

// Predict returns the version's scores of a picture, valid until the next call.
func (w *Witness) Predict(version *storage.Version, m nn.Image) ([]float32, error) {
	if w.version != version {
		picture, err := nn.NewPreprocessor(version.Model.Preprocessing, version.Plan.InputShape())
		if err != nil {
			return nil, err
		}
		w.version, w.picture, w.runner = version, picture, version.Plan.NewRunner(nil)
	}
	if err := w.picture.Fill(w.runner, m); err != nil {
		return nil, err
	}
	return w.runner.Predict(), nil
}
