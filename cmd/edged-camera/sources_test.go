//go:build opencv

package main

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"edged/capture"
)

func TestClipArrivesWholeAndInOrder(t *testing.T) {
	const pictures = 120
	r := watch(t, capture.Options{Source: capture.Source{Path: writeClip(t, pictures), Pace: capture.PaceFast}})
	for i := range pictures {
		f := r.next(t)
		if got := number(t, f); got != i || f.Sequence != uint64(i+1) {
			t.Fatalf("frame %d shows picture %d, want frame %d and picture %d", f.Sequence, got, i+1, i)
		}
	}
	if err := r.Next(t.Context(), &r.seen); !errors.Is(err, io.EOF) {
		t.Errorf("after the clip: got %v, want io.EOF", err)
	}
	r.until(t, capture.StateEnded)
	s := r.Status()
	if s.Received != pictures || s.Taken != pictures || s.Skipped != 0 || s.Restarts != 0 {
		t.Errorf("status %+v", s)
	}
	if !strings.HasPrefix(s.Description, "file, 320x240, ") || !strings.Contains(s.Description, ", OpenCV 4.") {
		t.Errorf("description %q", s.Description)
	}
}

func TestDemoClipArrivesWhole(t *testing.T) {
	r := watch(t, capture.Options{Source: capture.Source{Path: "../../testdata/demo/digits.mp4", Pace: capture.PaceFast}})
	frames := uint64(0)
	for {
		err := r.Next(t.Context(), &r.seen)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if frames++; r.seen.Sequence != frames || r.seen.Width != 640 || r.seen.Height != 480 {
			t.Fatalf("frame %d is %d, %dx%d", frames, r.seen.Sequence, r.seen.Width, r.seen.Height)
		}
	}
	if s := r.Status(); frames != 640 || s.Received != 640 || s.State != capture.StateEnded {
		t.Errorf("%d frames; status %+v", frames, s)
	}
}

func TestClipKeepsItsPace(t *testing.T) {
	const pictures = 50 // two seconds
	clip := writeClip(t, pictures)
	r := watch(t, capture.Options{Source: capture.Source{Path: clip}})
	var first, last time.Time
	for {
		err := r.Next(t.Context(), &r.seen)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if first.IsZero() {
			first = r.seen.Time.Add(-time.Duration(r.seen.Sequence-1) * time.Second / 25)
		}
		last = r.seen.Time
	}
	// A frame can be late, but not early.
	if span, want := last.Sub(first), (pictures-1)*time.Second/25; span < want-200*time.Millisecond || span > want+2*time.Second {
		t.Errorf("two seconds of clip took %v", span)
	}
	if s := r.Status(); s.Received != pictures || s.Received != s.Taken+s.Skipped {
		t.Errorf("status %+v", s)
	}
}

func TestSlowFolderIsNoStall(t *testing.T) {
	folder := t.TempDir()
	for i := range 3 {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.jpg", i)), jpegPicture(t, i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := watch(t, capture.Options{Stall: 2 * time.Second, Grace: patience, Source: capture.Source{Path: folder, FPS: 0.25}})
	for i := range 2 {
		if got := number(t, r.next(t)); got != i {
			t.Errorf("got picture %d, want %d", got, i)
		}
	}
	if s := r.Status(); s.Restarts != 0 {
		t.Errorf("status %+v", s)
	}
}

func TestLoops(t *testing.T) {
	folder := t.TempDir()
	for i := range 4 {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.jpg", i)), jpegPicture(t, i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{folder, writeClip(t, 4)} {
		r := watch(t, capture.Options{Source: capture.Source{Path: path, Loop: true, Pace: capture.PaceFast}})
		for i := range 22 {
			f := r.next(t)
			if got, want := number(t, f), i%4; got != want || f.Sequence != uint64(i+1) {
				t.Fatalf("%s: frame %d shows picture %d, want %d", path, f.Sequence, got, want)
			}
		}
		r.cancel()
		r.until(t, capture.StateStopped)
	}
}

// TestFolderPicturesAreExact compares with Go's decoder, which knows red from
// blue.
func TestFolderPicturesAreExact(t *testing.T) {
	folder := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	colour := func(w, h int) image.Image {
		m := image.NewNRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				m.SetNRGBA(x, y, color.NRGBA{uint8(random.Uint32()), uint8(random.Uint32()), uint8(random.Uint32()), 255})
			}
		}
		return m
	}
	grey := image.NewGray(image.Rect(0, 0, 31, 7))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(random.Uint32())
	}
	shown := map[string]image.Image{"a.png": colour(64, 48), "b.PNG": colour(1, 1), "c.png": grey, "e.png": colour(641, 3)}
	for name, m := range shown {
		file, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(file, m); err != nil {
			t.Fatal(err)
		}
		file.Close()
	}
	for _, name := range []string{"d.png", ".hidden.png", "notes.txt"} { // d.png is no picture
		if err := os.WriteFile(filepath.Join(folder, name), []byte("hello"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := watch(t, capture.Options{Source: capture.Source{Path: folder, Pace: capture.PaceFast}})
	for _, name := range []string{"a.png", "b.PNG", "c.png", "e.png"} {
		f := r.next(t)
		bounds := shown[name].Bounds()
		if f.Width != bounds.Dx() || f.Height != bounds.Dy() {
			t.Fatalf("%s: %dx%d, want %v", name, f.Width, f.Height, bounds)
		}
		for y := range f.Height {
			for x := range f.Width {
				want := color.NRGBAModel.Convert(shown[name].At(x, y)).(color.NRGBA)
				if got := [3]uint8(f.Pixels[(y*f.Width+x)*3:]); got != [3]uint8{want.R, want.G, want.B} {
					t.Fatalf("%s: pixel (%d,%d) is %v, want %v", name, x, y, got, want)
				}
			}
		}
	}
	r.until(t, capture.StateEnded)
}

func TestPipeline(t *testing.T) {
	r := watch(t, capture.Options{Source: capture.Source{
		Path: "videotestsrc pattern=solid-color foreground-color=0xffff8000 num-buffers=1000 ! video/x-raw,width=160,height=120,framerate=30/1",
	}})
	f := r.next(t)
	if f.Width != 160 || f.Height != 120 {
		t.Fatalf("%dx%d", f.Width, f.Height)
	}
	got := [3]uint8(f.Pixels[(60*160+80)*3:])
	if got[0] < 250 || got[1] < 120 || got[1] > 136 || got[2] > 5 {
		t.Errorf("orange is %v", got)
	}
}

func TestReasonsHelp(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(text, []byte("These are notes, not pictures."), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := t.TempDir()
	spoilt := t.TempDir()
	if err := os.WriteFile(filepath.Join(spoilt, "a.png"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ path, want string }{
		{text, "is not a video that OpenCV can read"},
		{empty, "holds no pictures (.png, "},
		{spoilt, "OpenCV can read none of the 1 pictures"},
		{"/dev/null", "either it is no camera"},
		{"videotestsrc ! nonsense", "GStreamer can't run the pipeline `videotestsrc ! nonsense`"},
		{"http://user:secret@127.0.0.1:1/", "OpenCV can't open http://user:xxxxx@127.0.0.1:1/: is the address right"},
	}
	for _, test := range tests {
		r := watch(t, capture.Options{Source: capture.Source{Path: test.path}})
		if s := r.until(t, capture.StateWaiting); !strings.Contains(s.Reason, test.want) {
			t.Errorf("%s: reason %q, want %q", test.path, s.Reason, test.want)
		}
		r.cancel()
		r.until(t, capture.StateStopped)
	}
}
