package opencv

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

func TestPacerWaitsUntilDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var p pacer
		alive := 0
		wait := func(due time.Duration) {
			t.Helper()
			if err := p.wait(t.Context(), due, func() error { alive++; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		at := func(want time.Duration) {
			t.Helper()
			if got := time.Since(began); got != want {
				t.Errorf("it is %v, want %v", got, want)
			}
		}
		wait(0)
		at(0)
		wait(40 * time.Millisecond)
		at(40 * time.Millisecond)
		time.Sleep(100 * time.Millisecond) // a little late: it catches up
		wait(80 * time.Millisecond)
		at(140 * time.Millisecond)
		wait(160 * time.Millisecond)
		at(160 * time.Millisecond)
		if alive != 0 {
			t.Errorf("told %d times to be alive", alive)
		}
		wait(5160 * time.Millisecond) // a slow show
		at(5160 * time.Millisecond)
		if alive != 4 {
			t.Errorf("in five seconds told %d times to be alive, want 4", alive)
		}
		time.Sleep(time.Hour) // a break: it goes on from there
		wait(5200 * time.Millisecond)
		wait(5240 * time.Millisecond)
		at(time.Hour + 5200*time.Millisecond)
	})
}

func TestPacerIsFastOnRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		p := pacer{fast: true}
		for i := range 100 {
			if err := p.wait(t.Context(), time.Duration(i)*time.Second, nil); err != nil {
				t.Fatal(err)
			}
		}
		if got := time.Since(began); got != 0 {
			t.Errorf("it took %v", got)
		}
	})
}

func TestPacerEndsWithItsReaderOrContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pacer{start: time.Now()}
		if err := p.wait(t.Context(), time.Hour, func() error { return io.ErrClosedPipe }); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("got %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		if err := p.wait(ctx, time.Hour, func() error { return nil }); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
	})
}
