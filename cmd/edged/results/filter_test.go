package results

import (
	"math"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// play adds frames in which label a has the given scores and b the rest, and
// returns the results: a label's letter, ? for unknown, - for none yet, a capital
// or ! where it changed.
func play(f *Filter, scores ...float32) string {
	var out strings.Builder
	for _, s := range scores {
		r, changed := f.Add([]float32{s, 1 - s})
		text := map[string]string{"a": "a", "b": "b", Unknown: "?", "": "-"}[r.Label]
		if changed {
			text = map[string]string{"a": "A", "b": "B", "?": "!"}[text]
		}
		out.WriteString(text)
	}
	return out.String()
}

func TestResults(t *testing.T) {
	for _, test := range []struct {
		name   string
		o      Options
		scores []float32
		want   string
	}{
		{"each frame", Options{}, []float32{.9, .4, .5, .6}, "ABbA"},
		{"a threshold", Options{Threshold: .8}, []float32{.9, .7, .2, .1, .8}, "A!BbA"},
		{"unknown from the start", Options{Threshold: .8}, []float32{.6, .5}, "!?"},
		{"hysteresis at the threshold", Options{Threshold: .8, Hysteresis: .1}, []float32{.75, .85, .75, .71, .65, .75}, "!Aaa!?"},
		{"hysteresis between labels", Options{Hysteresis: .2}, []float32{.55, .45, .55, .39, .45, .55, .61}, "AaaBbbA"},
		{"mean", Options{Smoothing: Mean, Frames: 3}, []float32{.9, .3, .1, .1, .9, .9}, "AaBbbA"},
		{"mean and a threshold", Options{Smoothing: Mean, Frames: 2, Threshold: .7}, []float32{.9, .1, .1, .3, .5}, "A!Bb!"},
		{"vote", Options{Smoothing: Vote, Frames: 4, Votes: 3}, []float32{.9, .1, .9, .9, .1, .1, .9, .1, .1}, "---AaaaBb"},
		{"vote and a threshold", Options{Smoothing: Vote, Frames: 3, Votes: 2, Threshold: .8}, []float32{.9, .9, .6, .6, .1, .1}, "-Aa!?B"},
		{"vote and hysteresis", Options{Smoothing: Vote, Frames: 3, Votes: 2, Threshold: .8, Hysteresis: .3}, []float32{.9, .9, .6, .6, .4, .4}, "-Aaaa!"},
		{"no numbers", Options{Smoothing: Mean, Frames: 2}, []float32{.9, float32(math.NaN()), .9, .9}, "A!?A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := New(test.o)
			f.Adopt([]string{"a", "b"})
			if got := play(f, test.scores...); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if got := testing.AllocsPerRun(100, func() { f.Add([]float32{.3, .7}) }); got != 0 {
				t.Errorf("got %v allocations a frame, want 0", got)
			}
		})
	}
}

func TestScoresOfResults(t *testing.T) {
	for _, test := range []struct {
		o    Options
		want Result
	}{
		{Options{}, Result{"a", .6}},
		{Options{Threshold: .7}, Result{Unknown, .6}},
		{Options{Smoothing: Mean, Frames: 2}, Result{"a", .7}},
		{Options{Smoothing: Vote, Frames: 3, Votes: 2}, Result{"a", .7}},
		{Options{Smoothing: Vote, Frames: 3, Votes: 2, Threshold: .9}, Result{Unknown, 0}},
	} {
		f := New(test.o)
		f.Adopt([]string{"a", "b"})
		var got Result
		for _, a := range []float32{.1, .8, .6} {
			got, _ = f.Add([]float32{a, 1 - a - .1})
		}
		if got.Label != test.want.Label || math.Abs(float64(got.Score-test.want.Score)) > 1e-6 {
			t.Errorf("%+v: got %+v, want %+v", test.o, got, test.want)
		}
	}
}

func TestAnotherModelKeepsTheResult(t *testing.T) {
	f := New(Options{Smoothing: Mean, Frames: 3, Threshold: .8, Hysteresis: .2})
	f.Adopt([]string{"a", "b"})
	play(f, .9)
	f.Adopt([]string{"c", "b", "a"})
	if r, changed := f.Add([]float32{.1, .2, .7}); r.Label != "a" || changed {
		t.Errorf("got %+v, changed %v", r, changed)
	}
	f.Adopt([]string{"c", "b"})
	if r, changed := f.Add([]float32{.6, .4}); r.Label != Unknown || !changed {
		t.Errorf("got %+v, changed %v", r, changed)
	}
}
