// Package fitting has a child process fit the active model's head to the
// captures, at a low priority and one at a time. What it makes is a model
// directory in the watched folder, like any that a person copies there.
package fitting

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"edged/publish"
	"edged/storage"
)

// Options say when and how heads are fitted.
type Options struct {
	// Program is edged.
	Program string
	// Active is the model whose head is fitted; it returns nil while there is none.
	Active func() *storage.Version
	// Captures is the folder of captures, Features that of their features, Models
	// the watched folder.
	Captures, Features, Models string
	// After is how many new captures start a fit, once no label has come for
	// Quiet; 0 leaves it to requests.
	After int
	Quiet time.Duration
	// At are set times of the day; a fit begins at each, if captures are new. Wall
	// is the clock that they are set by; nil means the system's.
	At   []TimeOfDay
	Wall func() time.Time
	// Limit is how long a fit may take, Memory how many bytes of data it may have
	// and Threads how many cores it uses.
	Limit   time.Duration
	Memory  int64
	Threads int
	Publish func(publish.Event)
	Log     *slog.Logger
}

// State is what a Worker is doing.
type State string

// The states of a Worker.
const (
	Idle    State = "idle"
	Waiting State = "waiting" // for a pause between labels
	Fitting State = "fitting"
)

// Status is how a Worker fares.
type Status struct {
	State   State
	New     int    // captures since the last fit began
	Result  string // of the last fit: "committed", "refused", "failed" or ""
	Reason  string
	Model   string // that it made
	Ended   time.Time
	Seconds float64 // that it took

	Progress string    // of a fit that is under way, as "features 12 of 50"
	Next     time.Time // set time of the next fit; zero without any
}

// Worker starts fits.
type Worker struct {
	o       Options
	request chan struct{}
	labels  chan int

	mu     sync.Mutex
	status Status
}

// New returns a Worker whose work is done by Run.
func New(o Options) *Worker {
	if o.Wall == nil {
		o.Wall = time.Now
	}
	return &Worker{o: o, request: make(chan struct{}, 1), labels: make(chan int, 1), status: Status{State: Idle}}
}

// Status is how the worker fares.
func (w *Worker) Status() Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status
}

// Request asks for a fit now. It is an error while one is under way or asked for.
func (w *Worker) Request() error {
	if w.Status().State == Fitting {
		return errors.New("a fit is under way")
	}
	select {
	case w.request <- struct{}{}:
		return nil
	default:
		return errors.New("a fit is asked for already")
	}
}

// Labelled counts new captures.
func (w *Worker) Labelled(n int) {
	w.mu.Lock()
	w.status.New += n
	w.mu.Unlock()
	select {
	case w.labels <- n:
	default: // Run has been told and has not looked yet
	}
}

// Run starts a fit when one is asked for or enough captures are new, until ctx
// ends. A fit that is under way then is killed; nothing is left of it.
func (w *Worker) Run(ctx context.Context) error {
	w.clean("*")
	quiet := time.NewTimer(time.Hour)
	defer quiet.Stop()
	quiet.Stop()
	times := newTimetable(w.o.At, w.o.Wall())
	w.plan(times)
	clock := time.NewTicker(lookAtClock)
	defer clock.Stop()
	if len(w.o.At) == 0 {
		clock.Stop()
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-clock.C:
			if times.due(now, w.o.Wall()) {
				quiet.Stop()
				w.atSetTime(ctx)
			}
			w.plan(times)
		case <-w.labels:
			if w.o.After > 0 && w.Status().New >= w.o.After {
				w.enter(Waiting)
				quiet.Reset(w.o.Quiet)
			}
		case <-quiet.C:
			w.fit(ctx)
		case <-w.request:
			quiet.Stop()
			w.fit(ctx)
		}
	}
}

// plan notes when the next fit is due.
func (w *Worker) plan(times *timetable) {
	next := times.next(w.o.Wall())
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status.Next = next
}

// atSetTime begins a fit unless nothing is new since the last one. What came
// before this daemon began counts as new.
func (w *Worker) atSetTime(ctx context.Context) {
	s := w.Status()
	if s.New == 0 && s.Result != "" && s.Result != failed {
		w.enter(Idle)
		w.o.Log.Info("fit", "state", "left out at its set time", "reason", "no captures are new")
		return
	}
	w.fit(ctx)
}

func (w *Worker) enter(s State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status.State = s
}

// fit runs one fit and tells what became of it.
func (w *Worker) fit(ctx context.Context) {
	w.mu.Lock()
	captures := w.status.New
	w.status.State, w.status.New = Fitting, 0
	w.mu.Unlock()
	began := time.Now()
	w.tell("started", "", fmt.Sprintf("%d captures are new", captures))
	model, o := w.child(ctx, began)
	w.mu.Lock()
	w.status.State, w.status.Result, w.status.Reason, w.status.Model = Idle, o.result, o.reason, model
	w.status.Progress = ""
	if o.result == failed {
		w.status.New += captures // they are still to be learned
	}
	w.status.Ended, w.status.Seconds = time.Now(), time.Since(began).Seconds()
	w.mu.Unlock()
	if ctx.Err() == nil {
		w.tell(o.result, model, o.reason)
	}
}

// running tells how far a fit is.
func (w *Worker) running(progress string) {
	w.mu.Lock()
	w.status.Progress = progress
	w.mu.Unlock()
	w.o.Publish(&publish.FitChange{Time: time.Now(), State: "running", Reason: progress})
}

func (w *Worker) tell(state, model, reason string) {
	w.o.Log.Info("fit", "state", state, "model", model, "reason", reason)
	w.o.Publish(&publish.FitChange{Time: time.Now(), State: state, Model: model, Reason: reason})
}

// child fits the active model's head in a process of its own.
func (w *Worker) child(ctx context.Context, now time.Time) (model string, o outcome) {
	active := w.o.Active()
	if active == nil {
		return "", outcome{failed, "no model serves whose head could be fitted"}
	}
	name := storage.VersionName(now)
	ctx, cancel := context.WithTimeoutCause(ctx, w.o.Limit, fmt.Errorf("it took longer than %v", w.o.Limit))
	defer cancel()
	o = run(ctx, command{
		program: w.o.Program, memory: w.o.Memory, progress: w.running,
		arguments: []string{
			"fit", "--head-only", "--model", active.Path, "--captures", w.o.Captures, "--features", w.o.Features,
			"--out", filepath.Join(w.o.Models, name), "--threads", fmt.Sprint(w.o.Threads), "--progress", "json",
		},
	})
	if o.result != committed {
		w.clean(name)
		return "", o
	}
	return name, o
}
