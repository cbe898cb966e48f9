package train

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"edged/nn"
	"edged/storage"

	"github.com/google/go-cmp/cmp"
)

const digits = "../testdata/digits"

// evaluator is one of the digits' model, preprocessed as in its training.
func evaluator(t *testing.T) *Evaluator {
	t.Helper()
	m, err := storage.Load(filepath.Join(digits, "model"), storage.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := nn.Compile(m.Network, nn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := m.Preprocessing
	p.Resize = "bilinear-antialias"
	return &Evaluator{Plan: plan, Preprocessing: p, Labels: m.Labels, Mistakes: 2}
}

// TestEvaluateAsKeras compares with what Keras makes of the same pictures: its
// outputs are testdata/digits/valid_output.safetensors, and the loss is
// keras.losses.categorical_crossentropy of them.
func TestEvaluateAsKeras(t *testing.T) {
	e := evaluator(t)
	var told atomic.Int64
	e.Progress = func(_, all int) {
		if all == 30 {
			told.Add(1)
		}
	}
	samples, err := ListFolder(filepath.Join(digits, "valid"), e.Labels)
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.Evaluate(t.Context(), samples)
	if err != nil {
		t.Fatal(err)
	}
	confusion := make([][]int, 10)
	for i := range confusion {
		confusion[i] = make([]int, 10)
		confusion[i][i] = 3
	}
	confusion[2][2], confusion[2][6] = 2, 1
	confusion[4][4], confusion[4][9] = 2, 1
	confusion[7][7], confusion[7][9] = 2, 1
	if diff := cmp.Diff(confusion, got.Confusion); diff != "" {
		t.Error(diff)
	}
	if got.Loss == nil || math.Abs(*got.Loss-0.3673800) > 1e-3 {
		t.Errorf("got loss %v, want 0.36738", got.Loss)
	}
	if got.Samples != 30 || got.Accuracy != 0.9 || got.Top != (TopAccuracy{5, 1}) || told.Load() != 30 {
		t.Errorf("got %d samples, accuracy %v, %+v, progress of %d", got.Samples, got.Accuracy, got.Top, told.Load())
	}
	if want := (ClassReport{Label: "9", Precision: 3.0 / 5, Recall: 1, F1: 0.75, Support: 3}); got.Classes[9] != want {
		t.Errorf("got %+v, want %+v", got.Classes[9], want)
	}
	if len(got.Mistakes) != 2 || got.Mistakes[0].File != filepath.Join(digits, "valid", "7", "338.png") || got.Mistakes[0].Predicted != "9" || math.Abs(got.Mistakes[0].Score-0.0285) > 1e-3 {
		t.Errorf("got mistakes %+v", got.Mistakes)
	}
	e.Threads = 1
	alone, err := e.Evaluate(t.Context(), samples)
	if err != nil || cmp.Diff(got, alone) != "" {
		t.Errorf("one thread gives something else: %v\n%s", err, cmp.Diff(got, alone))
	}
	var drawn bytes.Buffer
	if err := got.PlotConfusion(&drawn); err != nil {
		t.Fatal(err)
	}
	if text := drawn.String(); !strings.Contains(text, "accuracy 0.9000 of 30 pictures") || !wellFormed(text) {
		t.Errorf("got a plot of %d bytes", drawn.Len())
	}
}

// TestPlotOfLongLabels draws the squares where they are beside short ones, and
// the ends of the labels.
func TestPlotOfLongLabels(t *testing.T) {
	squares := func(label string) (count int, text string) {
		e := &Evaluation{Samples: 2, Confusion: [][]int{{1, 0}, {0, 1}}, Classes: []ClassReport{{Label: label + "1", Support: 1}, {Label: label + "2", Support: 1}}}
		var drawn bytes.Buffer
		if err := e.PlotConfusion(&drawn); err != nil || !wellFormed(drawn.String()) {
			t.Fatalf("%v, a plot of %d bytes", err, drawn.Len())
		}
		return strings.Count(drawn.String(), "#08306B"), drawn.String()
	}
	want, _ := squares("x")
	got, text := squares(strings.Repeat("W", 63))
	if got != want || want != 2 {
		t.Errorf("%d squares are drawn with long labels and %d with short ones", got, want)
	}
	if long := "WWWWWWWWWWWWW…WWWWWWWWWW2"; strings.Count(text, long[1:]) != 2 || strings.Contains(text, strings.Repeat("W", 20)) {
		t.Errorf("the labels aren't in %s", text)
	}
}

func wellFormed(text string) bool {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		switch _, err := d.Token(); {
		case errors.Is(err, io.EOF):
			return true
		case err != nil:
			return false
		}
	}
}

func TestEvaluateSkipsWhatCantBeRead(t *testing.T) {
	e := evaluator(t)
	dir := t.TempDir()
	bad := filepath.Join(dir, "3", "bad.png")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(digits, "valid"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	samples, err := ListFolder(dir, e.Labels)
	if err != nil {
		t.Fatal(err)
	}
	samples = slices.DeleteFunc(samples, func(s Sample) bool { return s.Class != 3 })
	got, err := e.Evaluate(t.Context(), samples)
	if err != nil {
		t.Fatal(err)
	}
	if got.Samples != 3 || got.Classes[3].Support != 3 {
		t.Errorf("got %d samples", got.Samples)
	}
	if len(got.Skipped) != 1 || got.Skipped[0].File != bad || !strings.Contains(got.Skipped[0].Reason, "bad.png") {
		t.Errorf("got skipped %+v", got.Skipped)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Evaluate(ctx, samples); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	e.Top = 11
	if _, err := e.Evaluate(t.Context(), samples); err == nil || !strings.Contains(err.Error(), "top 11 of 10") {
		t.Errorf("got %v", err)
	}
}

func TestListFolderRefuses(t *testing.T) {
	labels := []string{"cat", "dog"}
	for _, test := range []struct{ folder, want string }{
		{"", "no class folders"},
		{"cat", "no pictures"},
		{"cow", `"cow" is none of the model's labels (cat, dog)`},
		{".hidden", "no class folders"},
	} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, test.folder), 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := ListFolder(dir, labels); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("folder %q: got %v, want %q", test.folder, err, test.want)
		}
	}
	if _, err := ListFolder(filepath.Join(t.TempDir(), "none"), labels); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestListFolderPassesOverEmptyClasses has a class without pictures beside one
// that is a symbolic link.
func TestListFolderPassesOverEmptyClasses(t *testing.T) {
	dir, cats := t.TempDir(), t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "dog"), 0o755), os.WriteFile(filepath.Join(cats, "1.png"), nil, 0o644), os.Symlink(cats, filepath.Join(dir, "cat"))); err != nil {
		t.Fatal(err)
	}
	got, err := ListFolder(dir, []string{"cat", "dog"})
	if want := []Sample{{filepath.Join(dir, "cat", "1.png"), 0}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

// TestCrossEntropyIsKerass compares with keras.losses.categorical_crossentropy.
func TestCrossEntropyIsKerass(t *testing.T) {
	for _, test := range []struct {
		scores []float32
		class  int
		want   float64
	}{
		{[]float32{0.25, 0.75}, 1, 0.2876821},
		{[]float32{0.5, 0.75, 0.75}, 0, 1.3862944},
		{[]float32{1, 0}, 1, 16.118096},
		{[]float32{1, 0}, 0, 1e-7},
		{[]float32{0, 0}, 0, 16.118096},
	} {
		if got := crossEntropy(test.scores, test.class); math.Abs(got-test.want) > 1e-6 {
			t.Errorf("%v, class %d: got %v, want %v", test.scores, test.class, got, test.want)
		}
	}
	for _, scores := range [][]float32{{-1, 2}, {1.5, 0}, {float32(math.NaN()), 1}} {
		if got := crossEntropy(scores, 0); !math.IsNaN(got) {
			t.Errorf("%v: got %v, want no loss", scores, got)
		}
	}
}

func TestSummarizeWithoutProbabilities(t *testing.T) {
	samples := []Sample{{"a", 0}, {"b", 1}}
	got := summarize([]string{"x", "y"}, samples, []answer{judge([]float32{3, -1}, 0), judge([]float32{3, -1}, 1)}, 1, 5)
	if got.Loss != nil || got.Accuracy != 0.5 || len(got.Mistakes) != 1 || got.Mistakes[0].File != "b" {
		t.Errorf("got %+v", got)
	}
	if got.Classes[1] != (ClassReport{Label: "y", Support: 1}) {
		t.Errorf("got %+v", got.Classes[1])
	}
}
