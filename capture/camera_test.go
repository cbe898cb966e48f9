package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"edged/processtest"

	"go.uber.org/goleak"
)

// The test program is also the programs that its tests start: what it does then
// is in this variable.
const roleVariable = "EDGED_CAPTURE_TEST_ROLE"

// programVariable is the path of the test program in a form that the machine can
// start.
const programVariable = "EDGED_CAPTURE_TEST_PROGRAM"

// heldVariable names a fifo that the started programs keep open as long as they
// live.
const heldVariable = "EDGED_CAPTURE_TEST_HELD"

func TestMain(m *testing.M) {
	if role, ok := roles[os.Getenv(roleVariable)]; ok {
		if held := os.Getenv(heldVariable); held != "" {
			if _, err := os.OpenFile(held, os.O_WRONLY, 0); err != nil {
				panic(err)
			}
		}
		role()
		return
	}
	folder, err := os.MkdirTemp("", "edged-capture")
	if err != nil {
		panic(err)
	}
	os.Setenv(programVariable, startable(folder))
	goleak.VerifyTestMain(m, goleak.Cleanup(func(status int) {
		os.RemoveAll(folder)
		os.Exit(status)
	}))
}

// startable is this program, or if the machine has another architecture, a
// script in a folder that emulates it.
func startable(folder string) string {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	emulator := processtest.Emulator()
	if emulator == nil {
		return self
	}
	script := filepath.Join(folder, "emulated")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexec "+emulator[0]+" "+self+" \"$@\"\n"), 0o700); err != nil {
		panic(err)
	}
	return script
}

// roles are real programs that behave as edged-camera may.
var roles = map[string]func(){
	"clip": func() {
		w := NewWriter(os.Stdout)
		_ = w.Source("a clip of fifty frames")
		sendFrames(w, 50, nil)
		_ = w.End()
	},
	"camera": func() {
		go sendFrames(NewWriter(os.Stdout), 1<<40, time.Tick(time.Millisecond))
		_, _ = io.Copy(io.Discard, os.Stdin)
	},
	"crash": func() {
		sendFrames(NewWriter(os.Stdout), 3, nil)
		fmt.Fprintln(os.Stderr, "[ WARN:0@0.013] global cap.cpp")
		fmt.Fprintln(os.Stderr, "edged-camera: the cable is out")
		os.Exit(3)
	},
	"hang": func() { // with a program of its own, deaf to everything
		signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
		startRole("sleeper")
		sendFrames(NewWriter(os.Stdout), 3, nil)
		processtest.Stay()
	},
	"sleeper": func() {
		signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
		processtest.Stay()
	},
	"garbage": func() {
		for {
			if _, err := fmt.Println("Setting pipeline to PAUSED ..."); err != nil {
				return
			}
		}
	},
	"daemon": func() {
		os.Setenv(roleVariable, "camera")
		camera := NewCamera(Options{Program: executable(), Source: Source{Path: "rtsp://camera/"}})
		go func() { _ = camera.Run(context.Background()) }()
		var f Frame
		for range 5 {
			_ = camera.Next(context.Background(), &f)
		}
		fmt.Println("streaming")
		processtest.Stay()
	},
}

// sendFrames sends n frames, one at each beat; without a beat, as fast as they
// are taken.
func sendFrames(w *Writer, n uint64, beat <-chan time.Time) {
	for i := range n {
		if w.Frame(testFrame(i+1, 64, 48)) != nil {
			return
		}
		if beat != nil {
			<-beat
		}
	}
}

func startRole(role string) {
	command := exec.Command(executable())
	command.Env = append(os.Environ(), roleVariable+"="+role)
	if err := command.Start(); err != nil {
		panic(err)
	}
}

func executable() string { return os.Getenv(programVariable) }

// running is a camera that runs until the test is over.
type running struct {
	*Camera
	states chan Status
	ended  chan error
	cancel func()
}

func runRole(t *testing.T, role string, options Options) *running {
	t.Helper()
	t.Setenv(roleVariable, role)
	options.Program = executable()
	if options.Source.Path == "" {
		options.Source.Path = "rtsp://camera/"
	}
	r := &running{states: make(chan Status, 1000), ended: make(chan error, 1)}
	options.Changed = func(s Status) { r.states <- s }
	r.Camera = NewCamera(options)
	ctx, cancel := context.WithCancel(t.Context())
	r.cancel = cancel
	go func() { r.ended <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-r.ended; err != nil {
			t.Error(err)
		}
	})
	return r
}

// next is the next frame in f.
func (r *running) next(t *testing.T, f *Frame) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := r.Next(ctx, f); err != nil {
		t.Fatalf("no frame: %v; status %+v", err, r.Status())
	}
}

// until waits for a state.
func (r *running) until(t *testing.T, state State) Status {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		select {
		case s := <-r.states:
			if s.State == state {
				return s
			}
		case <-timeout:
			t.Fatalf("never %s; now %+v", state, r.Status())
		}
	}
}

// hold makes a fifo that started programs keep open. The function it returns
// waits until the last of them is gone.
func hold(t *testing.T) (allGone func()) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "held")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(heldVariable, path)
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return func() {
		t.Helper()
		if err := f.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, f); err != nil {
			t.Error("some program is left behind:", err)
		}
	}
}

