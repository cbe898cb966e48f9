package labels

import (
	"cmp"
	"slices"

	"edged/nn"
	"edged/storage"
)

// maxScores is how many of a model's scores are noted with a capture.
const maxScores = 5

// witness answers pictures by the active model beside the frame loop.
type witness struct {
	version *storage.Version
	runner  *nn.Runner
	picture *nn.Preprocessor
}

// scores are the version's best scores of a picture; none if it can't answer.
func (w *witness) scores(version *storage.Version, m nn.Image) []storage.LabelScore {
	if w.version != version {
		picture, err := nn.NewPreprocessor(version.Model.Preprocessing, version.Plan.InputShape())
		if err != nil {
			return nil
		}
		w.version, w.picture, w.runner = version, picture, version.Plan.NewRunner(nil)
	}
	if err := w.picture.Apply(w.runner.Input(), m); err != nil {
		return nil
	}
	output := w.runner.Predict()
	scores := make([]storage.LabelScore, len(output))
	for i, score := range output {
		scores[i] = storage.LabelScore{Label: version.Model.Labels[i], Score: score}
	}
	slices.SortStableFunc(scores, func(a, b storage.LabelScore) int { return cmp.Compare(b.Score, a.Score) })
	return scores[:min(maxScores, len(scores))]
}
