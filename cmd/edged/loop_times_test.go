package main

import (
	testflag "flag"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"edged/capture/capturetest"
	"edged/processtest"
)

var (
	loopCaptures = testflag.Int("captures", 75, "how many captures TestLoopTimes fits to")
	loopScans    = testflag.Int("scans", 15, "how many of them come by scans")
)

// percentile by the nearest rank.
func percentile(values []float64, percent float64) float64 {
	slices.Sort(values)
	return values[max(0, int(math.Ceil(float64(len(values))*percent/100))-1)]
}

// latencies are those of the predictions among events, in milliseconds.
func latencies(events []event) (all []float64) {
	for _, e := range events {
		if predicted(e) {
			all = append(all, e.LatencyMS)
		}
	}
	return all
}

// TestLoopTimes measures how long a scan takes until it is answered, how long the
// last label until the model that was fitted to it serves, and what a fit does to
// the latency of predictions.
func TestLoopTimes(t *testing.T) {
	if processtest.Emulator() != nil {
		return // nothing is learned from the times of an emulator
	}
	state, more := stateWith(t, "digits"), t.TempDir()
	scans := *loopScans
	each := (*loopCaptures - scans - 30) / 3
	patterns(t, more, each, each)
	for _, folder := range []string{filepath.Join(digits, "valid"), more} {
		if got := edged(t, "captures", "import", folder, "--state", state); got.status != 0 {
			t.Fatal(got)
		}
	}
	link := filepath.Join(t.TempDir(), "scanner")
	far := capturetest.Plug(t, link)
	d := startDaemon(t, slow, fmt.Sprintf("[labels]\nframes = 1\ndelay = \"0s\"\nwindow = \"10s\"\ndebounce = \"0s\"\n[fit]\nafter = %d\nquiet = \"100ms\"\nprogram = %q\n[[labels.port]]\npath = %q\n",
		scans, fitter(t), link), state, camera(t, showLoop), "--source", filepath.Join(more, "spots"))
	d.until("the port", inState("port", "open"))
	idle := d.until("prediction", by("digits"))
	for len(latencies(idle)) < 60 {
		idle = append(idle, d.until("prediction", predicted)...)
	}
	var took []float64
	var last time.Time
	for range scans {
		begin := time.Now()
		if got := far.Ask(t, "label:spots\n"); !strings.HasPrefix(got, "ok spots ") {
			t.Fatalf("got %q", got)
		}
		last = time.Now()
		took = append(took, float64(last.Sub(begin))/float64(time.Millisecond))
	}
	d.until("the start of the fit", inState("fit", "started"))
	during := d.until("the end of the fit", func(e event) bool { return e.Event == "fit" && e.State != "running" })
	end := during[len(during)-1]
	if end.State != "committed" {
		t.Fatalf("got %+v", end)
	}
	d.until("the new model", func(e event) bool {
		return e.Event == "model" && e.State == "active" && strings.HasPrefix(e.Model, end.Model)
	})
	t.Logf("%d scans to acknowledged captures: %.1f ms in the median, %.1f ms at 99 %%", scans, percentile(took, 50), percentile(took, 99))
	t.Logf("from the last label to the new model, fitted to %d captures: %.2f s, of which 0.1 s waiting for further labels and 0.2 s for the folder to be quiet", *loopCaptures, time.Since(last).Seconds())
	before, meanwhile := latencies(idle), latencies(during)
	t.Logf("latency of predictions idle: %.1f ms in the median, %.1f ms at 90 %% (%d); during the fit: %.1f, %.1f (%d)",
		percentile(before, 50), percentile(before, 90), len(before), percentile(meanwhile, 50), percentile(meanwhile, 90), len(meanwhile))
	d.stop()
}
