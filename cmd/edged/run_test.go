package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"edged/processtest"
)

func TestRunNamesWhatTheCameraShows(t *testing.T) {
	state := stateWith(t, "digits")
	if got := edged(t, "models", "use", "digits", "--state", state); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	d := runDaemon(t, state, camera(t, showOnce))
	events := d.until("end of the clip", inState("camera", "ended"))
	eventually(t, "the last frame is answered", func() bool {
		f := d.status().Frames
		return f.Received == f.Predicted+f.Skipped+f.Unanswered
	})
	status := d.status()
	events = append(events, d.stop()...)

	files := 0
	labels := map[uint64]string{}
	for digit := range 10 {
		pictures, _ := filepath.Glob(filepath.Join(digits, "valid", fmt.Sprint(digit), "*.png"))
		for range pictures {
			files++
			labels[uint64(files)] = fmt.Sprint(digit)
		}
	}
	right, count := 0, 0
	for _, e := range events {
		if !predicted(e) {
			continue
		}
		count++
		if e.Label == labels[e.Frame] {
			right++
		}
		if !strings.HasPrefix(e.Model, "digits@") || len(e.Top) != 3 || e.Top[0].Label != e.Label ||
			e.PredictMS <= 0 || e.LatencyMS < e.PredictMS || time.Since(e.Time).Abs() > time.Hour {
			t.Errorf("got %+v", e)
		}
	}
	if count == 0 || right < count*8/10 {
		t.Errorf("%d of %d were right", right, count)
	}
	if status.Frames.Received != uint64(files) || status.Frames.Predicted != uint64(count) {
		t.Errorf("got %+v, want %d received and %d predicted", status.Frames, files, count)
	}
}

func TestRunSwapsModelsWithoutLosingAFrame(t *testing.T) {
	state := stateWith(t, "first")
	d := runDaemon(t, state, camera(t, showLoop))
	events := d.until("prediction", by("first"))
	copyModel(t, state, "second")
	events = append(events, d.until("prediction of the copied model", by("second"))...)

	if got := edged(t, "models", "rollback", "--state", state); got.status != 0 || !strings.HasPrefix(got.output, "first@") {
		t.Fatalf("got %+v", got)
	}
	events = append(events, d.until("prediction of the first model", by("first"))...)
	if got := edged(t, "models", "use", "second", "--state", state); got.status != 0 || !strings.HasPrefix(got.output, "second@") {
		t.Fatalf("got %+v", got)
	}
	events = append(events, d.until("prediction of the second model", by("second"))...)
	if got := list(t, state)["second"]; !got.Active || !got.Pinned {
		t.Errorf("got %+v", got)
	}
	table := edged(t, "status", "--state", state)
	for _, want := range []string{"second@", "float16 on conv2d/", "streaming", "frames/s", "0 failed"} {
		if !strings.Contains(table.output, want) {
			t.Errorf("status lacks %q:\n%s", want, table.output)
		}
	}
	status := d.status()
	d.stop()

	var before uint64
	missing := uint64(0)
	for _, e := range events {
		if !predicted(e) {
			continue
		}
		if before != 0 {
			missing += e.Frame - before - 1
		}
		before = e.Frame
	}
	if missing > status.Frames.Skipped {
		t.Errorf("%d frames are missing, of which %d were skipped for newer ones", missing, status.Frames.Skipped)
	}
}

func TestRunRefusesADamagedModelAndGoesOn(t *testing.T) {
	state := stateWith(t, "good")
	d := runDaemon(t, state, camera(t, showLoop))
	d.until("prediction", by("good"))
	copyModel(t, state, ".bad")
	weights := filepath.Join(state, "models", ".bad", "weights.safetensors")
	text := []byte(read(t, weights))
	text[len(text)/2] ^= 1
	if err := os.WriteFile(weights, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(state, "models", ".bad"), filepath.Join(state, "models", "bad")); err != nil {
		t.Fatal(err)
	}
	events := d.until("rejection", inState("model", "rejected"))
	if e := events[len(events)-1]; !strings.HasPrefix(e.Model, "bad") || !strings.Contains(e.Reason, "weights.safetensors") {
		t.Errorf("got %+v", e)
	}
	if table := edged(t, "status", "--state", state); !strings.Contains(table.output, "weights.safetensors") {
		t.Errorf("got:\n%s", table.output)
	}
	d.until("prediction", by("good"))
	d.stop()
}

func TestRunWithoutAModelOrACamera(t *testing.T) {
	state := t.TempDir()
	d := runDaemon(t, state, "/nowhere/edged-camera")
	events := d.until("word of the camera", inState("camera", "waiting"))
	if e := events[len(events)-1]; !strings.Contains(e.Reason, "make camera") {
		t.Errorf("got %+v", e)
	}
	status := edged(t, "status", "--state", state)
	if !strings.Contains(status.output, "none yet: copy one into the watched folder") || status.status != 0 {
		t.Errorf("got %+v", status)
	}
	copyModel(t, state, "late")
	d.until("model", inState("model", "active"))
	d.stop()
}

