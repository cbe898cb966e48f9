package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// script is a program for a Camera that runs by the clock of a synctest bubble.
type script struct {
	net.Conn
	run           func(w io.Writer) // what it sends; then it ends
	words, ending string
}

func (s *script) Stop() (words, ending string) {
	s.Close()
	return s.words, s.ending
}

// change is a state and how long after the camera's start it was entered.
type change struct {
	After  time.Duration
	State  State
	Reason string
}

// play runs a camera, whose program is act(n) at its nth start, for a time, and
// returns its changes of state.
func play(t *testing.T, options Options, total time.Duration, act func(n int) *script) (*Camera, []change) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	options.Program = program
	options.Source.Path = "rtsp://camera/"
	var changes []change
	began := time.Now()
	options.Changed = func(s Status) {
		changes = append(changes, change{time.Since(began), s.State, s.Reason})
	}
	camera := NewCamera(options)
	starts := 0
	camera.start = func() (child, error) {
		starts++
		ours, theirs := net.Pipe()
		s := act(starts)
		if s == nil {
			return nil, errors.New("no memory")
		}
		s.Conn = ours
		go func() {
			defer theirs.Close()
			if s.run != nil {
				s.run(theirs)
			}
		}()
		return s, nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), total)
	defer cancel()
	if err := camera.Run(ctx); err != nil {
		t.Error(err)
	}
	return camera, changes
}

func TestStallIsFoundInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		defer close(hang)
		_, changes := play(t, Options{Stall: 3 * time.Second, Grace: 20 * time.Second}, 40*time.Second, func(n int) *script {
			return &script{ending: "signal: killed", run: func(conn io.Writer) {
				if n == 1 {
					w := NewWriter(conn)
					time.Sleep(15 * time.Second) // less than Grace
					for i := range uint64(5) {
						_ = w.Frame(testFrame(i+1, 2, 2))
						time.Sleep(2 * time.Second) // less than Stall
					}
					for range 3 {
						_ = w.Alive()
						time.Sleep(2 * time.Second)
					}
				}
				<-hang
			}}
		})
		want := []change{
			{0, StateStarting, ""},
			{15 * time.Second, StateStreaming, ""},
			{32 * time.Second, StateStalled, "edged-camera sent nothing for 3s"},
		}
		if diff := cmp.Diff(want, changes[:3]); diff != "" {
			t.Error(diff)
		}
		if again := changes[3]; again.State != StateStarting || again.After > 33*time.Second {
			t.Errorf("started again: %v", again)
		}
		if last := changes[len(changes)-1]; last.State != StateStopped || last.After != 40*time.Second {
			t.Errorf("the end: %v", last)
		}
	})
}

func TestWaitsGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		camera, changes := play(t, Options{}, 10*time.Minute, func(n int) *script {
			if n%7 == 3 {
				return nil
			}
			return &script{words: "there is no camera at /dev/video0", ending: "exit status 1"}
		})
		var waits []time.Duration
		for i, c := range changes {
			switch {
			case c.State == StateStarting && i > 0:
				waits = append(waits, c.After-changes[i-1].After)
			case c.State == StateWaiting && c.Reason != "there is no camera at /dev/video0" && c.Reason != "no memory":
				t.Errorf("reason %q", c.Reason)
			}
		}
		for i, wait := range waits {
			want := min(30*time.Second, 500*time.Millisecond<<i)
			if wait < want*3/4 || wait > want*5/4 {
				t.Errorf("wait %d is %v, want %v within a quarter", i, wait, want)
			}
		}
		if got := len(waits); got < 18 || got > 32 {
			t.Errorf("%d starts in ten minutes", got)
		}
		if got, want := camera.Status().Restarts, uint64(len(waits)); got != want {
			t.Errorf("%d restarts counted, want %d", got, want)
		}
	})
}

func TestWaitsBeginAnewAfterAHealthyRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, changes := play(t, Options{}, 5*time.Minute, func(n int) *script {
			s := &script{ending: "signal: segmentation fault"}
			if n == 6 {
				s.run = func(w io.Writer) {
					for i := range uint64(30) {
						_ = NewWriter(w).Frame(testFrame(i+1, 2, 2))
						time.Sleep(time.Second)
					}
				}
			}
			return s
		})
		for i, c := range changes {
			if c.State == StateStreaming {
				if got := changes[i+2].After - changes[i+1].After; got > time.Second {
					t.Errorf("after a healthy run it waits %v", got)
				}
				if got, want := changes[i+1].Reason, "edged-camera ended: signal: segmentation fault"; got != want {
					t.Errorf("reason: got %q, want %q", got, want)
				}
			}
		}
	})
}

func TestReasonsSayWhatAndWhy(t *testing.T) {
	tests := []struct {
		name   string
		script script
		want   string
	}{
		{"own sentence", script{words: "no space"}, "no space"},
		{"no words", script{ending: "exit status 3"}, "edged-camera ended: exit status 3"},
		{"cut frame", script{words: "bus error", run: func(w io.Writer) {
			var b bytes.Buffer
			_ = NewWriter(&b).Frame(testFrame(1, 9, 9))
			_, _ = w.Write(b.Bytes()[:50])
		}}, "unexpected EOF: bus error"},
		{
			"garbage",
			script{run: func(w io.Writer) { fmt.Fprint(w, strings.Repeat("hello, world", 9)) }},
			`not a frame stream: it has "hell" where a record should begin; is the program edged-camera?`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, changes := play(t, Options{}, 300*time.Millisecond, func(int) *script { return &test.script })
				if got := changes[1]; got.State != StateWaiting || got.Reason != test.want {
					t.Errorf("got %q, %q; want %q", got.State, got.Reason, test.want)
				}
			})
		})
	}
}

func TestStatusTellsTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r record
		if got := r.rate(time.Now()); got != 0 {
			t.Errorf("before any frame: %v", got)
		}
		r.enter(StateStreaming, "", time.Now())
		for i := range uint64(100) {
			r.arrived(testFrame(i, 2, 2), time.Now())
			time.Sleep(20 * time.Millisecond)
		}
		if got := r.read(time.Now()).FPS; got < 49 || got > 51 {
			t.Errorf("at 20 ms a frame: %v frames a second", got)
		}
		time.Sleep(10 * time.Second)
		if got := r.read(time.Now()).FPS; got > 2 {
			t.Errorf("after ten seconds without: %v frames a second", got)
		}
	})
}
