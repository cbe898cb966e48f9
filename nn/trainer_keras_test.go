package nn

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"edged/kernels"
	"edged/processtest"
	"edged/storage/safetensors"
)

// kerasRun is how Keras trained a model step by step: testdata/reference/training.
type kerasRun struct {
	Optimizer struct {
		Name         string  `json:"name"`
		LearningRate float64 `json:"learning_rate"`
		Momentum     float64 `json:"momentum"`
		Nesterov     bool    `json:"nesterov"`
		Centered     bool    `json:"centered"`
	} `json:"optimizer"`
	Layers         json.RawMessage `json:"layers"`
	LabelSmoothing float64         `json:"label_smoothing"`
	FrozenLayers   int             `json:"frozen_layers"`
	Steps          [][2]float64    `json:"steps"`
	ValidLoss      float64         `json:"valid_loss"`
	ValidAccuracy  float64         `json:"valid_accuracy"`
	Init           string          `json:"init"`
}

// slow tells that tests run on an emulated CPU, where they take ten to thirty
// times as long.
var slow = processtest.Emulator() != nil

const trainingRuns = "../testdata/reference/training"

// trainingDigits are 640 pictures of 32x32 and their one-hot classes; the last
// 128 are for validation.
func trainingDigits(t testing.TB) (x, y []float32) {
	t.Helper()
	f, err := os.Open(filepath.Join(trainingRuns, "digits.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	const samples = 640
	y = make([]float32, samples*10)
	for i, class := range data[:samples] {
		y[i*10+int(class)] = 1
	}
	for _, v := range data[samples:] {
		gray := float32(float64(v) / 255)
		x = append(x, gray, gray, gray)
	}
	return x, y
}

func readRun(t testing.TB, name string) (kerasRun, *Model) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(trainingRuns, name, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	var run kerasRun
	if err := json.Unmarshal(data, &run); err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(map[string]any{"class_name": "Sequential", "config": map[string]any{"name": "sequential", "layers": run.Layers}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := ModelFromConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range recordedWeights(t, run.Init, "init") {
		m.Weights()[i].Value = slices.Clone(want)
	}
	return run, m
}

// recordedWeights are all variables in Keras's order.
func recordedWeights(t testing.TB, run, when string) [][]float32 {
	t.Helper()
	tensors, err := safetensors.ReadFile(filepath.Join(trainingRuns, run, when+".safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	var list [][]float32
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		list = append(list, tensors[name].Float32s())
	}
	return list
}

func (r *kerasRun) options(t testing.TB, table *kernels.Table, workers *kernels.Workers) TrainOptions {
	t.Helper()
	o, err := NewOptimizer(r.Optimizer.Name)
	if err != nil {
		t.Fatal(err)
	}
	o.LearningRate, o.Momentum, o.Nesterov = r.Optimizer.LearningRate, r.Optimizer.Momentum, r.Optimizer.Nesterov
	return TrainOptions{
		BatchSize: 32, Optimizer: o, Kernels: table, Workers: workers,
		Loss: Loss{Name: "categorical_crossentropy", LabelSmoothing: r.LabelSmoothing},
	}
}

// offBy is the largest difference between a model's weights and recorded ones.
// In the runs with BatchNormalization one weight in a hundred is left out: Adam
// makes a step of the size of the learning rate also of a gradient that is
// nothing but rounding, as that of a bias which BatchNormalization takes away.
func offBy(m *Model, want [][]float32) (worst float64, where string) {
	type difference struct {
		size  float64
		where string
	}
	var all []difference
	skipped := 0
	for i, w := range m.Weights() {
		for k, v := range w.Value {
			all = append(all, difference{math.Abs(float64(v) - float64(want[i][k])), fmt.Sprintf("%d/%s[%d]", i, w.Name, k)})
		}
		if w.Name == "gamma" {
			skipped = -1
		}
	}
	if skipped < 0 {
		skipped = len(all) / 100
	}
	slices.SortFunc(all, func(a, b difference) int { return cmp.Compare(b.size, a.size) })
	return all[skipped].size, all[skipped].where
}

func trainingRunNames(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir(trainingRuns)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if len(names) != 9 {
		t.Fatalf("%d runs, want 9", len(names))
	}
	return names
}

// followed is how many steps the portable kernels, whose sums round otherwise,
// follow Keras where its optimizer magnifies roundings beyond the bound.
var followed = map[string]int{"sgd_momentum": 30, "rmsprop": 40}

// Every run follows Keras's: the loss of each step, and the weights.
func TestTrainingFollowsKeras(t *testing.T) {
	table, err := kernels.Select("")
	if err != nil {
		t.Fatal(err)
	}
	portable := table.Name == kernels.Portable().Name
	x, y := trainingDigits(t)
	const picture = 32 * 32 * 3
	for _, name := range trainingRunNames(t) {
		t.Run(name, func(t *testing.T) {
			run, m := readRun(t, name)
			trainer, err := NewTrainer(m, run.options(t, nil, nil))
			if err != nil {
				t.Fatal(err)
			}
			steps := run.Steps
			switch {
			case slow:
				steps = steps[:10]
			case portable && followed[name] != 0:
				steps = steps[:followed[name]]
			}
			for s, want := range steps {
				at := 32 * (s % 16)
				score, err := trainer.Step(x[at*picture:(at+32)*picture], y[at*10:(at+32)*10], nil)
				if err != nil {
					t.Fatal(err)
				}
				bound := 1e-3
				if s == 0 {
					bound = 1e-5
				}
				if math.Abs(score.Loss-want[0]) > bound*want[0] {
					t.Errorf("step %d: loss %g, want %g", s+1, score.Loss, want[0])
				}
				if math.Abs(score.Accuracy()-want[1]) > 1.0/32+1e-9 {
					t.Errorf("step %d: accuracy %g, want %g", s+1, score.Accuracy(), want[1])
				}
				switch s + 1 {
				case 1:
					if off, where := offBy(m, recordedWeights(t, name, "after_1")); !(off <= 1e-6) {
						t.Errorf("after 1 step %s is off by %g", where, off)
					}
				case 10:
					if off, where := offBy(m, recordedWeights(t, name, "after_10")); !(off <= 1e-4) {
						t.Errorf("after 10 steps %s is off by %g", where, off)
					}
				}
			}
			if len(steps) < len(run.Steps) {
				return
			}
			var loss, correct float64
			for at := 512; at < 640; at += 32 {
				score, err := trainer.Evaluate(x[at*picture:(at+32)*picture], y[at*10:(at+32)*10], nil)
				if err != nil {
					t.Fatal(err)
				}
				loss += score.Loss / 4
				correct += float64(score.Correct)
			}
			if math.Abs(loss-run.ValidLoss) > 2e-3*run.ValidLoss || math.Abs(correct/128-run.ValidAccuracy) > 1.0/128+1e-9 {
				t.Errorf("validation: loss %g, accuracy %g; want %g, %g", loss, correct/128, run.ValidLoss, run.ValidAccuracy)
			}
		})
	}
}
