package labels

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"edged/capture"
	"edged/publish"
	"edged/storage"
)

// labeller keeps captures in a folder of the test's, without a model.
func labeller(t *testing.T, ring *capture.Ring) *Labeller {
	t.Helper()
	store := &Store{Options: storage.CapturesOptions{Folder: t.TempDir()}}
	t.Cleanup(func() { store.Close() })
	return New(Options{
		Ring: ring, Captures: store, Active: func() *storage.Version { return nil },
		Camera: func() capture.Status { return capture.Status{State: capture.StateStreaming} },
		Frames: 2, Delay: 300 * time.Millisecond, Window: time.Second, Debounce: time.Second,
		Kept: func(int) {}, Fit: func() error { return nil }, Fitting: func() string { return "fit=idle" }, Publish: func(publish.Event) {},
	})
}

func (l *Labeller) ask(t *testing.T, label string, at time.Time) string {
	t.Helper()
	done, err := l.Handle(t.Context(), capture.Order{Kind: capture.OrderLabel, Label: label, Port: "serial:/dev/ttyUSB0", Time: at})
	if err != nil {
		return "error " + err.Error()
	}
	return "ok " + done
}

// TestLabelsThoughTheClockJumps sets the clock by years between frames and labels,
// and between labels: a label whose frames are of another time is refused with the
// reason, and none that was acknowledged is lost.
func TestLabelsThoughTheClockJumps(t *testing.T) {
	ring := capture.NewRing(12, 1<<20, 0)
	l := labeller(t, ring)
	now, sequence, kept := time.Unix(1_800_000_000, 0), uint64(0), 0
	for _, jump := range []time.Duration{0, 10 * 365 * 24 * time.Hour, -25 * 365 * 24 * time.Hour, 3 * time.Hour, -time.Minute} {
		now = now.Add(jump)
		if jump != 0 {
			if got := l.ask(t, "nut", now); !strings.HasPrefix(got, "error no picture was taken within 1s of that moment") {
				t.Errorf("frames of before a jump by %v: got %q", jump, got)
			}
		}
		for range 3 {
			sequence++
			frame := scene(sequence, int(sequence*13%48), 90)
			frame.Time = now
			ring.Add(&frame)
			now = now.Add(100 * time.Millisecond)
		}
		got := l.ask(t, "nut", now)
		var count int
		if _, err := fmt.Sscanf(got, "ok nut %d", &count); err != nil || count <= kept || count > kept+2 {
			t.Errorf("after a jump by %v: got %q after %d captures", jump, got, kept)
		}
		kept = count
		if got := l.ask(t, "nut", now.Add(time.Second/2)); got != fmt.Sprint("ok nut ", kept) {
			t.Errorf("the same scan again: got %q", got)
		}
	}
	captures, err := l.o.Captures.Open()
	if err != nil {
		t.Fatal(err)
	}
	if got := len(captures.List()); got != kept {
		t.Errorf("%d captures are there, want %d", got, kept)
	}
}

func TestUndoTakesBackWhatALabelKept(t *testing.T) {
	ring := capture.NewRing(12, 1<<20, 0)
	l := labeller(t, ring)
	now := time.Unix(1_800_000_000, 0)
	frame := scene(1, 8, 90)
	frame.Time = now
	ring.Add(&frame)
	for i := range maxUndo + 5 {
		if got, want := l.ask(t, "nut", now.Add(time.Duration(i)*time.Millisecond)), "ok nut 1"; got != want && i == 0 {
			t.Errorf("got %q, want %q", got, want)
		}
		l.ask(t, fmt.Sprint("part", i), now)
	}
	undone := 0
	for {
		if _, err := l.Handle(t.Context(), capture.Order{Kind: capture.OrderUndo}); err != nil {
			break
		}
		undone++
	}
	if undone != maxUndo {
		t.Errorf("%d labels were undone, want %d", undone, maxUndo)
	}
}
