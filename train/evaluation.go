package train

import (
	"cmp"
	"math"
	"slices"
)

// Evaluation is how a model answered for labelled pictures. Its JSON is what
// `edged evaluate --json` prints.
type Evaluation struct {
	Samples int `json:"samples"` // pictures that were read
	// Loss is the mean of Keras's categorical cross-entropy; nil where the
	// model's outputs are no probabilities.
	Loss     *float64      `json:"loss"`
	Accuracy float64       `json:"accuracy"`
	Top      TopAccuracy   `json:"top"`
	Classes  []ClassReport `json:"classes"` // one for each label, in order
	// Confusion counts pictures of each class (row) by what the model took them
	// for (column), in the order of Classes.
	Confusion [][]int   `json:"confusion"`
	Mistakes  []Mistake `json:"mistakes"` // the worst first
	Skipped   []Skipped `json:"skipped"`
}

// TopAccuracy is the share of pictures whose class is among the K best scores.
type TopAccuracy struct {
	K        int     `json:"k"`
	Accuracy float64 `json:"accuracy"`
}

// ClassReport is precision, recall and their harmonic mean for one class; 0
// where nothing was taken for it, or there is none of it.
type ClassReport struct {
	Label     string  `json:"label"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Support   int     `json:"support"` // pictures of the class
}

// Mistake is a picture that the model took for another class.
type Mistake struct {
	File      string  `json:"file"`
	Label     string  `json:"label"`
	Score     float64 `json:"score"` // of its own label
	Predicted string  `json:"predicted"`
	// PredictedScore is the score of the label that the model chose.
	PredictedScore float64 `json:"predicted_score"`
}

// Skipped is a picture that could not be read, and why.
type Skipped struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// summarize counts the answers.
func summarize(labels []string, samples []Sample, answers []answer, top, mistakes int) *Evaluation {
	e := &Evaluation{Top: TopAccuracy{K: top}, Confusion: make([][]int, len(labels)), Mistakes: []Mistake{}, Skipped: []Skipped{}}
	for i := range e.Confusion {
		e.Confusion[i] = make([]int, len(labels))
	}
	loss, right, among := 0.0, 0, 0
	for i, a := range answers {
		s := samples[i]
		if a.err != nil {
			e.Skipped = append(e.Skipped, Skipped{File: s.File, Reason: a.err.Error()})
			continue
		}
		e.Samples++
		loss += a.loss
		e.Confusion[s.Class][a.predicted]++
		if a.above < top {
			among++
		}
		if a.predicted == s.Class {
			right++
			continue
		}
		e.Mistakes = append(e.Mistakes, Mistake{File: s.File, Label: labels[s.Class], Score: a.right, Predicted: labels[a.predicted], PredictedScore: a.score})
	}
	slices.SortStableFunc(e.Mistakes, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(b.PredictedScore, a.PredictedScore))
	})
	e.Mistakes = e.Mistakes[:min(len(e.Mistakes), max(mistakes, 0))]
	if mean := loss / float64(e.Samples); !math.IsNaN(mean) {
		e.Loss = &mean
	}
	e.Accuracy, e.Top.Accuracy = share(right, e.Samples), share(among, e.Samples)
	e.Classes = reports(labels, e.Confusion)
	return e
}

func reports(labels []string, confusion [][]int) []ClassReport {
	taken := make([]int, len(labels))
	for _, row := range confusion {
		for j, n := range row {
			taken[j] += n
		}
	}
	out := make([]ClassReport, len(labels))
	for i, row := range confusion {
		support := 0
		for _, n := range row {
			support += n
		}
		out[i] = ClassReport{
			Label:     labels[i],
			Precision: share(row[i], taken[i]),
			Recall:    share(row[i], support),
			F1:        share(2*row[i], taken[i]+support),
			Support:   support,
		}
	}
	return out
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
