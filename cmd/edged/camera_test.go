package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"edged/capture"
	"edged/processtest"
	"edged/storage/picture"
)

// cameraMode is set in the environment of this test's own binary when edged
// starts it as its camera program: it then shows the pictures of a folder
// through the frame protocol, without OpenCV.
const cameraMode = "EDGED_TEST_CAMERA"

// The modes of the camera.
const (
	showOnce  = "once"
	showLoop  = "loop"
	showStill = "still" // the first picture, again and again
	showFast  = "fast"  // as showLoop, ten times as fast
	showStall = "stall" // a few frames, then nothing, and deaf to the end of its input
)

func runCamera(mode string) error {
	if mode != showStall {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	files, err := picture.List(os.Args[len(os.Args)-1])
	if err != nil {
		return err
	}
	out := capture.NewWriter(os.Stdout)
	every := time.Second / 30
	switch mode {
	case showFast:
		every /= 10
	case showStill:
		files = files[:1]
	}
	pace := time.NewTicker(every)
	defer pace.Stop()
	for sequence := 0; mode != showOnce || sequence < len(files); sequence++ {
		if mode == showStall && sequence == 5 {
			processtest.Stay()
		}
		image, err := picture.Read(files[sequence%len(files)])
		if err != nil {
			return err
		}
		<-pace.C
		frame := &capture.Frame{Sequence: uint64(sequence + 1), Time: time.Now(), Width: image.Width, Height: image.Height, Pixels: image.Pixels}
		if err := out.Frame(frame); err != nil {
			return err
		}
	}
	return out.End()
}

// camera makes a program that edged can start as its camera.
func camera(t *testing.T, mode string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Join(append(processtest.Emulator(), self), " ")
	path := filepath.Join(t.TempDir(), "edged-camera")
	script := fmt.Sprintf("#!/bin/sh\n%s=%s exec %s \"$@\"\n", cameraMode, mode, line)
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
