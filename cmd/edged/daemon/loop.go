package daemon

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"edged/capture"
	"edged/cmd/edged/results"
	"edged/nn"
	"edged/publish"
	"edged/storage"
)

// beat is how often the loop shows that it lives, and stuck after how long
// without a beat it counts as hung: no prediction takes that long.
const (
	beat  = time.Second
	stuck = 15 * time.Second
)

// loop hands each frame to the active model and publishes the answer.
type loop struct {
	next    func(context.Context, *capture.Frame) error
	active  func() *storage.Version
	publish func(publish.Event)
	filter  *results.Filter
	show    func(label string, score float32) // the result, at each frame
	frames  bool                              // publish the answer for each frame
	changes bool                              // publish when the result changes
	report  func(error)

	// version is the one that answered last, picture its way from a frame to an
	// input.
	version *storage.Version
	picture *nn.Preprocessor
	event   publish.Prediction
	change  publish.ResultChange

	mu     sync.Mutex
	result result

	started    time.Time
	lastBeat   atomic.Int64 // nanoseconds since started
	predicted  atomic.Uint64
	unanswered atomic.Uint64
	latency    durations
	predict    durations
}

// result is what the frames show, and since when.
type result struct {
	results.Result
	since time.Time
}

// Run takes frames until ctx ends. It beats at least once a second, frames or
// not.
func (l *loop) Run(ctx context.Context) error {
	frame := new(capture.Frame)
	for ctx.Err() == nil {
		l.beatFor(ctx, frame)
	}
	return nil
}

// beatFor answers frames for one beat.
func (l *loop) beatFor(ctx context.Context, frame *capture.Frame) {
	ctx, cancel := context.WithTimeout(ctx, beat)
	defer cancel()
	for ctx.Err() == nil {
		l.lastBeat.Store(int64(time.Since(l.started)))
		err := l.next(ctx, frame)
		switch {
		case errors.Is(err, io.EOF): // the clip is over: no frame will come
			<-ctx.Done()
			return
		case err != nil:
			return
		}
		l.answer(frame)
	}
}

// alive tells whether the loop did not hang lately.
func (l *loop) alive() bool {
	return time.Since(l.started)-time.Duration(l.lastBeat.Load()) < stuck
}

// answer predicts one frame. It allocates only when the model changes.
func (l *loop) answer(frame *capture.Frame) {
	version := l.active()
	if version == nil || !l.adopt(version) {
		l.unanswered.Add(1)
		return
	}
	image := nn.Image{Width: frame.Width, Height: frame.Height, Pixels: frame.Pixels}
	if err := l.picture.Fill(version.Runner, image); err != nil {
		l.report(err)
		l.unanswered.Add(1)
		return
	}
	start := time.Now()
	scores := version.Runner.Predict()
	end := time.Now()
	l.predicted.Add(1)
	l.latency.add(end.Sub(frame.Time))
	l.predict.add(end.Sub(start))
	l.tell(frame, scores, end.Sub(start), end.Sub(frame.Time))
}

// adopt makes version the one that answers.
func (l *loop) adopt(version *storage.Version) bool {
	if version == l.version {
		return true
	}
	picture, err := nn.NewPreprocessor(version.Model.Preprocessing, version.Plan.InputShape())
	if err != nil {
		l.report(err)
		return false
	}
	l.version, l.picture = version, picture
	l.filter.Adopt(version.Model.Labels)
	return true
}

func (l *loop) tell(frame *capture.Frame, scores []float32, predict, latency time.Duration) {
	if l.frames {
		e := &l.event
		e.Top = best(e.Top, scores, l.version.Model.Labels)
		e.Label, e.Score, e.Model = e.Top[0].Label, e.Top[0].Score, l.version.ID()
		e.Time, e.Frame, e.Predict, e.Latency = frame.Time, frame.Sequence, predict, latency
		l.publish(e)
	}
	now, changed := l.filter.Add(scores)
	if now.Label == "" {
		return
	}
	l.note(now, changed, frame.Time)
	l.show(now.Label, now.Score)
	if changed && l.changes {
		c := &l.change
		c.Before, c.Label, c.Score = c.Label, now.Label, now.Score
		c.Time, c.Frame, c.Model = frame.Time, frame.Sequence, l.version.ID()
		l.publish(c)
	}
}

func (l *loop) note(now results.Result, changed bool, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.result.Result = now
	if changed {
		l.result.since = at
	}
}

// latest is the result so far; its label is "" before there is any.
func (l *loop) latest() result {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.result
}
