package main

import (
	"math"
	"path/filepath"
	"testing"
)

// TestFloat16GivesFloat32sScores compares the precisions on this CPU's kernels,
// on some of which float16 is the arithmetic too.
func TestFloat16GivesFloat32sScores(t *testing.T) {
	pictures, err := filepath.Glob(filepath.Join(digits, "valid", "*", "007.png"))
	if err != nil || len(pictures) != 10 {
		t.Fatal(pictures, err)
	}
	predict := func(precision string) []prediction {
		got := edged(t, append([]string{"predict", "--json", "--model", filepath.Join(digits, "model"), "--precision", precision}, pictures...)...)
		if got.status != 0 || got.errors != "" {
			t.Fatalf("%s: status %d, %s", precision, got.status, got.errors)
		}
		return predictions(t, got.output)
	}
	want, got := predict("float32"), predict("float16")
	if len(got) != len(pictures) || len(want) != len(got) {
		t.Fatalf("got %d and %d answers, want %d", len(want), len(got), len(pictures))
	}
	for i, p := range got {
		if p.Label != want[i].Label {
			t.Errorf("%s: float16 says %s, float32 %s", p.File, p.Label, want[i].Label)
		}
		for label, score := range p.Scores {
			if diff := math.Abs(score - want[i].Scores[label]); diff > 0.001 {
				t.Errorf("%s: score of %s is off by %g", p.File, label, diff)
			}
		}
	}
}
