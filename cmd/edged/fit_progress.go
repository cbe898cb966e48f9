package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"

	"edged/train"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// teller tells how a fit goes on: as Keras's fit does, with a bar on a terminal,
// or one JSON object a line.
type teller struct {
	out    io.Writer
	json   bool
	live   bool
	epochs int

	lock  sync.Mutex
	bar   *progressbar.ProgressBar
	begun int // the epoch whose first line is written
}

func newTeller(out io.Writer, how string, epochs int) *teller {
	return &teller{out: out, json: how == "json", live: how == "auto" && term.IsTerminal(int(os.Stderr.Fd())), epochs: epochs}
}

// object writes one JSON object.
func (t *teller) object(kind string, v any) {
	text, err := json.Marshal(map[string]any{"event": kind, kind: v})
	if err == nil {
		fmt.Fprintln(t.out, string(text))
	}
}

// progress tells how far a stage of a fit is.
func (t *teller) progress(stage string) func(done, all int) {
	return func(done, all int) {
		t.lock.Lock()
		defer t.lock.Unlock()
		t.object("progress", map[string]any{"stage": stage, "done": done, "all": all})
	}
}

func (t *teller) skip(s train.Skipped) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.json {
		t.object("skipped", s)
	}
	fmt.Fprintln(os.Stderr, "edged:", s.Reason)
}

func (t *teller) begin(epoch int) {
	if t.begun != epoch && !t.json {
		fmt.Fprintf(t.out, "Epoch %d/%d\n", epoch, t.epochs)
	}
	t.begun = epoch
}

func (t *teller) batch(epoch, batch, batches int, loss, accuracy float64) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.begin(epoch)
	if t.json {
		t.object("batch", map[string]any{"epoch": epoch, "batch": batch, "batches": batches, "loss": loss, "accuracy": accuracy})
	}
	if !t.live {
		return
	}
	if t.bar == nil {
		t.bar = progressbar.NewOptions(batches, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
	}
	t.bar.Describe(fmt.Sprintf("loss: %.4f - accuracy: %.4f", loss, accuracy))
	_ = t.bar.Set(batch)
}

func (t *teller) epoch(e train.Epoch) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.begin(e.Epoch)
	if t.bar != nil {
		_ = t.bar.Finish()
		t.bar = nil
	}
	if t.json {
		t.object("epoch", e)
		return
	}
	fmt.Fprintln(t.out, e.String())
}

// done tells what became of a fit.
func (t *teller) done(dir string, o *train.Outcome, r *train.Report) {
	if t.json {
		t.object("committed", map[string]any{"model": dir, "kept_epoch": o.Kept, "warning": r.Warning})
		return
	}
	switch {
	case o.Interrupted:
		fmt.Fprintf(t.out, "interrupted: the weights of epoch %d are kept\n", o.Kept)
	case o.Stopped:
		fmt.Fprintf(t.out, "stopped early: epoch %d was the best, its weights are kept\n", o.Kept)
	}
	if r.Warning != "" {
		fmt.Fprintln(os.Stderr, "edged: warning:", r.Warning)
	}
	fmt.Fprintf(t.out, "wrote %s\n", dir)
}
