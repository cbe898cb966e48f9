package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"edged/storage"
)

// smallNetwork is a config.json for pictures of 20x20.
const smallNetwork = `{"class_name":"Sequential","config":{"name":"small","layers":[
{"class_name":"InputLayer","config":{"batch_input_shape":[null,20,20,3],"dtype":"float32","sparse":false,"ragged":false,"name":"in"}},
{"class_name":"Conv2D","config":{"name":"conv2d","filters":8,"kernel_size":[3,3],"activation":"relu","use_bias":true}},
{"class_name":"MaxPooling2D","config":{"name":"pool","pool_size":[2,2],"strides":[2,2],"padding":"valid"}},
{"class_name":"Flatten","config":{"name":"flatten"}},
{"class_name":"Dense","config":{"name":"dense","units":3,"activation":"softmax","use_bias":true}}]},"keras_version":"2.15.0","backend":"tensorflow"}`

// TestFitWritesAModel trains from a config.json and loads what was written.
func TestFitWritesAModel(t *testing.T) {
	dir := t.TempDir()
	config, out := filepath.Join(dir, "config.json"), filepath.Join(dir, "models", "first")
	if err := os.WriteFile(config, []byte(smallNetwork), 0o644); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, "log.csv")
	got := edged(t, "fit", "--train", filepath.Join(digits, "valid"), "--validation-split", "0.34", "--arch", config,
		"--epochs", "3", "--batch-size", "5", "--learning-rate", "0.01", "--out", out, "--csv", log)
	if got.status != 0 {
		t.Fatal(got)
	}
	lines := strings.Split(strings.TrimSpace(got.output), "\n")
	if len(lines) != 7 || lines[0] != "Epoch 1/3" || !strings.HasPrefix(lines[1], "4/4 - ") || !strings.Contains(lines[1], " - val_accuracy: ") {
		t.Errorf("got %q", got.output)
	}
	m, err := storage.Load(out, storage.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Labels) != 10 || m.Probe == nil || m.Network.OutputShape()[0] != 10 {
		t.Errorf("got labels %v", m.Labels)
	}
	if exemplars, err := m.Exemplars(); err != nil || len(exemplars) != 30 {
		t.Errorf("got %d exemplars, %v", len(exemplars), err)
	}
	for _, name := range []string{"report.json", "accuracy.svg", "loss.svg", "confusion.svg"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
	if data, err := os.ReadFile(log); err != nil || strings.Count(string(data), "\n") != 4 || !strings.HasPrefix(string(data), "epoch,accuracy,loss,val_accuracy,val_loss\n0,") {
		t.Errorf("got %q, %v", data, err)
	}
	if got := edged(t, "fit", "--train", filepath.Join(digits, "valid"), "--out", out); got.status != 1 || !strings.Contains(got.errors, "never overwritten") {
		t.Errorf("got %+v", got)
	}
}

