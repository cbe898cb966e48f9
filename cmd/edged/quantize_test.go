package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"edged/processtest"
)

// float32Model is the bundled model.
var float32Model = filepath.Join(digits, "model")

// quantized runs edged quantize on the bundled digits and returns where and what
// it says.
func quantized(t *testing.T, precision string, arguments ...string) (dir, output string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "model")
	got := edged(t, append([]string{"quantize", "--model", float32Model, "--precision", precision, "--out", dir}, arguments...)...)
	if got.status != 0 {
		t.Fatalf("status %d: %s", got.status, got.errors)
	}
	return dir, got.output
}

// sample is a folder of pictures and what quantizing says of it, as patterns.
type sample struct {
	folder   string
	count    int
	accuracy string
}

// samples are the bundled digits; on an emulated CPU those of two classes.
func samples(t *testing.T) sample {
	t.Helper()
	all := filepath.Join(digits, "valid")
	if processtest.Emulator() == nil {
		return sample{all, 30, `0\.9000 in float32, 0\.\d+ in int8`}
	}
	folder := t.TempDir()
	for _, class := range []string{"0", "1"} {
		if err := os.CopyFS(filepath.Join(folder, class), os.DirFS(filepath.Join(all, class))); err != nil {
			t.Fatal(err)
		}
	}
	return sample{folder, 6, `1\.0000 in float32, [01]\.\d+ in int8`}
}

// scoresOf predicts pictures.
func scoresOf(t *testing.T, model, precision, folder string) []prediction {
	t.Helper()
	got := edged(t, "predict", "--json", "--model", model, "--precision", precision, folder)
	if got.status != 0 {
		t.Fatalf("status %d: %s", got.status, got.errors)
	}
	return predictions(t, got.output)
}

