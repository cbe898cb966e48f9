package opencv

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestClipTimes(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name   string
		fps    float64
		rounds [][]float64
		want   []time.Duration
	}{
		{"even", 25, [][]float64{{0, 40, 80}}, []time.Duration{0, 40 * ms, 80 * ms}},
		{"uneven, later start", 25, [][]float64{{1000, 1030, 1100}}, []time.Duration{0, 30 * ms, 100 * ms}},
		{"no timestamps", 50, [][]float64{{0, 0, 0, 0}}, []time.Duration{0, 20 * ms, 40 * ms, 60 * ms}},
		{"backwards once", 25, [][]float64{{0, 40, 20, 120}}, []time.Duration{0, 40 * ms, 80 * ms, 120 * ms}},
		{"a loop", 25, [][]float64{{500, 540}, {500, 540}, {500}}, []time.Duration{0, 40 * ms, 80 * ms, 120 * ms, 160 * ms}},
		{"a rate that is none", math.NaN(), [][]float64{{0, 0}}, []time.Duration{0, 40 * ms}},
		{"a rate of zero", 0, [][]float64{{0, 0}}, []time.Duration{0, 40 * ms}},
		{"an absurd rate", 90000, [][]float64{{0, 0}}, []time.Duration{0, 40 * ms}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var times clipTimes
			var got []time.Duration
			for _, round := range test.rounds {
				times.begin(test.fps)
				for _, stamp := range round {
					got = append(got, times.next(stamp))
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCaptured(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	const uptime = 5000 * time.Second
	tests := []struct {
		name         string
		milliseconds float64
		want         time.Time
	}{
		{"a moment ago", 4_999_900, now.Add(-100 * time.Millisecond)},
		{"just now", 5_000_000, now},
		{"the future", 5_000_001, now},
		{"too old", 4_000_000, now},
		{"none", 0, now},
		{"of another clock", 1_800_000_000_000, now},
		{"not a number", math.NaN(), now},
	}
	for _, test := range tests {
		if got := captured(test.milliseconds, now, uptime); !got.Equal(test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
	if monotonic() <= 0 {
		t.Error("the clock stands still")
	}
}
