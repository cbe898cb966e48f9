package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// answer is what the model says about one picture.
type answer struct {
	file   string
	best   []scored // highest first
	scores []scored // the same, in the model's order of labels
}

type scored struct {
	unit  int
	label string
	score float32
}

// newAnswer keeps the top best scores, at least one.
func newAnswer(file string, scores []float32, labels []string, top int) answer {
	all := make([]scored, len(scores))
	for i, score := range scores {
		all[i] = scored{i, labels[i], score}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	best := all[:min(max(top, 1), len(all))]
	ordered := slices.Clone(best)
	slices.SortFunc(ordered, func(a, b scored) int { return cmp.Compare(a.unit, b.unit) })
	return answer{file, best, ordered}
}

func printTable(w io.Writer, a answer) error {
	var line strings.Builder
	for _, s := range a.best {
		fmt.Fprintf(&line, "%s %.4f  ", s.label, s.score)
	}
	_, err := fmt.Fprintf(w, "%s%s\n", line.String(), a.file)
	return err
}

// printJSON prints scores in the model's order of labels, which a map would
// lose.
func printJSON(w io.Writer, a answer) error {
	var scores bytes.Buffer
	for i, s := range a.scores {
		label, err := json.Marshal(s.label)
		if err != nil {
			return err
		}
		score, err := json.Marshal(s.score)
		if err != nil {
			return err
		}
		if i > 0 {
			scores.WriteByte(',')
		}
		fmt.Fprintf(&scores, "%s:%s", label, score)
	}
	return json.NewEncoder(w).Encode(struct {
		File   string          `json:"file"`
		Label  string          `json:"label"`
		Score  float32         `json:"score"`
		Scores json.RawMessage `json:"scores"`
	}{a.file, a.best[0].label, a.best[0].score, json.RawMessage("{" + scores.String() + "}")})
}
