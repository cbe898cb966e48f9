package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"edged/cmd/edged/engine"
	"edged/nn"
	"edged/storage"
	"edged/train"

	"github.com/spf13/cobra"
)

func (f *fitFlags) addHead(command *cobra.Command) {
	flags := command.Flags()
	flags.BoolVar(&f.headOnly, "head-only", false, "fit the last layer of --model to --captures, new labels included")
	flags.StringVar(&f.captures, "captures", "", "`DIR` of captures, a folder for each label")
	flags.StringVar(&f.features, "features", "", "`DIR` in which the body's features are kept (default: in the cache folder, as ~/.cache/edged/features)")
	flags.IntVar(&f.minimum, "min-captures", 3, "a new label waits until so many of its captures can be trained on")
	flags.IntVar(&f.limit, "max-captures", 1500, "fit to so many captures at most, the newest of each label")
	f.method = choice{"auto", append([]string{"auto"}, train.HeadMethods...)}
	flags.Var(&f.method, "method", "auto (the best on captures held out), landmarks (compares with captures), fit, mean (nearest class mean) or cosine (imprinted weights)")
}

func (f *fitFlags) checkHead() error {
	for _, name := range trainingFlags {
		if f.given(name) {
			return fmt.Errorf("--%s has no meaning with --head-only", name)
		}
	}
	switch {
	case f.model.model == "":
		return errors.New("--head-only needs --model, the model whose head is fitted")
	case f.captures == "":
		return errors.New("--head-only needs --captures, a folder with a folder for each label")
	case f.minimum < 1 || f.limit < 10 || f.limit > 10000:
		return errors.New("--min-captures must be at least 1 and --max-captures from 10 to 10000")
	}
	return nil
}

// headMemory is what the collector of garbage aims at: a fit runs beside the
// daemon, on boards.
const headMemory = 128 << 20 // bytes

// runHead fits a head, and writes a model if it is better.
func (f *fitFlags) runHead(ctx context.Context, tell *teller) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(headMemory)
	}
	m, err := f.model.load()
	if err != nil {
		return err
	}
	table, err := engine.Options{Kernels: f.model.kernels}.Table()
	if err != nil {
		return err
	}
	products, err := nn.NewProducts(table, f.model.threads)
	if err != nil {
		return err
	}
	defer products.Close()
	precision := f.model.precision.value
	if precision == "auto" {
		precision = string(m.Precision)
	}
	p, err := nn.ParsePrecision(precision)
	if err != nil {
		return err
	}
	if f.features == "" {
		if f.features, err = featuresDir(f.captures); err != nil {
			return err
		}
	}
	fit := &train.HeadFit{
		Model: m, Captures: f.captures, Features: f.features, Products: products, Threads: f.model.threads,
		Compile: func(part *nn.Model) (*nn.Plan, error) {
			if p == nn.Int8 && m.Network.Quantized() && !part.Quantized() {
				return nn.Compile(part, nn.Options{Kernels: table})
			}
			return nn.Compile(part, nn.Options{Kernels: table, Precision: p})
		},
		Minimum: f.minimum, Limit: f.limit, Method: f.method.value, Strict: f.strict, Skip: tell.skip,
	}
	fit.Progress = tell.stages()
	head, err := fit.Run(ctx)
	if err != nil {
		return f.roomFor(err)
	}
	if head.Committed {
		if err := f.commitHead(m, head, precision); err != nil {
			return err
		}
	}
	tell.head(f.out, head, f.minimum)
	if !head.Committed {
		return errRefused
	}
	return nil
}

// errRefused says that a fitted head is not better.
var errRefused = errors.New("the model stays as it is, nothing was written: give more captures, or look at their labels")

// commitHead writes the model with its new head.
func (f *fitFlags) commitHead(m *storage.Model, head *train.Head, precision string) error {
	m.Parent, m.Tool, m.Created = m.Name, "edged "+version, time.Now()
	m.Precision, m.Probe = storage.Precision(precision), head.Probe
	r := &train.Report{Settings: f.headSettings(), Training: head.Training, Held: head.HeldOut, Head: head, Exemplars: head.Kept, Evaluation: head.Evaluation}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(f.out)), 0o755); err != nil {
		return err
	}
	return f.roomFor(r.Commit(f.out, m))
}

func (f *fitFlags) headSettings() map[string]any {
	return map[string]any{"head_only": true, "model": f.model.model, "captures": f.captures, "min_captures": f.minimum, "max_captures": f.limit, "method": f.method.value}
}

// head tells what a fit of the head came to.
func (t *teller) head(dir string, h *train.Head, minimum int) {
	if t.json {
		t.object("head", h)
		if h.Committed {
			t.object("committed", map[string]any{"model": dir})
		}
		return
	}
	for _, w := range h.Waiting {
		t.printf("%s waits: %d captures to train on are too few, %d are needed\n", w.Label, w.Captures, minimum)
	}
	for _, label := range h.Unseen {
		t.printf("%s has no captures: nothing checks that it is still known\n", label)
	}
	t.printf("%d captures trained on, %d held out, features of %d computed and of %d reused\n", h.Training, h.HeldOut, h.Computed, h.Reused)
	if h.Exemplars > 0 {
		t.printf("%d of them are pictures that the model was trained or validated on, for labels with few captures\n", h.Exemplars)
	}
	for _, c := range append([]train.HeadScore{h.Incumbent}, h.Candidates...) {
		t.printf("%-9s  right: %d of %d - loss: %.4f - recall: %.4f, known labels: %.4f", c.Method, c.Right, c.Captures, c.Loss, c.Recall, c.Known)
		if c.New != nil {
			t.printf(", new labels: %.4f", *c.New)
		}
		t.printf("\n")
	}
	if h.Committed {
		t.printf("%s: %s\nwrote %s\n", h.Method, h.Reason, dir)
		return
	}
	t.printf("%s is not taken: %s\n", h.Method, h.Reason)
}