func TestQuantizeInt8(t *testing.T) {
	sample := samples(t)
	valid, count := sample.folder, sample.count
	dir, output := quantized(t, "int8", "--calibrate", valid, "--evaluate", valid, "--report")
	for _, want := range []string{
		fmt.Sprintf(`calibrated on %d pictures with mse\n`, count),
		`equalized 2 pairs of layers: the output has 4\d\.\d dB with it, 4\d\.\d dB without\n  conv2d and conv2d_1: \d\.\d dB expected\n`,
		`the output in int8 has a signal to noise of 4\d\.\d dB\n`,
		`conv2d_1 +Conv2D +int8 +4\d\.\d dB\n`,
		fmt.Sprintf(`accuracy on %d pictures: %s\n`, count, sample.accuracy),
		`weights: 8\.1\d MB in float32, 2\.0\d MB in int8\n`,
	} {
		if !regexp.MustCompile(want).MatchString(output) {
			t.Errorf("output has no %q:\n%s", want, output)
		}
	}
	if size := sizeOf(t, dir, "weights.safetensors"); size > sizeOf(t, float32Model, "weights.safetensors")/2+4096 {
		t.Errorf("the weights take %d bytes, more than half of float16's", size)
	}
	want := scoresOf(t, float32Model, "float32", valid)
	for _, precision := range []string{"auto", "int8", "float32"} {
		for i, p := range scoresOf(t, dir, precision, valid) {
			for label, score := range p.Scores {
				if math.Abs(score-want[i].Scores[label]) > 0.1 {
					t.Errorf("%s in %s: score of %s is %g, was %g", p.File, precision, label, score, want[i].Scores[label])
				}
			}
		}
	}
	var report struct {
		Quantization struct {
			Precision string `json:"precision"`
			Pictures  int    `json:"calibration_pictures"`
			Layers    []struct {
				Layer    string   `json:"layer"`
				Decibels *float64 `json:"signal_to_noise_db"`
			} `json:"layers"`
			Output    float64    `json:"output_signal_to_noise_db"`
			Equalized *equalized `json:"equalization"`
		} `json:"quantization"`
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err == nil {
		err = json.Unmarshal(data, &report)
	}
	if r := report.Quantization; err != nil || r.Precision != "int8" || r.Pictures != count || len(r.Layers) < 5 {
		t.Errorf("report: %+v, %v", r, err)
	}
	if e := report.Quantization.Equalized; e == nil || !e.Used || len(e.Pairs) != 2 || !(*e.With > *e.Without) || *e.With != report.Quantization.Output {
		t.Errorf("report of the equalization: %+v", e)
	}
	if got := edged(t, "quantize", "--model", dir, "--precision", "int8", "--calibrate", valid, "--out", filepath.Join(t.TempDir(), "again")); got.status != 1 || !strings.Contains(got.errors, "in int8 already") {
		t.Errorf("quantizing again: status %d, %s", got.status, got.errors)
	}
}

// TestQuantizeGoesOnWithoutWhatCannotBeRead calibrates on a folder as the daemon's
// captures are, some of them damaged: each is told once.
func TestQuantizeGoesOnWithoutWhatCannotBeRead(t *testing.T) {
	captures := t.TempDir()
	if err := os.CopyFS(filepath.Join(captures, "7"), os.DirFS(filepath.Join(digits, "valid", "7"))); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"log.jsonl": "{}\n", "7/damaged.png": "no picture", "7/.hidden.png": "no picture"} {
		if err := os.WriteFile(filepath.Join(captures, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "model")
	got := edged(t, "quantize", "--model", float32Model, "--precision", "int8", "--calibrate", captures, "--out", dir, "--equalize", "off")
	if got.status != 0 || !strings.Contains(got.output, "calibrated on 3 pictures") || strings.Contains(got.output, "equalized") {
		t.Errorf("status %d, %s", got.status, got.output)
	}
	if n := strings.Count(got.errors, "damaged.png"); n != 1 || strings.Contains(got.errors, "hidden") {
		t.Errorf("errors are %q", got.errors)
	}
}

func TestQuantizeFloat16(t *testing.T) {
	dir, output := quantized(t, "float16")
	if !regexp.MustCompile(`8\.1\d MB in float32, 4\.0\d MB in float16`).MatchString(output) {
		t.Errorf("output is\n%s", output)
	}
	valid := samples(t).folder
	want := scoresOf(t, float32Model, "float32", valid)
	for i, p := range scoresOf(t, dir, "auto", valid) {
		if p.Label != want[i].Label {
			t.Errorf("%s: %s, was %s", p.File, p.Label, want[i].Label)
		}
	}
}

func TestQuantizeRefuses(t *testing.T) {
	empty, there := t.TempDir(), t.TempDir()
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "a.png"), []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	for _, c := range []struct {
		line   string
		status int
		want   string
	}{
		{"--precision int8 --out " + out, 2, "int8 needs pictures to calibrate on: --calibrate DIR"},
		{"--precision int4 --out " + out, 2, "choose one of float16, int8"},
		{"--out " + out, 2, "precision"},
		{"--precision int8 --out " + out + " --calibrate " + empty, 1, "no pictures are in it"},
		{"--precision int8 --out " + out + " --calibrate " + broken, 1, "none of its pictures could be read"},
		{"--precision int8 --out " + out + " --calibrate /nowhere", 1, "/nowhere"},
		{"--precision float16 --out " + there, 1, "is there already"},
		{"--precision float16 --out " + out + " --max-accuracy-drop 0.01", 2, "--evaluate DIR"},
		{"--precision float16 --out " + out + " --report", 2, "--calibrate DIR"},
		{"--precision float16 --out " + out + " --equalize on", 2, "--equalize on is for int8"},
		{"--precision int8 --out " + out + " --calibrate " + broken + " --equalize maybe", 2, "auto, on, off"},
		{"--precision int8 --out " + out + " --calibrate " + broken + " --pictures 0", 2, "--pictures is 0"},
		{"--precision int8 --out " + out + " --calibrate " + broken + " --observer median", 2, "minmax"},
		{"--precision int8 --out " + out + " --calibrate " + broken + " --evaluate " + broken + " --max-accuracy-drop 2", 2, "from 0 to 1"},
	} {
		got := edged(t, append([]string{"quantize", "--model", float32Model}, strings.Fields(c.line)...)...)
		if got.status != c.status || !strings.Contains(got.errors, c.want) {
			t.Errorf("%s: status %d, %q, want %d, %q", c.line, got.status, got.errors, c.status, c.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Fatalf("%s: something was written", c.line)
		}
	}
}

func sizeOf(t *testing.T, path ...string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
