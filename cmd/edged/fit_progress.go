package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

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

	lock   sync.Mutex
	bar    *progressbar.ProgressBar
	begun  int   // the epoch whose first line is written
	failed error // the first of writing to out
}

func newTeller(out io.Writer, how string, epochs int) *teller {
	return &teller{out: out, json: how == "json", live: how == "auto" && term.IsTerminal(int(os.Stderr.Fd())), epochs: epochs}
}

// printf writes to the output. That it can't be written must not end a fit: end
// tells.
func (t *teller) printf(format string, values ...any) {
	if _, err := fmt.Fprintf(t.out, format, values...); err != nil && t.failed == nil {
		t.failed = err
	}
}

// object writes one JSON object.
func (t *teller) object(kind string, v any) {
	text, err := json.Marshal(map[string]any{"event": kind, kind: v})
	if err == nil {
		t.printf("%s\n", text)
	}
}

// stages returns a function that tells how far a stage of a fit is.
func (t *teller) stages() func(stage string, done, all int) {
	if t.json {
		return func(stage string, done, all int) {
			t.lock.Lock()
			defer t.lock.Unlock()
			t.object("progress", map[string]any{"stage": stage, "done": done, "all": all})
		}
	}
	of := map[string]func(done, all int){}
	return func(stage string, done, all int) {
		if of[stage] == nil {
			of[stage] = newProgress(stage)
		}
		of[stage](done, all)
	}
}

func (t *teller) skip(s train.Skipped) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.json {
		t.object("skipped", s)
	}
	t.say("", s.Reason)
}

// say writes a line to standard error, where the bar may be.
func (t *teller) say(kind, text string) {
	if t.bar != nil {
		_ = t.bar.Clear()
	}
	fmt.Fprintln(os.Stderr, "edged: "+kind+printable(text))
}

// warn tells a warning.
func (t *teller) warn(text string) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.json {
		t.object("warning", text)
		return
	}
	t.say("warning: ", text)
}

// resumed tells that a fit goes on from a checkpoint.
func (t *teller) resumed(file string, epochs int) {
	if t.json {
		t.object("resumed", map[string]any{"checkpoint": file, "epochs": epochs})
		return
	}
	t.say("", fmt.Sprintf("going on from %s, after epoch %d", file, epochs))
}

func (t *teller) begin(epoch int) {
	if t.begun != epoch && !t.json {
		t.printf("Epoch %d/%d\n", epoch, t.epochs)
	}
	t.begun = epoch
}

// What a bar with all its words, as "loss: 1.2345 - accuracy: 0.1234  50% |", and
// one with fewer take.
const (
	wideTerminal   = 72 // columns
	narrowTerminal = 40
)

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
	width, _, err := term.GetSize(int(os.Stderr.Fd()))
	wide := err != nil || width >= wideTerminal
	if t.bar == nil {
		t.bar = progressbar.NewOptions(batches, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetElapsedTime(wide), progressbar.OptionSetPredictTime(wide))
	}
	switch {
	case wide:
		t.bar.Describe(fmt.Sprintf("loss: %.4f - accuracy: %.4f", loss, accuracy))
	case width >= narrowTerminal:
		t.bar.Describe(fmt.Sprintf("loss: %.4f", loss))
	}
	_ = t.bar.Set(batch)
}

func (t *teller) epoch(e train.Epoch) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.begin(e.Epoch)
	t.finish()
	if t.json {
		t.object("epoch", e)
		return
	}
	t.printf("%s\n", e.String())
}

// finish takes the bar away.
func (t *teller) finish() {
	if t.bar != nil {
		_ = t.bar.Finish()
		t.bar = nil
	}
}

// measuring tells that an interrupted fit's weights are being measured.
func (t *teller) measuring(o *train.Outcome) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.finish()
	if o.Interrupted {
		t.say("", fmt.Sprintf("interrupted: measuring the weights of epoch %d; interrupt again to leave that out", o.Kept))
	}
}

// done tells what became of a fit.
func (t *teller) done(dir string, o *train.Outcome, r *train.Report) {
	if t.json {
		t.object("committed", map[string]any{
			"model": dir, "kept_epoch": o.Kept, "interrupted": o.Interrupted, "stopped_early": o.Stopped, "warning": r.Warning,
		})
		return
	}
	if r.Warning != "" {
		t.say("warning: ", r.Warning)
	}
	switch {
	case o.Interrupted:
		t.printf("interrupted: the weights of epoch %d are kept\n", o.Kept)
	case o.Stopped:
		t.printf("stopped early: epoch %d was the best, its weights are kept\n", o.Kept)
	}
	t.printf("wrote %s\n", dir)
}

// end tells how a fit ended, and returns the error that the command ends with.
func (t *teller) end(err error) error {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.finish()
	if err != nil && t.json {
		t.object("error", map[string]any{"message": err.Error()})
	}
	if err == nil && t.failed != nil {
		return fmt.Errorf("the fit is done, but not all of its lines could be written: %w", t.failed)
	}
	return err
}
