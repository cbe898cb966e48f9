//go:build board

package boardtest

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"edged/boardtest/disk"
)

// TestFigures counts the instructions of the daemon and its children on a board
// whose clock advances by a nanosecond an instruction: from a scanned label to the
// acknowledged capture, and from the last label to the new model that serves.
func TestFigures(t *testing.T) {
	const scans, captures = 20, 200 - 21
	h := hardware{root: overlay(t), state: disk.New(formatted(t)), media: media(t, shifted(t, captures))}
	m := powerOn(t, "cortex-a72", h, "-icount", "shift=0,sleep=off")
	s := &story{machine: m, disk: h.state}
	s.installed(t)
	s.predicts(t)
	s.show(t, "red")
	// The last frames stay good for labels when the camera is gone, and nothing else is predicted.
	s.run(t, "sed -i 's/^window = .*/window = \"1h\"/' /etc/edged/edged.toml")
	seen := m.journal.mark()
	s.run(t, "systemctl restart edged")
	m.journal.await(t, seen, event{Event: "port", State: "open"}.is)
	m.journal.await(t, seen, event{Event: "prediction"}.is)
	s.run(t, "echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind")
	m.journal.await(t, seen, func(e event) bool { return e.Event == "camera" && (e.State == "waiting" || e.State == "failed") })

	s.label(t, "red") // the first opens the captures
	before := s.instructions(t)
	for range scans {
		s.label(t, "red")
	}
	t.Logf("from scan to acknowledged capture: %.1f million instructions", float64(s.instructions(t)-before)/scans/1e6)

	s.run(t, "edged captures import /run/media/captures")
	before = s.instructions(t)
	seen = m.journal.mark()
	if got := s.scanner.ask(t, "fit"); got != "ok fit" {
		t.Fatal(got)
	}
	done := m.journal.await(t, seen, func(e event) bool { return e.Event == "fit" && e.State != "started" })
	if done.State != "committed" {
		t.Fatal(done.text)
	}
	m.journal.await(t, seen, event{Event: "model", State: "active"}.is)
	t.Logf("from the last label to the new model serving, %d captures: %.1f million instructions (%s)", captures, float64(s.instructions(t)-before)/1e6, done.text)
}

// instructions is how many the service has executed, its children included.
func (s *story) instructions(t *testing.T) int64 {
	t.Helper()
	said := s.run(t, "systemctl show --value --property=CPUUsageNSec edged")
	n, err := strconv.ParseInt(said, 10, 64)
	if err != nil {
		t.Fatal(fmt.Errorf("the service's instructions: %w", err))
	}
	return n
}

// shifted are n pictures of digits, each a little to the side of one that is
// there, as a folder of captures under new labels.
func shifted(t *testing.T, n int) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("../testdata/digits/valid/*/*.png")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for i := range n {
		f, err := os.Open(paths[i%len(paths)])
		if err != nil {
			t.Fatal(err)
		}
		digit, err := png.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		moved := image.NewGray(digit.Bounds())
		round := i / len(paths)
		draw.Draw(moved, moved.Bounds(), digit, image.Pt(round%3-1, round/3-1), draw.Src)
		var out bytes.Buffer
		if err := png.Encode(&out, moved); err != nil {
			t.Fatal(err)
		}
		label := filepath.Base(filepath.Dir(paths[i%len(paths)]))
		files[fmt.Sprintf("captures/digit %s/%03d.png", label, i)] = out.Bytes()
	}
	return files
}
