package main

import (
	"math"
	"path/filepath"
	"testing"

	"edged/kernels"
	"edged/processtest"
)

// TestAllKernelsGiveThePortableOnesScores predicts with every table of kernels
// that this CPU can run.
func TestAllKernelsGiveThePortableOnesScores(t *testing.T) {
	pattern, least := "*/*.png", 30
	if processtest.Emulator() != nil {
		pattern, least = "[0-3]/007.png", 4
	}
	pictures, err := filepath.Glob(filepath.Join(digits, "valid", pattern))
	if err != nil || len(pictures) < least {
		t.Fatal(pictures, err)
	}
	predict := func(kernels, precision string) []prediction {
		line := []string{"predict", "--json", "--model", filepath.Join(digits, "model"), "--kernels", kernels, "--precision", precision}
		got := edged(t, append(line, pictures...)...)
		if got.status != 0 || got.errors != "" {
			t.Fatalf("%s: status %d, %s", kernels, got.status, got.errors)
		}
		return predictions(t, got.output)
	}
	for _, precision := range []string{"float32", "float16"} {
		if precision == "float16" {
			pictures = pictures[:3]
		}
		want := predict("portable", precision)
		for _, name := range kernels.Available() {
			tolerance := 1e-5
			table, err := kernels.Select(name)
			if err != nil {
				t.Fatal(err)
			}
			if table.Half && precision == "float16" {
				tolerance = 1e-3 // its arithmetic is float16 as well
			}
			for i, p := range predict(name, precision) {
				if p.Label != want[i].Label {
					t.Errorf("%s, %s: %s says %s, portable %s", p.File, precision, name, p.Label, want[i].Label)
				}
				for label, score := range p.Scores {
					if diff := math.Abs(score - want[i].Scores[label]); diff > tolerance {
						t.Errorf("%s, %s: %s's score of %s is off by %g", p.File, precision, name, label, diff)
					}
				}
			}
		}
	}
}
