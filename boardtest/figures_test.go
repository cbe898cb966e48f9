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
	"testing"
	"time"

	"edged/boardtest/disk"
)

// TestFigures counts the instructions of the daemon and its children on a board
// whose clock advances by a nanosecond an instruction: from a scanned label to the
// acknowledged capture, and from the last label to the new model that serves.
func TestFigures(t *testing.T) {
	const scans, captures = 20, 200 - 21
	h := hardware{root: overlay(t), state: disk.New(formatted(t, 4*stateSize)), media: media(t, shifted(t, captures))}
	m := powerOn(t, "cortex-a72", h, "-smp", "1", "-icount", "shift=0,sleep=off")
	m.journal.patience = time.Hour // a core that is counted is slow
	s := newStory(m, h.state)
	s.installed(t)
	s.take(t, "digits", "digits")
	seen := m.journal.mark()
	s.run(t, "sed -i 's/^fps = .*/fps = 1/' /etc/edged/edged.toml && systemctl restart edged")
	m.journal.await(t, seen, event{Event: "port", State: "open"}.is)
	s.show(t, "red")
	s.label(t, "red") // the first opens the captures

	// What frames take is counted alone, and taken off.
	idle := s.use(t)
	s.run(t, "sleep 20")
	before := s.use(t)
	idle = before.since(idle)
	for range scans {
		s.label(t, "red")
	}
	took := s.use(t).since(before)
	frames := idle.instructions * took.seconds / idle.seconds
	t.Logf("from scan to acknowledged capture: %.1f million instructions (%.0f million in %.1f s, of which frames took %.0f)",
		(took.instructions-frames)/scans, took.instructions, took.seconds, frames)

	seen = m.journal.mark()
	s.run(t, "echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind")
	m.journal.await(t, seen, func(e event) bool { return e.Event == "camera" && (e.State == "waiting" || e.State == "failed") })
	s.run(t, "edged captures import /run/media/captures")
	before = s.use(t)
	seen = m.journal.mark()
	if got := s.scanner.ask(t, "fit"); got != "ok fit" {
		t.Fatal(got)
	}
	done := s.fitted(t, seen)
	if done.State != "committed" {
		t.Fatal(done.text)
	}
	m.journal.await(t, seen, event{Event: "model", State: "active"}.is)
	t.Logf("from the last label to the new model serving, %d captures: %.0f million instructions (%s)", captures+scans+1, s.use(t).since(before).instructions, done.text)
}

// use is how many million instructions the service has executed, its children
// included, and how many seconds the board's power has been on.
type use struct{ instructions, seconds float64 }

func (u use) since(begin use) use {
	return use{u.instructions - begin.instructions, u.seconds - begin.seconds}
}

func (s *story) use(t *testing.T) use {
	t.Helper()
	said := s.run(t, "systemctl show --value --property=CPUUsageNSec edged; cat /proc/uptime")
	var u use
	if _, err := fmt.Sscan(said, &u.instructions, &u.seconds); err != nil {
		t.Fatalf("the service's instructions: %v: %q", err, said)
	}
	u.instructions /= 1e6
	return u
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
