//go:build opencv

package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

const demo = "../../testdata/demo"

var buildCamera = sync.OnceValues(func() (string, error) {
	path := filepath.Join(filepath.Dir(binary), "edged-camera")
	output, err := exec.Command("go", "build", "-o", path, "../edged-camera").CombinedOutput() // tags are in GOFLAGS
	return string(output), err
})

// runDemo starts edged, with the edged-camera that lies beside it, on the clip
// of digits.
func runDemo(t *testing.T, arguments ...string) *running {
	t.Helper()
	if output, err := buildCamera(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	state := stateWith(t, "digits")
	if got := edged(t, "models", "use", "digits", "--state", state); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	// OpenCV that has to share a busy machine can be silent for a second.
	return runDaemonWith(t, "5s", state, "", append([]string{"--source", filepath.Join(demo, "digits.mp4")}, arguments...)...)
}

// shown is a stretch of the clip, by frames from 0; Label is empty between two
// digits.
type shown struct {
	First, Last uint64
	Label       string
}

func TestTheDemoClipThroughOpenCV(t *testing.T) {
	var truth []shown
	if err := json.Unmarshal([]byte(read(t, filepath.Join(demo, "truth.json"))), &truth); err != nil {
		t.Fatal(err)
	}
	d := runDemo(t)
	events := d.until("end of the clip", inState("camera", "ended"))
	eventually(t, "every frame is accounted for", func() bool {
		f := d.status().Frames
		return f.Received == truth[len(truth)-1].Last+1 && f.Received == f.Predicted+f.Skipped+f.Unanswered
	})
	status := d.status()
	events = append(events, d.stop()...)
	t.Logf("%+v, predicted in %.0f ms in the median", status.Frames, status.Predict.P50)

	right, digits := 0, 0
	for _, s := range truth {
		if s.Label == "" {
			continue
		}
		digits++
		votes := map[string]int{}
		for _, e := range events {
			if predicted(e) && e.Frame-1 >= s.First && e.Frame-1 <= s.Last {
				votes[e.Label]++
			}
		}
		wins := len(votes) > 0
		for label, count := range votes {
			wins = wins && (label == s.Label || count < votes[s.Label])
		}
		if wins {
			right++
		} else {
			t.Logf("frames %d to %d show %s and were named %v", s.First, s.Last, s.Label, votes)
		}
	}
	if digits == 0 || right < digits*9/10 {
		t.Errorf("%d of %d digits were named right", right, digits)
	}
}

func TestOpenCVIsKilledAndStalled(t *testing.T) {
	d := runDemo(t, "--loop")
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP} {
		d.until("prediction", predicted)
		children := d.children()
		if len(children) != 1 {
			t.Fatalf("got %d children, want one camera", len(children))
		}
		if err := syscall.Kill(children[0], signal); err != nil {
			t.Fatal(err)
		}
		d.until("frames of the next camera", inState("camera", "streaming"))
		gone(t, children)
	}
	d.until("prediction", predicted)
	d.stop()
}

func TestDoctorFindsOpenCV(t *testing.T) {
	if output, err := buildCamera(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if got := edged(t, "doctor", "--state", t.TempDir()); !strings.Contains(got.output, "OpenCV 4.") {
		t.Errorf("got:\n%s", got.output)
	}
}
