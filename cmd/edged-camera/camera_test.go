//go:build opencv

package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"edged/capture"
	"edged/processtest"

	"golang.org/x/sys/unix"
)

// program is the command line of the edged-camera to test, such as one for
// another CPU with its emulator. By default it is this test program, which is
// edged-camera itself if the variable is set.
var program = flag.String("program", "", "command line of the edged-camera to test")

const selfVariable = "EDGED_CAMERA_TEST_SELF"

func TestMain(m *testing.M) {
	switch os.Getenv(selfVariable) {
	case "camera":
		main()
	case "daemon":
		daemon()
	default:
		os.Exit(m.Run())
	}
}

// daemon runs the program, the first argument, on a clip, the second, and says
// when frames come.
func daemon() {
	os.Setenv(selfVariable, "camera")
	c := capture.NewCamera(capture.Options{Program: os.Args[1], Source: capture.Source{Path: os.Args[2], Loop: true}})
	go func() { _ = c.Run(context.Background()) }()
	if err := c.Next(context.Background(), new(capture.Frame)); err != nil {
		panic(err)
	}
	fmt.Println("streaming")
	processtest.Stay()
}

// programPath is the program to test as one executable file.
func programPath(t *testing.T) string {
	t.Helper()
	if *program == "" {
		t.Setenv(selfVariable, "camera")
		path, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	path := filepath.Join(t.TempDir(), "edged-camera")
	script := "#!/bin/sh\nexec " + *program + ` "$@"` + "\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// patience is for what must happen on a busy machine or an emulated CPU.
const patience = 60 * time.Second

// running is a camera that runs until the test is over.
type running struct {
	*capture.Camera
	states chan capture.Status
	cancel func()
	seen   capture.Frame
}

func watch(t *testing.T, options capture.Options) *running {
	t.Helper()
	options.Program = programPath(t)
	r := &running{states: make(chan capture.Status, 1000)}
	options.Changed = func(s capture.Status) { r.states <- s }
	r.Camera = capture.NewCamera(options)
	ctx, cancel := context.WithCancel(t.Context())
	r.cancel = cancel
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if left := children(t, os.Getpid()); len(left) > 0 {
			t.Errorf("processes %v are left behind", left)
		}
	})
	return r
}

// next is the next frame, valid until the one after it.
func (r *running) next(t *testing.T) *capture.Frame {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := r.Next(ctx, &r.seen); err != nil {
		t.Fatalf("no frame: %v; status %+v", err, r.Status())
	}
	return &r.seen
}

// until waits for a state.
func (r *running) until(t *testing.T, state capture.State) capture.Status {
	t.Helper()
	timeout := time.After(patience)
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

// children are the processes that a process started.
func children(t *testing.T, parent int) []int {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it ended meanwhile
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if fields[1] == strconv.Itoa(parent) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// child is the one process that a process started.
func child(t *testing.T, parent int) int {
	t.Helper()
	pids := children(t, parent)
	if len(pids) != 1 {
		t.Fatalf("processes %v run, want one", pids)
	}
	return pids[0]
}

// gone returns a function that waits until a process is gone.
func gone(t *testing.T, pid int) func() {
	t.Helper()
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		defer unix.Close(fd)
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		for {
			n, err := unix.Poll(fds, int(patience.Milliseconds()))
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if n != 1 || err != nil {
				t.Errorf("process %d is left behind (%v)", pid, err)
			}
			return
		}
	}
}

// The test pictures tell their number by bars, bright for ones, in the upper
// half; the lower half is red, green and blue from the left.
const (
	width  = 320
	height = 240
	bits   = 8
)

var stripes = []color.RGBA{{R: 255, A: 255}, {G: 255, A: 255}, {B: 255, A: 255}}

func picture(number int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for bit := range bits {
		if number>>bit&1 == 1 {
			draw.Draw(img, image.Rect(bit*width/bits, 0, (bit+1)*width/bits, height/2), image.White, image.Point{}, draw.Src)
		} else {
			draw.Draw(img, image.Rect(bit*width/bits, 0, (bit+1)*width/bits, height/2), image.Black, image.Point{}, draw.Src)
		}
	}
	for i, c := range stripes {
		draw.Draw(img, image.Rect(i*width/3, height/2, (i+1)*width/3, height), image.NewUniform(c), image.Point{}, draw.Src)
	}
	return img
}

// number reads a frame's number and checks its colours.
func number(t *testing.T, f *capture.Frame) int {
	t.Helper()
	if f.Width != width || f.Height != height || len(f.Pixels) != width*height*3 {
		t.Fatalf("frame %d: %dx%d in %d bytes", f.Sequence, f.Width, f.Height, len(f.Pixels))
	}
	at := func(x, y int) [3]uint8 { return [3]uint8(f.Pixels[(y*width+x)*3:]) }
	n := 0
	for bit := range bits {
		if at(bit*width/bits+width/bits/2, height/4)[1] > 127 {
			n |= 1 << bit
		}
	}
	for i, c := range stripes {
		got := at(i*width/3+width/6, height*3/4)
		for j, want := range []uint8{c.R, c.G, c.B} {
			if d := int(got[j]) - int(want); d < -12 || d > 12 {
				t.Errorf("frame %d: stripe %d is %v, want %v", f.Sequence, i, got, c)
			}
		}
	}
	return n
}

func jpegPicture(t *testing.T, number int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(number), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// motionJPEG is a clip: pictures one after the other, 25 a second.
func motionJPEG(t *testing.T, first, pictures int) []byte {
	t.Helper()
	var b bytes.Buffer
	for i := range pictures {
		b.Write(jpegPicture(t, first+i))
	}
	return b.Bytes()
}

func writeClip(t *testing.T, pictures int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), fmt.Sprintf("%d.mjpeg", pictures))
	if err := os.WriteFile(path, motionJPEG(t, 0, pictures), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
