package capture

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
)

func TestMailboxGivesTheNewest(t *testing.T) {
	m := newMailbox()
	frame, skipped := m.put(testFrame(1, 2, 2))
	if skipped {
		t.Error("the first frame replaced one")
	}
	*frame = *testFrame(2, 2, 2)
	if _, skipped = m.put(frame); !skipped {
		t.Error("the second frame replaced none")
	}
	var got Frame
	if err := m.take(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	sameFrame(t, testFrame(2, 2, 2), &got)
}

func TestMailboxAccountsForEveryFrame(t *testing.T) {
	const frames = 20_000
	m := newMailbox()
	var skipped, taken, last uint64
	var all sync.WaitGroup
	all.Go(func() {
		defer m.close()
		frame := new(Frame)
		for i := range uint64(frames) {
			frame.Sequence = i + 1
			next, replaced := m.put(frame)
			if replaced {
				skipped++
			}
			frame = next
		}
	})
	all.Go(func() {
		var frame Frame
		for m.take(context.Background(), &frame) == nil {
			if frame.Sequence <= last {
				t.Errorf("frame %d after frame %d", frame.Sequence, last)
			}
			last = frame.Sequence
			taken++
		}
	})
	all.Wait()
	if taken+skipped != frames || last != frames {
		t.Errorf("%d taken, %d skipped, the last is %d; want %d in all and the last taken", taken, skipped, last, frames)
	}
}

func TestMailboxWaitsForTheTaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMailbox()
		frame, err := m.putWhenTaken(t.Context(), testFrame(1, 2, 2))
		if err != nil {
			t.Fatal(err)
		}
		*frame = *testFrame(2, 2, 2)
		put := make(chan error)
		go func() {
			_, err := m.putWhenTaken(t.Context(), frame)
			put <- err
		}()
		synctest.Wait()
		select {
		case <-put:
			t.Error("the second frame did not wait")
		default:
		}
		var got Frame
		for want := range uint64(2) {
			if err := m.take(t.Context(), &got); err != nil || got.Sequence != want+1 {
				t.Errorf("got frame %d, error %v; want frame %d", got.Sequence, err, want+1)
			}
		}
		if err := <-put; err != nil {
			t.Error(err)
		}
	})
}

func TestMailboxEnds(t *testing.T) {
	m := newMailbox()
	m.put(testFrame(1, 2, 2))
	m.close()
	var f Frame
	if err := m.take(t.Context(), &f); err != nil || f.Sequence != 1 {
		t.Errorf("the last frame: got %d, error %v", f.Sequence, err)
	}
	if err := m.take(t.Context(), &f); !errors.Is(err, io.EOF) {
		t.Errorf("after the last frame: got %v, want io.EOF", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newMailbox().take(ctx, &f); !errors.Is(err, context.Canceled) {
		t.Errorf("without frames: got %v", err)
	}
	m = newMailbox()
	m.put(testFrame(1, 2, 2))
	if _, err := m.putWhenTaken(ctx, &f); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody takes: got %v", err)
	}
}

func TestMailboxAllocatesNothing(t *testing.T) {
	m := newMailbox()
	frame, taken := testFrame(1, 64, 48), testFrame(0, 64, 48)
	got := testing.AllocsPerRun(100, func() {
		frame, _ = m.put(frame)
		frame, _ = m.put(frame)
		if err := m.take(context.Background(), taken); err != nil {
			t.Fatal(err)
		}
	})
	if got != 0 {
		t.Errorf("%v allocations", got)
	}
}
