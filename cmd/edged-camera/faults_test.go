//go:build opencv

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"edged/capture"

	"golang.org/x/sys/unix"
)

func TestKilledProgramIsStartedAgain(t *testing.T) {
	r := watch(t, capture.Options{Source: capture.Source{Path: writeClip(t, 10), Loop: true}})
	before := r.next(t).Sequence
	r.until(t, capture.StateStreaming)
	pid := child(t, os.Getpid())
	killed := time.Now()
	if err := unix.Kill(pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if s := r.until(t, capture.StateWaiting); s.Reason != "edged-camera ended: signal: killed" {
		t.Errorf("reason %q", s.Reason)
	}
	r.until(t, capture.StateStreaming)
	t.Logf("streaming again after %v", time.Since(killed))
	for f := r.next(t); f.Time.Before(killed); f = r.next(t) {
	}
	if r.seen.Sequence <= before {
		t.Errorf("frame %d after frame %d", r.seen.Sequence, before)
	}
	if again := child(t, os.Getpid()); again == pid {
		t.Error("the same process")
	}
	if s := r.Status(); s.Restarts != 1 {
		t.Errorf("status %+v", s)
	}
}

func TestNothingIsLeftOfAKilledDaemon(t *testing.T) {
	path := programPath(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self, path, writeClip(t, 10))
	command.Env = append(os.Environ(), selfVariable+"=daemon")
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var word string
	if _, err := fmt.Fscan(stdout, &word); err != nil || word != "streaming" {
		t.Errorf("the daemon says %q, error %v", word, err)
	}
	wait := gone(t, child(t, command.Process.Pid))
	if err := command.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = command.Wait()
	wait()
}

func TestStoppedProgramIsKilledAndStartedAgain(t *testing.T) {
	r := watch(t, capture.Options{Source: capture.Source{Path: writeClip(t, 10), Loop: true}, Stall: 2 * time.Second, Grace: patience})
	r.next(t)
	r.until(t, capture.StateStreaming)
	pid := child(t, os.Getpid())
	wait := gone(t, pid)
	if err := unix.Kill(pid, unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if s := r.until(t, capture.StateStalled); s.Reason != "edged-camera sent nothing for 2s" {
		t.Errorf("reason %q", s.Reason)
	}
	wait()
	r.until(t, capture.StateStreaming)
}

// TestFifoThatNeverSpeaks is a source whose opening hangs within OpenCV.
func TestFifoThatNeverSpeaks(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "clip.mjpeg")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	r := watch(t, capture.Options{Source: capture.Source{Path: fifo}, Stall: time.Second, Grace: 3 * time.Second})
	if s := r.until(t, capture.StateStalled); !strings.HasPrefix(s.Reason, "edged-camera sent nothing for 3s") {
		t.Errorf("reason %q", s.Reason)
	}
	f, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	clip := motionJPEG(t, 0, 100)
	go func() { // the one that is killed may swallow some
		for {
			if _, err := f.Write(clip); err != nil {
				return
			}
		}
	}()
	if got := r.next(t); got.Width != width || got.Height != height {
		t.Errorf("%dx%d", got.Width, got.Height)
	}
}

// TestStreamThatStops is a network camera that stops sending and keeps the line
// open, and is well again when called anew.
func TestStreamThatStops(t *testing.T) {
	var calls atomic.Int32
	pictures := [][]byte{jpegPicture(t, 0), jpegPicture(t, 1)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		calls := calls.Add(1)
		parts := multipart.NewWriter(w)
		w.Header().Set("Content-Type", "multipart/x-mixed-replace; boundary="+parts.Boundary())
		clock := time.NewTicker(20 * time.Millisecond)
		defer clock.Stop()
		for i := 0; ; i++ {
			if calls == 1 && i == 150 {
				<-request.Context().Done()
			}
			part, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {"image/jpeg"}})
			if err != nil {
				return
			}
			if _, err := part.Write(pictures[i%2]); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			<-clock.C
		}
	}))
	t.Cleanup(server.Close)
	r := watch(t, capture.Options{Source: capture.Source{Path: server.URL + "/video.mjpg"}, Stall: 2 * time.Second, Grace: patience})
	number(t, r.next(t))
	if s := r.until(t, capture.StateStalled); s.Received == 0 {
		t.Errorf("status %+v", s)
	}
	for f := r.next(t); r.Status().Restarts == 0; f = r.next(t) {
		number(t, f)
	}
	r.until(t, capture.StateStreaming)
}

