package capture

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func sequences(frames []Frame) []uint64 {
	got := []uint64{}
	for _, f := range frames {
		got = append(got, f.Sequence)
	}
	return got
}

func TestRingFindsTheNearestFrames(t *testing.T) {
	at := func(sequence uint64) time.Time { return testFrame(sequence, 2, 2).Time }
	tests := []struct {
		name  string
		added uint64
		time  time.Time
		n     int
		want  []uint64
	}{
		{"empty", 0, at(1), 3, []uint64{}},
		{"fewer than asked", 2, at(1), 3, []uint64{1, 2}},
		{"in the middle", 5, at(3).Add(time.Millisecond), 3, []uint64{2, 3, 4}},
		{"before all", 5, at(0), 2, []uint64{1, 2}},
		{"after all", 9, at(50), 2, []uint64{8, 9}},
		{"the oldest are gone", 9, at(1), 2, []uint64{5, 6}},
		{"none", 9, at(6), 0, []uint64{}},
		{"all", 9, at(6), 100, []uint64{5, 6, 7, 8, 9}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ring := NewRing(5, 1<<20, 0)
			for i := range test.added {
				ring.Add(testFrame(i+1, 2, 2))
			}
			got := ring.Nearest(test.time, test.n)
			if diff := cmp.Diff(test.want, sequences(got)); diff != "" {
				t.Error(diff)
			}
			for _, f := range got {
				sameFrame(t, testFrame(f.Sequence, 2, 2), &f)
			}
		})
	}
}

func TestRingFindsFramesThoughTheClockWasSet(t *testing.T) {
	ring := NewRing(4, 1<<20, 0)
	now := time.Unix(1_800_000_000, 0)
	for i, offset := range []time.Duration{0, time.Second, -time.Hour, -time.Hour + time.Second} {
		ring.Add(&Frame{Sequence: uint64(i + 1), Time: now.Add(offset), Width: 1, Height: 1, Pixels: make([]byte, 3)})
	}
	if diff := cmp.Diff([]uint64{3, 4}, sequences(ring.Nearest(now.Add(-time.Hour), 2))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]uint64{1, 2}, sequences(ring.Nearest(now, 2))); diff != "" {
		t.Error(diff)
	}
}

func TestRingHoldsItsLimits(t *testing.T) {
	ring := NewRing(100, 5*2*2*channels+1, 0)
	for i := range uint64(20) {
		ring.Add(testFrame(i+1, 2, 2))
	}
	if got, want := ring.Len(), 5; got != want {
		t.Errorf("small frames: got %d, want %d", got, want)
	}
	ring.Add(testFrame(21, 20, 20))
	if diff := cmp.Diff([]uint64{21}, sequences(ring.Nearest(time.Time{}, 9))); diff != "" {
		t.Errorf("a frame beyond the limit: %s", diff)
	}
	for i := range uint64(3) {
		ring.Add(testFrame(22+i, 2, 2))
	}
	if diff := cmp.Diff([]uint64{22, 23, 24}, sequences(ring.Nearest(time.Time{}, 9))); diff != "" {
		t.Errorf("small frames again: %s", diff)
	}
}

func TestRingIsSafeForConcurrentUse(t *testing.T) {
	ring := NewRing(4, 1<<20, 0)
	var all sync.WaitGroup
	all.Go(func() {
		for i := range uint64(500) {
			ring.Add(testFrame(i+1, 8, 8))
		}
	})
	for range 2 {
		all.Go(func() {
			for range 200 {
				for _, f := range ring.Nearest(testFrame(250, 8, 8).Time, 3) {
					sameFrame(t, testFrame(f.Sequence, 8, 8), &f)
				}
			}
		})
	}
	all.Wait()
}

func TestRingGivesTheLatestFrame(t *testing.T) {
	ring := NewRing(3, 1<<20, 0)
	var f Frame
	if ring.Latest(&f) {
		t.Error("an empty ring has a frame")
	}
	for i := range uint64(7) {
		ring.Add(testFrame(i+1, 2, 2))
		if !ring.Latest(&f) || f.Sequence != i+1 {
			t.Errorf("got frame %d, want %d", f.Sequence, i+1)
		}
		sameFrame(t, testFrame(i+1, 2, 2), &f)
	}
	if got := testing.AllocsPerRun(10, func() { ring.Latest(&f) }); got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}
