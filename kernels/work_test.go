package kernels

import (
	"slices"
	"testing"
)

func TestWorkersHaveSharesOfTheirOwn(t *testing.T) {
	k := work{shares: make([]share, 2)}
	k.divide(13)
	for _, step := range []struct{ worker, first, last int }{
		{0, 0, 3}, {0, 3, 4}, // half of [0, 6), half of the rest
		{1, 6, 9},            // half of [6, 13)
		{0, 4, 5}, {0, 5, 6}, // the end of its own
		{0, 11, 13},             // from the other's end
		{1, 9, 10}, {0, 10, 11}, // until they meet
		{0, 0, 0}, {1, 0, 0},
	} {
		first, last := k.take(step.worker)
		if first != step.first || last != step.last {
			t.Errorf("worker %d got [%d, %d), want [%d, %d)", step.worker, first, last, step.first, step.last)
		}
	}
}

func TestOneWorkerDoesAllShares(t *testing.T) {
	for workers := 1; workers <= 5; workers++ {
		for units := range 20 {
			k := work{shares: make([]share, workers)}
			k.divide(units)
			counts := make([]int, units)
			for first, last := k.take(workers - 1); first < last; first, last = k.take(workers - 1) {
				for i := first; i < last; i++ {
					counts[i]++
				}
			}
			if slices.ContainsFunc(counts, func(n int) bool { return n != 1 }) {
				t.Errorf("%d workers: units were taken %v times", workers, counts)
			}
		}
	}
}