func TestRunSurvivesItsCamera(t *testing.T) {
	d := runDaemon(t, stateWith(t, "digits"), camera(t, showLoop))
	d.until("prediction", predicted)
	for _, pid := range d.children() {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	d.until("word of the crash", inState("camera", "waiting"))
	d.until("frames of the next camera", inState("camera", "streaming"))
	d.until("prediction", predicted)
	if got := d.status().Camera.Restarts; got != 1 {
		t.Errorf("got %d restarts, want 1", got)
	}
	d.stop()
}

func TestRunReplacesACameraThatStalls(t *testing.T) {
	d := runDaemon(t, stateWith(t, "digits"), camera(t, showStall))
	d.until("stall", inState("camera", "stalled"))
	first := d.children()
	d.until("frames of the next camera", inState("camera", "streaming"))
	gone(t, first)
	d.command.Process.Signal(syscall.SIGTERM)
	children := d.children()
	if err := d.command.Wait(); err != nil {
		t.Error(err)
	}
	gone(t, children)
}

func TestRunAfterKill(t *testing.T) {
	state := stateWith(t, "digits")
	d := runDaemon(t, state, camera(t, showLoop))
	d.until("prediction", predicted)
	if got := edged(t, "run", "--state", state); got.status != 1 || !strings.Contains(got.errors, "another edged process") {
		t.Errorf("a second daemon: got %+v", got)
	}
	children := d.children()
	if err := d.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = d.command.Wait()
	gone(t, children)

	d = runDaemon(t, state, camera(t, showLoop))
	d.until("prediction after the restart", by("digits"))
	d.stop()
	left, err := os.ReadDir(state)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		switch entry.Name() {
		case "models", "models.json", "models.lock":
		default:
			t.Errorf("%s was left behind", entry.Name())
		}
	}
}

func TestRunTellsSystemd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "3000000")
	t.Setenv("JOURNAL_STREAM", "8:1")
	state := stateWith(t, "digits")
	d := runDaemon(t, state, "/nowhere/edged-camera")
	seen := map[string]int{}
	buffer := make([]byte, 256)
	for seen["WATCHDOG=1"] < 3 || seen["READY=1"] == 0 { // without a single frame
		conn.SetReadDeadline(time.Now().Add(patience))
		n, err := conn.Read(buffer)
		if err != nil {
			t.Fatalf("got %v and then %v", seen, err)
		}
		seen[string(buffer[:n])]++
		if string(buffer[:n]) == "READY=1" && d.status().Model == nil {
			t.Error("ready before the model serves")
		}
	}
	d.stop()
	if strings.Contains(d.errors.String(), "time=") {
		t.Errorf("the journal adds the time itself:\n%s", d.errors)
	}
}

func TestRunWritesEventsToAFile(t *testing.T) {
	state := stateWith(t, "digits")
	file := filepath.Join(t.TempDir(), "events.jsonl")
	d := startDaemon(t, "1s", "[results]\nsmoothing = \"none\"\n", state, camera(t, showLoop), "--output", file, "--events", "changes")
	eventually(t, "events come", func() bool {
		text, _ := os.ReadFile(file)
		return bytes.Count(text, []byte(`"change"`)) > 5
	})
	d.stop()
	label := ""
	for line := range strings.Lines(read(t, file)) {
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if predicted(e) {
			t.Errorf("got %+v where changes are asked for", e)
		}
		if e.Event != "change" {
			continue
		}
		if e.Label == label || e.Before != label || !strings.HasPrefix(e.Model, "digits@") {
			t.Errorf("got %+v after %q", e, label)
		}
		label = e.Label
	}
}

func TestRunTellsFramesAlone(t *testing.T) {
	d := runDaemon(t, stateWith(t, "digits"), camera(t, showLoop), "--events", "frames", "--top", "1")
	var events []event
	for range 5 {
		events = append(events, d.until("prediction", predicted)...)
	}
	for _, e := range append(events, d.stop()...) {
		if e.Event == "change" || predicted(e) && len(e.Top) != 1 {
			t.Errorf("got %+v", e)
		}
	}
}

func TestRunFlagsAreChecked(t *testing.T) {
	for _, test := range []struct{ line, want string }{
		{"run --fps 0", "the command line: camera.fps: 0 is not between 0.1 and 1000"},
		{"run --events some", `"some" is none of "all", "frames", "changes"`},
		{"run now", "`edged run` takes no arguments"},
	} {
		got := edged(t, strings.Fields(test.line)...)
		if got.status != 2 || !strings.Contains(got.errors, test.want) {
			t.Errorf("%s: got %+v, want status 2 and %q", test.line, got, test.want)
		}
	}
	if got := edged(t, "run", "--state", "/proc/nowhere"); got.status != 1 {
		t.Errorf("got %+v", got)
	}
}

// maxResident is what a daemon with the digits model may take of a board's
// memory, in kB.
const maxResident = 80 << 10

func TestRunTakesLittleMemory(t *testing.T) {
	if processtest.Emulator() != nil {
		return // the memory would be the emulator's
	}
	state := stateWith(t, "first")
	d := runDaemon(t, state, camera(t, showLoop))
	d.until("prediction", by("first"))
	for i := range 3 {
		name := "next" + strconv.Itoa(i)
		copyModel(t, state, name)
		d.until("prediction of the next model", by(name))
	}
	resident := func(kind string) int {
		for line := range strings.Lines(read(t, fmt.Sprintf("/proc/%d/status", d.command.Process.Pid))) {
			if fields := strings.Fields(line); fields[0] == kind+":" {
				kB, _ := strconv.Atoi(fields[1])
				return kB
			}
		}
		return 0
	}
	now, peak := resident("VmRSS"), resident("VmHWM")
	t.Logf("%d kB resident, %d kB at most", now, peak)
	if now == 0 || now > maxResident {
		t.Errorf("%d kB resident, want at most %d", now, maxResident)
	}
	d.stop()
}
