package main

import (
	"encoding/json"
	"strings"
	"testing"

	"edged/processtest"
)

func TestBenchMeasuresEveryStep(t *testing.T) {
	got := edged(t, "bench", "--model", digits+"/model", "--time", "10ms", "--per-layer", "--json", "--threads", "2")
	if got.status != 0 || got.errors != "" {
		t.Fatalf("got %+v", got)
	}
	var r benchResult
	if err := json.Unmarshal([]byte(got.output), &r); err != nil {
		t.Fatal(err)
	}
	if r.Threads != 2 || r.Runs < benchLeast || r.MinMS <= 0 || r.MinMS > r.MedianMS || r.MedianMS > r.P90MS || r.P90MS > r.P99MS {
		t.Errorf("got %+v", r)
	}
	if r.PeakGFLOPS <= 0 || r.PeakShare <= 0 || r.MedianPeakShare <= 0 || r.CopyGBPS <= 0 || r.LoadMS <= 0 || r.WeightBytes <= 0 {
		t.Errorf("got %+v", r)
	}
	// Multiplications and additions of two convolutions and a dense layer.
	if least := 2 * (224*224*32*27 + 112*112*64*288 + 200704*10); r.FLOPs < least || r.FLOPs > least*11/10 {
		t.Errorf("got %d operations, want about %d", r.FLOPs, least)
	}
	layers := map[string]bool{}
	for _, s := range r.Steps {
		for _, layer := range s.Layers {
			layers[layer] = true
		}
		if s.Kernel == "" || s.MinMS < 0 || s.Runs < benchLeast || s.Bytes <= 0 {
			t.Errorf("got %+v", s)
		}
	}
	for _, want := range []string{"conv2d", "conv2d_1", "dense"} {
		if !layers[want] {
			t.Errorf("got layers %v, want %s among them", layers, want)
		}
	}
}

func TestBenchPrintsATable(t *testing.T) {
	model := digits + "/model"
	if processtest.Emulator() != nil {
		model = "../../testdata/reference/seed_small/keras3.keras"
	}
	got := edged(t, "bench", "--model", model, "--time", "10ms", "--per-layer", "--threads", "1", "--kernels", "portable", "--precision", "float32")
	for _, want := range []string{"float32, kernels portable, 1 thread\n", "% of the peak of", "median us", "conv2d_1", "dense/portable"} {
		if !strings.Contains(got.output, want) {
			t.Errorf("got %s, want %q in it", got.output, want)
		}
	}
	if got := edged(t, "bench", "--model", model, "--time", "0s"); got.status != 1 || !strings.Contains(got.errors, "--time 2s") {
		t.Errorf("got %+v", got)
	}
}