// TestExemplarsGoWithTheModel makes models of one with exemplars.
func TestExemplarsGoWithTheModel(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.json")
	if err := os.WriteFile(config, []byte(smallNetwork), 0o644); err != nil {
		t.Fatal(err)
	}
	fit := []string{"fit", "--train", filepath.Join(digits, "valid"), "--arch", config, "--epochs", "1", "--out"}
	first := filepath.Join(dir, "first")
	for _, step := range []struct {
		model     string
		exemplars int
		arguments []string
	}{
		{"first", 30, append(fit, first)},
		{"without", 0, append(fit, filepath.Join(dir, "without"), "--exemplars=false")},
		{"quantized", 30, []string{"quantize", "--model", first, "--precision", "float16", "--out", filepath.Join(dir, "quantized")}},
		{"converted", 30, []string{"convert", filepath.Join(dir, "quantized"), filepath.Join(dir, "converted")}},
	} {
		if got := edged(t, step.arguments...); got.status != 0 {
			t.Fatalf("%s: %+v", step.model, got)
		}
		m, err := storage.Load(filepath.Join(dir, step.model), storage.LoadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if exemplars, err := m.Exemplars(); err != nil || len(exemplars) != step.exemplars {
			t.Errorf("%s: got %d exemplars, %v, want %d", step.model, len(exemplars), err, step.exemplars)
		}
	}
}

// TestFitWithEveryLoss takes the losses, optimizers and weights that there are.
func TestFitWithEveryLoss(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.json")
	if err := os.WriteFile(config, []byte(smallNetwork), 0o644); err != nil {
		t.Fatal(err)
	}
	losses := map[string]string{}
	for name, more := range map[string]string{
		"plain":     "",
		"sparse":    "--loss sparse_categorical_crossentropy",
		"binary":    "--loss binary_crossentropy --label-smoothing 0.1",
		"squares":   "--loss mean_squared_error --optimizer adamw,weight_decay=0.01,clipvalue=0.5",
		"weighed":   "--class-weight 3=2,7=0.5 --optimizer sgd,momentum=0.9,nesterov",
		"decreased": "--schedule exponential --optimizer rmsprop,centered,global_clipnorm=1",
	} {
		line := []string{"fit", "--train", filepath.Join(digits, "valid"), "--arch", config, "--epochs", "2", "--out", filepath.Join(dir, name)}
		got := edged(t, append(line, strings.Fields(more)...)...)
		if got.status != 0 {
			t.Fatalf("%s: got %+v", name, got)
		}
		losses[name] = regexp.MustCompile(`loss: \S+`).FindString(got.output)
	}
	if losses["plain"] != losses["sparse"] || losses["plain"] == losses["weighed"] || losses["plain"] == losses["binary"] {
		t.Errorf("got %v", losses)
	}
}

// TestFitGoesOnWithAModel whose labels are in an order of their own; the class
// folders must be theirs.
func TestFitGoesOnWithAModel(t *testing.T) {
	dir := t.TempDir()
	config, model := filepath.Join(dir, "config.json"), filepath.Join(dir, "model")
	if err := os.WriteFile(config, []byte(smallNetwork), 0o644); err != nil {
		t.Fatal(err)
	}
	valid := filepath.Join(digits, "valid")
	line := []string{"fit", "--train", valid, "--epochs", "1", "--out"}
	if got := edged(t, append(line, filepath.Join(dir, "first"), "--arch", config)...); got.status != 0 {
		t.Fatal(got)
	}
	m, err := storage.Load(filepath.Join(dir, "first"), storage.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(m.Labels)
	if err := storage.Commit(model, m, storage.CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := edged(t, append(line, filepath.Join(dir, "second"), "--model", model)...); got.status != 0 {
		t.Fatal(got)
	}
	second, err := storage.Load(filepath.Join(dir, "second"), storage.LoadOptions{})
	if err != nil || !slices.Equal(second.Labels, m.Labels) || !strings.HasPrefix(second.Parent, "model") {
		t.Errorf("got labels %v, parent %q, %v", second.Labels, second.Parent, err)
	}
	few := filepath.Join(dir, "few")
	for _, test := range []struct{ label, want string }{
		{"1", `only the class "1"`},
		{"2", `has the label "9", and ` + few + " no folder"},
		{"eleven", `has the class "eleven", which is none of the labels`},
	} {
		if err := os.CopyFS(filepath.Join(few, test.label), os.DirFS(filepath.Join(valid, "1"))); err != nil {
			t.Fatal(err)
		}
		if got := edged(t, "fit", "--train", few, "--model", model, "--out", filepath.Join(dir, "third")); got.status != 1 || !strings.Contains(got.errors, test.want) {
			t.Errorf("got %+v, want %q", got, test.want)
		}
	}
}

func TestFitTellsInJSON(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.json")
	if err := os.WriteFile(config, []byte(smallNetwork), 0o644); err != nil {
		t.Fatal(err)
	}
	got := edged(t, "fit", "--train", filepath.Join(digits, "valid"), "--arch", config, "--epochs", "1", "--out", filepath.Join(dir, "m"), "--progress", "json")
	if got.status != 0 {
		t.Fatal(got)
	}
	text := got.output
	for line := range strings.Lines(text) {
		if !json.Valid([]byte(line)) {
			t.Errorf("got %q", line)
		}
	}
	if !strings.Contains(text, `"event":"epoch"`) || !strings.Contains(text, `"event":"committed"`) {
		t.Errorf("got %q", text)
	}
}

// TestFitTellsItsEnd has a fit that fails, and one whose output is full.
func TestFitTellsItsEnd(t *testing.T) {
	dir := t.TempDir()
	config, out := filepath.Join(dir, "config.json"), filepath.Join(dir, "m")
	if err := os.WriteFile(config, []byte(smallNetwork), 0o644); err != nil {
		t.Fatal(err)
	}
	valid := filepath.Join(digits, "valid")
	line := []string{"fit", "--train", valid, "--valid", valid, "--arch", config, "--epochs", "1", "--out", out}
	got := edged(t, append(line, "--progress", "json", "--csv", config)...)
	if lines := strings.Split(strings.TrimSpace(got.output), "\n"); got.status != 1 || len(lines) != 2 || !strings.Contains(lines[0], `"event":"warning"`) ||
		!strings.HasPrefix(lines[1], `{"error":{"message":"`) || !json.Valid([]byte(lines[1])) || !strings.Contains(got.errors, "no log of a fit") {
		t.Errorf("got %+v", got)
	}
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	command := edgedCommand(t, line...)
	var said bytes.Buffer
	command.Stdout, command.Stderr = full, &said
	if err := command.Run(); err == nil || !strings.Contains(said.String(), "no space left on device") || !strings.Contains(said.String(), "--valid is the folder of --train") {
		t.Errorf("got %v, %s", err, said.String())
	}
	if _, err := storage.Load(out, storage.LoadOptions{}); err != nil {
		t.Error(err)
	}
}

func TestFitRefuses(t *testing.T) {
	one := t.TempDir()
	if err := os.Mkdir(filepath.Join(one, "cat"), 0o755); err != nil {
		t.Fatal(err)
	}
	two := t.TempDir()
	for _, name := range []string{"cat", "dog"} {
		if err := os.Mkdir(filepath.Join(two, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "out")
	for _, test := range []struct {
		arguments, want string
	}{
		{"", "--out is missing"},
		{"--out " + out, "--train is missing"},
		{"--out " + out + " --train " + t.TempDir(), "no class folders"},
		{"--out " + out + " --train " + one, `only the class "cat"`},
		{"--out " + out + " --train " + two, "no pictures"},
		{"--out " + out + " --train ../../testdata/digits/valid --optimizer lion", "not known"},
		{"--out " + out + " --train ../../testdata/digits/valid --arch vgg", "tutorial-bn"},
		{"--out " + out + " --train ../../testdata/digits/valid --augment spin=3", "rotation_range"},
		{"--out " + out + " --train ../../testdata/digits/valid --epochs 0", "at least 1"},
		{"--out " + out + " --train ../../testdata/digits/valid --validation-split 0.01", "leaves no pictures"},
		{"--out " + out + " --train ../../testdata/digits/valid --valid x --validation-split 0.2", "not both"},
		{"--out " + out + " --train ../../testdata/digits/valid --learning-rate NaN", "learning_rate is NaN"},
		{"--out " + out + " --train ../../testdata/digits/valid --optimizer sgd,momentum=x", "must be a number"},
		{"--out " + out + " --train ../../testdata/digits/valid --momentum 0.9", "Adam has none"},
		{"--out " + out + " --train ../../testdata/digits/valid --patience -1", "0 for never"},
		{"--out " + out + " --train ../../testdata/digits/valid --schedule cosine --reduce-lr-patience 2", "leave out one"},
		{"--out " + out + " --train ../../testdata/digits/valid --loss mean_squared_error --label-smoothing 0.1", "no label smoothing"},
		{"--out " + out + " --train ../../testdata/digits/valid --class-weight 3=2,eleven=1", `names "eleven"`},
		{"--out " + out + " --train ../../testdata/digits/valid --class-weight 3=many", `"many"`},
		{"--out " + out + " --train ../../testdata/digits/valid --balance --class-weight 3=2", "not both"},
		{"--out " + out + " --train ../../testdata/digits/valid --captures x", "--head-only alone"},
		{"--out " + out + " --head-only --model x --captures x --epochs 3", "no meaning with --head-only"},
		{"--out " + filepath.Join(one, ".hidden") + " --train ../../testdata/digits/valid", "starts with a dot"},
		{"--out " + filepath.Join("fit_test.go", "model") + " --train ../../testdata/digits/valid", "is no folder"},
	} {
		if got := edged(t, append([]string{"fit"}, strings.Fields(test.arguments)...)...); got.status == 0 || !strings.Contains(got.errors, test.want) {
			t.Errorf("%q: got %+v, want %q", test.arguments, got, test.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Fatalf("%q wrote a model", test.arguments)
		}
	}
}

// TestFitHeadOnly fits the bundled model's head to the bundled digits: three of
// each are too few to be better, and more of them are refused without a trace.
func TestFitHeadOnly(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	features := t.TempDir()
	got := edged(t, "fit", "--head-only", "--model", filepath.Join(digits, "model"), "--captures", filepath.Join(digits, "valid"), "--features", features, "--out", out, "--progress", "json")
	var line struct {
		Event string
		Head  struct {
			Accepted bool
			Training int
			Labels   []string
		}
		Progress struct {
			Stage     string
			Done, All int
		}
	}
	told, all := map[string]int{}, map[string]int{}
	for text := range strings.Lines(got.output) {
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err, got)
		}
		if line.Event != "progress" {
			break
		}
		p := line.Progress
		if told[p.Stage]++; p.Done != told[p.Stage] || p.Done > p.All {
			t.Fatalf("told %+v after %d", p, told[p.Stage]-1)
		}
		all[p.Stage] = p.All
	}
	if told["features"] != 30 {
		t.Errorf("%d of 30 captures were told as done", told["features"])
	}
	if told["head"] < 10 || told["head"] != all["head"] || len(told) != 2 {
		t.Errorf("told %v of %v", told, all)
	}
	_, err := os.Stat(out)
	if line.Event != "head" || len(line.Head.Labels) != 10 || line.Head.Training < 20 || line.Head.Accepted != (got.status == 0) || line.Head.Accepted != (err == nil) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got := edged(t, "fit", "--head-only", "--out", out+"2"); got.status == 0 || !strings.Contains(got.errors, "--model") {
		t.Errorf("got %+v", got)
	}
}
