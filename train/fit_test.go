package train

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"edged/nn"

	"github.com/google/go-cmp/cmp"
)

// stripes writes n pictures of each of two classes: stripes across and along.
func stripes(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	for class, name := range []string{"across", "along"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		for k := range n {
			m := image.NewGray(image.Rect(0, 0, 12, 12))
			for y := range 12 {
				for x := range 12 {
					at := []int{y, x}[class]
					m.SetGray(x, y, color.Gray{Y: uint8((at + k) % 4 * 60)})
				}
			}
			file, err := os.Create(filepath.Join(dir, name, strconv.Itoa(k)+".png"))
			if err != nil {
				t.Fatal(err)
			}
			if err := png.Encode(file, m); err != nil {
				t.Fatal(err)
			}
			file.Close()
		}
	}
	return dir
}

// newFit is a small fit of the pictures in dir.
func newFit(t testing.TB, dir string, epochs int) *Fit {
	t.Helper()
	labels, err := Labels(dir)
	if err != nil {
		t.Fatal(err)
	}
	samples, err := ListFolder(dir, labels)
	if err != nil {
		t.Fatal(err)
	}
	training, validation := SplitFolders(samples, 0.25)
	m, err := nn.NewSequential("", nn.Shape{12, 12, 3},
		&nn.Conv2D{Filters: 4, KernelSize: [2]int{3, 3}, Activation: relu, UseBias: true}, &nn.MaxPooling2D{}, &nn.Flatten{}, classifier(2))
	if err != nil {
		t.Fatal(err)
	}
	if err := nn.Initialize(m, 1); err != nil {
		t.Fatal(err)
	}
	optimizer, err := nn.NewOptimizer("adam")
	if err != nil {
		t.Fatal(err)
	}
	optimizer.LearningRate = 0.01
	trainer, err := nn.NewTrainer(m, nn.TrainOptions{BatchSize: 4, Loss: nn.Loss{Name: "categorical_crossentropy"}, Optimizer: optimizer})
	if err != nil {
		t.Fatal(err)
	}
	loader := func(s []Sample, shuffle bool) *Loader {
		return &Loader{
			Samples: s, Classes: 2, BatchSize: 4, Input: nn.Shape{12, 12, 3}, Shuffle: shuffle, Seed: 5, Cache: 2000,
			Preprocessing: nn.Preprocessing{Resize: "bilinear", Color: nn.RGB, Scale: 1.0 / 255},
		}
	}
	f := &Fit{Trainer: trainer, Training: loader(training, true), Validation: loader(validation, false), Epochs: epochs, Identity: "test"}
	f.Training.Augmentation = Augmentation{WidthShiftRange: 0.1}
	return f
}

func TestFitLearns(t *testing.T) {
	f := newFit(t, stripes(t, 16), 8)
	o, err := f.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last := o.History[len(o.History)-1]
	if len(o.History) != 8 || *last.ValAccuracy < 0.9 || last.Loss > o.History[0].Loss/2 || o.Kept != 8 {
		t.Errorf("got %+v", o)
	}
	if want := "6/6 - "; !strings.HasPrefix(last.String(), want) {
		t.Errorf("got %q, want %q...", last.String(), want)
	}
	accuracy, loss, err := PlotHistory(o.History)
	if err != nil || !wellFormed(string(accuracy)) || !wellFormed(string(loss)) {
		t.Errorf("plots: %v", err)
	}
}

// TestFitGoesOnFromCheckpoint stops a fit after each epoch and compares with one
// that ran through.
func TestFitGoesOnFromCheckpoint(t *testing.T) {
	dir := stripes(t, 8)
	through := newFit(t, dir, 4)
	want, err := through.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "checkpoint")
	var got *Outcome
	var last *Fit
	for epochs := 1; epochs <= 4; epochs++ {
		last = newFit(t, dir, epochs)
		last.Checkpoint = path
		if got, err = last.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for i := range want.History {
		want.History[i].Seconds, got.History[i].Seconds = 0, 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for i, w := range through.Trainer.Model().Weights() {
		if !slices.Equal(w.Value, last.Trainer.Model().Weights()[i].Value) {
			t.Errorf("weight %d differs", i)
		}
	}
	other := newFit(t, dir, 5)
	other.Checkpoint, other.Identity = path, "another"
	if _, err := other.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "other pictures or settings") {
		t.Errorf("got %v", err)
	}
	if err := os.Truncate(path, 1000); err != nil {
		t.Fatal(err)
	}
	other.Identity = "test"
	if _, err := other.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "remove it to start anew") {
		t.Errorf("got %v", err)
	}
}