func TestEndsWithItsStarter(t *testing.T) {
	ends := []struct {
		name string
		end  func(command *exec.Cmd, stdin, stdout io.Closer) error
		want string
	}{
		{"standard input closed", func(_ *exec.Cmd, stdin, _ io.Closer) error { return stdin.Close() }, "exit status 0"},
		{"standard output closed", func(_ *exec.Cmd, _, stdout io.Closer) error { return stdout.Close() }, "exit status 0"},
		{"SIGTERM", func(c *exec.Cmd, _, _ io.Closer) error { return c.Process.Signal(syscall.SIGTERM) }, "exit status 0"},
		{"SIGINT", func(c *exec.Cmd, _, _ io.Closer) error { return c.Process.Signal(syscall.SIGINT) }, "exit status 0"},
	}
	path := programPath(t)
	clip := writeClip(t, 10)
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, end := range ends {
		t.Run(end.name, func(t *testing.T) {
			command := exec.Command(path, "--loop", clip)
			stdin, err := command.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			stdout, err := command.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			var stderr strings.Builder
			command.Stderr = &stderr
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			wait := gone(t, command.Process.Pid)
			frames := capture.NewReader(bufio.NewReader(stdout))
			var f capture.Frame
			for range 3 {
				if _, err := frames.Read(&f); err != nil {
					t.Fatal(err)
				}
			}
			if err := end.end(command, stdin, stdout); err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = io.Copy(io.Discard, stdout) }()
			wait()
			_ = command.Wait()
			if got := command.ProcessState.String(); got != end.want || stderr.String() != "" {
				t.Errorf("%s, %q on standard error; want %s and nothing", got, stderr.String(), end.want)
			}
		})
	}
	t.Run("standard input closed while OpenCV hangs", func(t *testing.T) {
		command := exec.Command(path, fifo)
		stdin, err := command.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		wait := gone(t, command.Process.Pid)
		stdin.Close()
		wait()
		_ = command.Wait()
	})
}

func TestCommandLine(t *testing.T) {
	path := programPath(t)
	tests := []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{"--version"}, 0, "OpenCV 4."},
		{[]string{"--help"}, 0, "a folder of pictures, in the order of their names"},
		{nil, 2, "which source?"},
		{[]string{"a", "b"}, 2, "which source?"},
		{[]string{""}, 2, "the source is empty"},
		{[]string{"--frames", "3", "clip"}, 2, "unknown flag: --frames"},
		{[]string{"--pace", "slow", "clip"}, 2, `--pace "slow": it must be clip or fast`},
		{[]string{"--fps", "NaN", "clip"}, 2, "--fps NaN: it must be from 0 to 1000"},
		{[]string{"--width", "-1", "clip"}, 2, "--width -1"},
		{[]string{"--fourcc", "JPEG2", "0"}, 2, "four letters"},
		{[]string{"/nonexistent/clip.mp4"}, 1, "edged-camera: there is no file or folder /nonexistent/clip.mp4"},
		{[]string{"/dev/video77"}, 1, "edged-camera: there is no camera at /dev/video77: plug it in"},
	}
	for _, test := range tests {
		output, err := exec.Command(path, test.args...).CombinedOutput()
		status := 0
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			status = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if status != test.status || !strings.Contains(string(output), test.want) {
			t.Errorf("%v: status %d, %q; want status %d, %q", test.args, status, output, test.status, test.want)
		}
		if status != 0 && strings.Count(string(output), "\n") != 1 {
			t.Errorf("%v: more than one sentence: %q", test.args, output)
		}
	}
}
