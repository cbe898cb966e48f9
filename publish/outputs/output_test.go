package outputs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"edged/capture/capturetest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run runs an output and returns it and the states that it enters.
func run(t *testing.T, o Options) (*Output, <-chan Status) {
	t.Helper()
	changes := make(chan Status, 100)
	o.Unknown, o.Changed = "unknown", func(s Status) { changes <- s }
	out := New(o)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- out.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return out, changes
}

func waitFor(t *testing.T, changes <-chan Status, want State) Status {
	t.Helper()
	limit := time.After(30 * time.Second)
	for {
		select {
		case s := <-changes:
			if s.State == want {
				return s
			}
		case <-limit:
			t.Fatalf("the output is not %s", want)
		}
	}
}

// until waits for an open output to come as far.
func until(t *testing.T, out *Output, so func(Status) bool) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); !so(out.Status()); runtime.Gosched() {
		if s := out.Status(); s.State != StateOpen || time.Now().After(limit) {
			t.Fatalf("%+v", s)
		}
	}
}

func TestSerialOutputComesAndGoes(t *testing.T) {
	link := filepath.Join(t.TempDir(), "machine")
	out, changes := run(t, Options{Device: Serial{Port: link}, Labels: []string{"M4-screw", "unknown"}})
	out.Show("M4-screw", .97)
	if s := waitFor(t, changes, StateAbsent); !strings.Contains(s.Reason, "no such file") {
		t.Errorf("%+v", s)
	}
	far := capturetest.Plug(t, link)
	waitFor(t, changes, StateOpen)
	if got := far.Answer(t); got != "M4-screw 0.97" { // that was shown before the port came
		t.Errorf("got %q", got)
	}
	for range 3 { // the same is told once, a label that is not followed never
		out.Show("M4-screw", .99)
	}
	out.Show("nut", .9)
	until(t, out, func(s Status) bool { return s.Label == "" })
	out.Show("unknown", .31)
	if got := far.Answer(t); got != "unknown 0.31" {
		t.Errorf("got %q", got)
	}
	far.Unplug(t)
	waitFor(t, changes, StateAbsent)
	out.Show("M4-screw", .5)
	far = capturetest.Plug(t, link)
	waitFor(t, changes, StateOpen)
	if got := far.Answer(t); got != "M4-screw 0.50" {
		t.Errorf("got %q", got)
	}
	if s := out.Status(); s.Opened != 2 || s.Output != "serial "+link {
		t.Errorf("%+v", s)
	}
}

func TestSerialOutputThatCannotBeUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, changes := run(t, Options{Device: Serial{Port: file}})
	if s := waitFor(t, changes, StateFailed); !strings.Contains(s.Reason, file) {
		t.Errorf("%+v", s)
	}
}

// TestAPortThatTakesNothingDelaysNobody fills a port whose far end is not read.
func TestAPortThatTakesNothingDelaysNobody(t *testing.T) {
	link := filepath.Join(t.TempDir(), "machine")
	far := capturetest.Plug(t, link)
	out, changes := run(t, Options{Device: Serial{Port: link}})
	waitFor(t, changes, StateOpen)
	labels := []string{strings.Repeat("a", 64), strings.Repeat("b", 64)}
	for shown := uint64(0); shown < 5000; { // far more than port and queue hold
		before := out.Status().Shown
		out.Show(labels[shown%2], 1)
		until(t, out, func(s Status) bool { return s.Shown > before })
		shown++
	}
	for range 60 { // what had room comes through
		if got := far.Answer(t); !strings.HasSuffix(got, " 1.00") {
			t.Fatalf("got %q", got)
		}
	}
	go func() { // let the port swallow the rest and close
		buffer := make([]byte, 4096)
		for {
			if _, err := far.Read(buffer); err != nil {
				return
			}
		}
	}()
}

func TestGPIOThatIsNotThere(t *testing.T) {
	for _, g := range []GPIO{{Chip: "gpiochip99", Line: "17"}, {Line: "NO-SUCH-LINE"}, {Chip: "/dev/gpiochip99", Line: "LED", ActiveLow: true}} {
		_, changes := run(t, Options{Device: g})
		if s := waitFor(t, changes, StateAbsent); !strings.Contains(s.Reason, g.Line) || s.Output != g.String() {
			t.Errorf("%+v", s)
		}
	}
}

// level is a device that notes what it shows, and when.
type level struct {
	mu    sync.Mutex
	began time.Time
	shows []string
	gone  error
}

func (l *level) String() string        { return "level" }
func (l *level) Open() (Opened, error) { return l, l.gone }
func (l *level) Check() error          { return l.gone }
func (l *level) Close()                {}
func (l *level) Show(label string, _ float32) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shows = append(l.shows, label+"@"+time.Since(l.began).String())
	return nil
}

// TestHold plays results against a virtual clock.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &level{began: time.Now()}
		out := New(Options{Device: l, Labels: []string{"a", "b"}, Hold: time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- out.Run(ctx) }()
		for _, step := range []struct {
			label string
			after time.Duration
		}{
			{"a", 100 * time.Millisecond},  // shown at once, until 1s
			{"c", 300 * time.Millisecond},  // waits
			{"b", 5 * time.Second},         // takes its place
			{"a", 2 * time.Second},         // long after: at once
			{"c", 1 * time.Millisecond},    // as nothing, which is not held
			{"b", 1500 * time.Millisecond}, // at once
			{"c", 0},                       // was held long enough
		} {
			out.Show(step.label, 1)
			synctest.Wait()
			time.Sleep(step.after)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		want := "a@0s b@1s a@5.4s @7.4s b@7.401s @8.901s"
		if got := strings.Join(l.shows, " "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestOutputsAreTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &level{gone: errors.New("burnt")}
		out := New(Options{Device: l})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- out.Run(ctx) }()
		time.Sleep(time.Hour)
		synctest.Wait()
		if s := out.Status(); s.State != StateFailed || s.Reason != "burnt" || s.Opened != 0 {
			t.Errorf("%+v", s)
		}
		l.gone = nil
		time.Sleep(2 * Every)
		synctest.Wait()
		if s := out.Status(); s.State != StateOpen || s.Opened != 1 || s.Reason != "" {
			t.Errorf("%+v", s)
		}
		l.gone = os.ErrNotExist
		time.Sleep(2 * Every)
		synctest.Wait()
		if s := out.Status(); s.State != StateAbsent {
			t.Errorf("%+v", s)
		}
		cancel()
		if err := <-done; err != nil || out.Status().State != StateStopped {
			t.Errorf("%v %+v", err, out.Status())
		}
	})
}

func TestShowAllocatesNothing(t *testing.T) {
	out := New(Options{Device: &level{}, Unknown: "unknown"})
	labels := []string{"a", "unknown", "b"}
	i := 0
	if got := testing.AllocsPerRun(100, func() { out.Show(labels[i%3], 1); i++ }); got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}