// TestKilledFitsLeaveNothing has a file in the way that a fit killed while it
// wrote a checkpoint leaves, and a log without the last epoch.
func TestKilledFitsLeaveNothing(t *testing.T) {
	dir, pictures := t.TempDir(), stripes(t, 8)
	path, log := filepath.Join(dir, "checkpoint"), filepath.Join(dir, "log.csv")
	run := func(epochs int) {
		t.Helper()
		csv := CSVLog{File: log}
		if err := csv.Check(); err != nil {
			t.Fatal(err)
		}
		f := newFit(t, pictures, epochs)
		f.Checkpoint = path
		f.OnResume = func(history []Epoch) error { return csv.Add(history...) }
		f.OnEpoch = func(e Epoch) error { return csv.Add(e) }
		if _, err := f.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	run(2)
	first, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(dir, ".checkpoint.123")
	lines := bytes.SplitAfter(first, []byte("\n"))
	if err := errors.Join(os.WriteFile(left, nil, 0o644), os.WriteFile(log, bytes.Join(lines[:2], nil), 0o644)); err != nil {
		t.Fatal(err)
	}
	run(3)
	whole, err := os.ReadFile(log)
	if err != nil || !bytes.HasPrefix(whole, first) || bytes.Count(whole, []byte("\n")) != 4 {
		t.Errorf("got the log\n%s, %v, before\n%s", whole, err, first)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("got %v, %v", entries, err)
	}
	none := newFit(t, pictures, 1)
	none.Checkpoint = filepath.Join(dir, "none", "checkpoint")
	if _, err := none.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "there is no folder for it") {
		t.Errorf("got %v", err)
	}
	other := CSVLog{File: "/dev/full"}
	if err := other.Check(); err == nil || !strings.Contains(err.Error(), "no regular file") {
		t.Errorf("got %v", err)
	}
	other.File = path
	if err := other.Check(); err == nil || !strings.Contains(err.Error(), "no log of a fit") {
		t.Errorf("got %v", err)
	}
}

func TestFitKeepsTheBestWeights(t *testing.T) {
	f := newFit(t, stripes(t, 8), 50)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f.OnEpoch = func(e Epoch) error {
		if e.Epoch == 3 {
			cancel()
		}
		return nil
	}
	o, err := f.Run(ctx)
	if err != nil || !o.Interrupted || len(o.History) != 3 || o.Kept != o.BestEpoch {
		t.Errorf("got %+v, %v", o, err)
	}
	again := newFit(t, stripes(t, 8), 50)
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := again.Run(gone); !errors.Is(err, ErrNothingTrained) {
		t.Errorf("got %v", err)
	}
}

func TestFitStopsEarly(t *testing.T) {
	f := newFit(t, stripes(t, 8), 50)
	f.EarlyStopping = EarlyStopping{Patience: 2, MinDelta: math.MaxFloat64}
	f.ReduceLROnPlateau = ReduceLROnPlateau{Patience: 1, MinDelta: math.MaxFloat64}
	o, err := f.Run(t.Context())
	if err != nil || !o.Stopped || len(o.History) != 3 || o.Kept != 1 {
		t.Errorf("got %+v, %v", o, err)
	}
	if rate := f.Trainer.LearningRate(); math.Abs(rate-1e-4) > 1e-9 {
		t.Errorf("got the learning rate %v", rate)
	}
}

func TestLoaderSkipsWhatCantBeRead(t *testing.T) {
	dir := stripes(t, 8)
	bad := filepath.Join(dir, "along", "7.png")
	if err := os.WriteFile(bad, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	f := newFit(t, dir, 2)
	var told []Skipped
	f.Training.Skip = func(s Skipped) { told = append(told, s) }
	if _, err := f.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || told[0].File != bad {
		t.Errorf("got %+v", told)
	}
	strict := newFit(t, dir, 1)
	strict.Training.Strict = true
	if _, err := strict.Run(t.Context()); err == nil || !strings.Contains(err.Error(), bad) {
		t.Errorf("got %v", err)
	}
}

// TestLoaderNeedsEveryClass damages all pictures of a class.
func TestLoaderNeedsEveryClass(t *testing.T) {
	dir := stripes(t, 4)
	for k := range 4 {
		if err := os.Truncate(filepath.Join(dir, "along", strconv.Itoa(k)+".png"), 0); err != nil {
			t.Fatal(err)
		}
	}
	f := newFit(t, dir, 1)
	f.Validation, f.Training.EveryClass = nil, true
	if _, err := f.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "none of the pictures in "+filepath.Join(dir, "along")) {
		t.Errorf("got %v", err)
	}
}

func TestSplits(t *testing.T) {
	var samples []Sample
	for i := range 10 {
		samples = append(samples, Sample{strconv.Itoa(i), i / 5})
	}
	names := func(list []Sample) (s string) {
		for _, p := range list {
			s += p.File
		}
		return s
	}
	training, validation := SplitFolders(samples, 0.45)
	if a, b := names(training), names(validation); a != "234789" || b != "0156" {
		t.Errorf("folders: got %s, %s", a, b)
	}
	training, validation = SplitDataset(samples, 0.2, 7)
	if a, b := names(training), names(validation); a != "85021973" || b != "64" {
		t.Errorf("dataset: got %s, %s", a, b)
	}
}

func TestOverfitting(t *testing.T) {
	low, high, half := 0.2, 1.5, 0.43
	if got := Overfitting([]Epoch{{Epoch: 1, Accuracy: 1, Loss: 0.01, ValLoss: &high, ValAccuracy: &half}}); !strings.Contains(got, "1.00") || !strings.Contains(got, "0.43") {
		t.Errorf("got %q", got)
	}
	if got := Overfitting([]Epoch{{Epoch: 1, Accuracy: 0.5, ValLoss: &low, ValAccuracy: &half}}); got != "" {
		t.Errorf("got %q", got)
	}
	// A beginner on harder pictures learns nothing by heart.
	if got := Overfitting([]Epoch{{Epoch: 1, Accuracy: 0.55, ValLoss: &high, ValAccuracy: &half}}); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestEpochTicks(t *testing.T) {
	for epochs, want := range map[int]string{1: "1 2", 3: "1 2 3", 10: "1 2 3 4 5 6 7 8 9 10", 12: "1 2 4 6 8 10 12", 120: "1 20 40 60 80 100 120"} {
		var labels []string
		for _, tick := range epochTicks(epochs) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != want {
			t.Errorf("%d epochs: got %s, want %s", epochs, got, want)
		}
	}
}