func TestClipIsTakenWhole(t *testing.T) {
	ring := NewRing(10, 1<<20, 0)
	r := runRole(t, "clip", Options{Source: Source{Path: "rtsp://camera/", Pace: PaceFast}, Ring: ring})
	var f Frame
	for i := range uint64(50) {
		r.next(t, &f)
		sameFrame(t, testFrame(i+1, 64, 48), &f)
	}
	if err := r.Next(t.Context(), &f); !errors.Is(err, io.EOF) {
		t.Errorf("after the clip: got %v, want io.EOF", err)
	}
	r.until(t, StateEnded)
	s := r.Status()
	if s.State != StateEnded || s.Received != 50 || s.Taken != 50 || s.Skipped != 0 || s.Width != 64 || s.Height != 48 || s.Description != "a clip of fifty frames" {
		t.Errorf("status %+v", s)
	}
	if got := ring.Nearest(testFrame(46, 64, 48).Time, 1); len(got) != 1 || got[0].Sequence != 46 {
		t.Errorf("the ring gives %v", sequences(got))
	}
}

func TestEveryFrameIsTakenOrSkipped(t *testing.T) {
	r := runRole(t, "camera", Options{})
	var f Frame
	var last, taken uint64
	for last < 300 {
		r.next(t, &f)
		if f.Sequence <= last {
			t.Fatalf("frame %d after frame %d", f.Sequence, last)
		}
		last = f.Sequence
		if taken++; taken%10 == 0 {
			for skipped := r.Status().Skipped; r.Status().Skipped == skipped; { // a slow taker
				runtime.Gosched()
			}
		}
	}
	r.cancel()
	if err := r.Next(context.Background(), &f); err == nil {
		taken++
	}
	r.until(t, StateStopped)
	if r.Next(context.Background(), &f) == nil {
		taken++
	}
	s := r.Status()
	if s.Taken != taken || s.Received != s.Taken+s.Skipped || s.Skipped == 0 {
		t.Errorf("%d received, %d taken (%d by our count), %d skipped", s.Received, s.Taken, taken, s.Skipped)
	}
}

func TestCrashIsToldAndMended(t *testing.T) {
	r := runRole(t, "crash", Options{})
	for range 2 {
		r.until(t, StateStreaming)
		if got, want := r.until(t, StateWaiting).Reason, "the cable is out"; got != want {
			t.Errorf("reason: got %q, want %q", got, want)
		}
	}
	var f Frame
	for range 2 {
		r.next(t, &f)
	}
	if f.Sequence <= 3 {
		t.Errorf("frame %d after a restart: numbers go on", f.Sequence)
	}
}

func TestGarbageIsTold(t *testing.T) {
	r := runRole(t, "garbage", Options{})
	for range 2 {
		if got, want := r.until(t, StateWaiting).Reason, "not a frame stream"; !strings.Contains(got, want) {
			t.Errorf("reason: got %q, want %q", got, want)
		}
	}
}

func TestHangingProgramIsKilledWithItsChildren(t *testing.T) {
	allGone := hold(t)
	r := runRole(t, "hang", Options{Stall: 100 * time.Millisecond})
	s := r.until(t, StateStalled)
	if got, want := s.Reason, "edged-camera sent nothing for 100ms"; got != want {
		t.Errorf("reason: got %q, want %q", got, want)
	}
	r.until(t, StateStreaming) // a second one, which hangs too
	r.cancel()
	r.until(t, StateStopped)
	allGone()
}

func TestNothingIsLeftOfAKilledDaemon(t *testing.T) {
	allGone := hold(t)
	command := exec.Command(executable())
	command.Env = append(os.Environ(), roleVariable+"=daemon")
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var word string
	if _, err := fmt.Fscan(output, &word); err != nil || word != "streaming" {
		t.Errorf("the daemon says %q, error %v", word, err)
	}
	if err := command.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = command.Wait()
	allGone()
}

func TestMissingIsAState(t *testing.T) {
	folder := t.TempDir()
	tests := []struct {
		name    string
		options Options
		want    string
	}{
		{"program", Options{Program: filepath.Join(folder, "edged-camera"), Source: Source{Path: "rtsp://camera/"}}, "or build it by `make camera`"},
		{"device", Options{Program: executable(), Source: Source{Path: "/dev/video77"}}, "there is no camera at /dev/video77: plug it in"},
		{"number", Options{Program: executable(), Source: Source{Path: "77"}}, "there is no camera at /dev/video77"},
		{"file", Options{Program: executable(), Source: Source{Path: filepath.Join(folder, "clip.mp4")}}, "there is no file or folder"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			test.options.Changed = func(s Status) {
				if s.State == StateWaiting {
					if !strings.Contains(s.Reason, test.want) {
						t.Errorf("reason: got %q, want %q", s.Reason, test.want)
					}
					cancel()
				}
			}
			camera := NewCamera(test.options)
			if err := camera.Run(ctx); err != nil {
				t.Error(err)
			}
			if s := camera.Status(); s.State != StateStopped || s.Restarts != 0 {
				t.Errorf("status %+v", s)
			}
			if err := camera.Next(context.Background(), new(Frame)); !errors.Is(err, io.EOF) {
				t.Errorf("next: %v", err)
			}
		})
	}
}

func TestPluggedCameraIsFound(t *testing.T) {
	clip := filepath.Join(t.TempDir(), "clip.mp4")
	r := runRole(t, "camera", Options{Source: Source{Path: clip}})
	r.until(t, StateWaiting)
	if err := os.WriteFile(clip, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r.until(t, StateStreaming)
}

func TestSteadyCameraAllocatesNothing(t *testing.T) {
	r := runRole(t, "camera", Options{Ring: NewRing(4, 1<<20, 0)})
	var f Frame
	next := func() {
		if err := r.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		r.next(t, &f)
	}
	if got := testing.AllocsPerRun(100, next); got >= 1 {
		t.Errorf("%v allocations a frame", got)
	}
}
