package main

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"edged/processtest"
	"edged/storage"
)

// patterns writes pictures of stripes and, with spots above 0, of a third kind.
func patterns(t *testing.T, folder string, stripes, spots int) {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(stripes), uint64(spots)))
	for label, n := range map[string]int{"across": stripes, "along": stripes, "spots": spots} {
		for k := range n {
			m := image.NewGray(image.Rect(0, 0, 20, 20))
			for y := range 20 {
				for x := range 20 {
					at := map[string]int{"across": y, "along": x, "spots": x*y + x}[label]
					m.SetGray(x, y, color.Gray{Y: uint8((at+k)%4*60) + uint8(random.IntN(20))})
				}
			}
			path := filepath.Join(folder, label, fmt.Sprintf("%s%02d.png", label, k))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			f, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := png.Encode(f, m); err != nil {
				t.Fatal(err)
			}
			f.Close()
		}
	}
}

// fitter is a program that the daemon can start for fits.
func fitter(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edged-fit")
	line := strings.Join(append(processtest.Emulator(), binary), " ")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nexec "+line+" \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFitOnRequest teaches a model stripes, gives captures of spots besides, and
// asks the daemon to learn: a model that knows spots takes over.
func TestFitOnRequest(t *testing.T) {
	state := taught(t)
	more := fmt.Sprintf("[fit]\nprogram = %q\nthreads = 1\n", fitter(t))
	d := runDaemonConfigured(t, more, state, camera(t, showLoop))
	d.until("prediction", by("first"))
	ask := func(want string) {
		t.Helper()
		if done, err := d.client().Carry(t.Context(), "fit"); want == "" && (err != nil || done != "fit") || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("fit: %q, %v, want %q", done, err, want)
		}
	}
	ask("")
	d.until("the start of the fit", inState("fit", "started"))
	ask("under way")
	events := d.until("the end of the fit", func(e event) bool {
		return e.Event == "fit" && e.State != "started" && e.State != "running"
	})
	for _, stage := range []string{"features ", "head "} {
		if !slices.ContainsFunc(events, func(e event) bool { return inState("fit", "running")(e) && strings.HasPrefix(e.Reason, stage) }) {
			t.Errorf("no progress was told of %s", stage)
		}
	}
	end := events[len(events)-1]
	if end.State != "committed" || end.Model == "" {
		t.Fatalf("got %+v", end)
	}
	d.until("prediction of the new model", by(end.Model))
	if m := d.status().Model; m.Labels != 3 {
		t.Errorf("the new model has %d labels", m.Labels)
	}
	if got := edged(t, "status", "--state", state); !strings.Contains(got.output, "the last one committed") {
		t.Errorf("got %+v", got)
	}
}

// TestFitThatFails has a fit that dies: the daemon says so and serves on. What an
// earlier one left is swept away.
func TestFitThatFails(t *testing.T) {
	state := stateWith(t, "digits")
	left := filepath.Join(state, "models", ".20261124T101500Z-a1b2.123456")
	program := filepath.Join(t.TempDir(), "edged-fit")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho 'edged: the card is gone' >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-24 * time.Hour)
	if err := errors.Join(os.Mkdir(left, 0o755), os.Chtimes(left, long, long)); err != nil {
		t.Fatal(err)
	}
	if got := edged(t, "captures", "import", filepath.Join(digits, "valid"), "--state", state); got.status != 0 {
		t.Fatal(got)
	}
	d := runDaemonConfigured(t, fmt.Sprintf("[labels]\nframes = 1\ndebounce = \"0s\"\ndelay = \"0s\"\n[fit]\nafter = 2\nquiet = \"100ms\"\nprogram = %q\n", program), state, camera(t, showLoop))
	d.until("prediction", by("digits"))
	for range 2 {
		if got := edged(t, "label", "nut", "--state", state); got.status != 0 {
			t.Fatal(got)
		}
	}
	events := d.until("the end of the fit", inState("fit", "failed"))
	if reason := events[len(events)-1].Reason; reason != "the card is gone" {
		t.Errorf("got %q", reason)
	}
	d.until("prediction", by("digits"))
	if _, err := os.Stat(left); err == nil {
		t.Error("what a killed fit left is still there")
	}
}

// TestAFitThatKnowsLessIsRolledBack has a fit make a model that is unsure of
// everything. It takes over, is compared with the one before, and goes for good.
func TestAFitThatKnowsLessIsRolledBack(t *testing.T) {
	if processtest.Emulator() != nil {
		return // it takes 30 samples, one a second at most: minutes on an emulated CPU
	}
	t.Parallel()
	state := stateWith(t, "digits")
	m, err := storage.Load(filepath.Join(state, "models", "digits"), storage.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	weights := m.Network.Weights()
	for _, w := range weights[len(weights)-2:] {
		clear(w.Value)
	}
	unsure := filepath.Join(t.TempDir(), "unsure")
	m.Parent, m.Probe = m.Name, nil
	if err := storage.Commit(unsure, m, storage.CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "edged-fit")
	text := fmt.Sprintf("#!/bin/sh\nwhile [ \"$1\" != --out ]; do shift; done\ncp -r %s \"$2\"\n"+
		"echo '{\"event\":\"head\",\"head\":{\"accepted\":true,\"method\":\"fit\",\"reason\":\"it says so\"}}'\n", unsure)
	if err := os.WriteFile(program, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	d := runDaemonConfigured(t, fmt.Sprintf("[fit]\nprogram = %q\n", program), state, camera(t, showLoop))
	d.until("prediction", by("digits"))
	d.carry("fit")
	events := d.until("the fit", inState("fit", "committed"))
	fitted := events[len(events)-1].Model
	d.until("prediction of the new model", by(fitted))
	events = d.until("the end of the shadow", inState("shadow", "rolled back"))
	if e := events[len(events)-1]; !strings.HasPrefix(e.Model, fitted) || !strings.Contains(e.Reason, "0.10 in the mean") {
		t.Errorf("got %+v", e)
	}
	d.until("prediction of the model before", by("digits"))
	if got := edged(t, "status", "--state", state); !strings.Contains(got.output, "rolled back since") {
		t.Errorf("got %+v", got)
	}
	d.stop()
	d = runDaemonConfigured(t, "", state, camera(t, showLoop))
	d.until("prediction after the restart", by("digits"))
	if got := list(t, state)[fitted]; got.Active || !got.Withdrawn {
		t.Errorf("got %+v", got)
	}
	d.stop()
}
