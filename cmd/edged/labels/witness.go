package labels

import (
	"cmp"
	"slices"

	"edged/cmd/edged/engine"
	"edged/nn"
	"edged/storage"
)

// maxScores is how many of a model's scores are noted with a capture.
const maxScores = 5

// witness tells what a version says of pictures.
type witness struct{ engine.Witness }

// scores are the version's best scores of a picture; none if it can't answer.
func (w *witness) scores(version *storage.Version, m nn.Image) []storage.LabelScore {
	output, err := w.Predict(version, m)
	if err != nil {
		return nil
	}
	scores := make([]storage.LabelScore, len(output))
	for i, score := range output {
		scores[i] = storage.LabelScore{Label: version.Model.Labels[i], Score: score}
	}
	slices.SortStableFunc(scores, func(a, b storage.LabelScore) int { return cmp.Compare(b.Score, a.Score) })
	return scores[:min(maxScores, len(scores))]
}
