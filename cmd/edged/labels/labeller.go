// Package labels turns a label that comes by a serial port or a command into
// captures of what the camera saw at that moment.
package labels

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"edged/capture"
	"edged/nn"
	"edged/publish"
	"edged/storage"
)

// Options say how labels become captures.
type Options struct {
	// Ring has the latest frames; the Window's worth of them.
	Ring     *capture.Ring
	Captures *Store
	// Active is the model whose scores are noted with a capture; it returns nil
	// while there is none.
	Active func() *storage.Version
	// Source is the camera's name, and Camera says how it fares.
	Source string
	Camera func() capture.Status
	// Frames is how many pictures a label keeps at most.
	Frames int
	// Delay is how long the hand takes from the part to the scanner: the pictures
	// are from around that long before the label came, and at most Window away.
	Delay, Window time.Duration
	// Debounce is how long the same label by the same port counts as one.
	Debounce time.Duration
	// Kept hears how many captures a label added.
	Kept func(captures int)
	// Fit asks for a fit of the head, and Fitting is what a status line tells of
	// fits and results, as "fit=idle".
	Fit     func() error
	Fitting func() string
	Publish func(publish.Event)
}

// Labeller carries orders out, one at a time.
type Labeller struct {
	o Options

	mu      sync.Mutex
	current string              // the label that a button repeats
	last    map[string]labelled // by port
	done    []labelled          // that can be undone, the latest last
	witness witness
}

// labelled is a label that was carried out.
type labelled struct {
	label    string
	at       time.Time
	captures []storage.Capture
}

// maxUndo is how many labels can be taken back.
const maxUndo = 50

// New returns a Labeller.
func New(o Options) *Labeller {
	return &Labeller{o: o, last: map[string]labelled{}}
}

// Handle carries an order out and returns what it did, as "M4-screw 17" with the
// number of captures that the label now has, or why it could not.
func (l *Labeller) Handle(_ context.Context, o capture.Order) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch o.Kind {
	case capture.OrderLabel:
		return l.label(o)
	case capture.OrderUndo:
		return l.undo(o)
	case capture.OrderFit:
		return "fit", l.o.Fit()
	default:
		return l.status()
	}
}

// label keeps what the camera saw.
func (l *Labeller) label(o capture.Order) (string, error) {
	label := o.Label
	if label == "" {
		label = l.current
	}
	if label == "" {
		return "", errors.New("no label is current: send label:NAME first")
	}
	if err := storage.CheckLabel(label); err != nil {
		return "", err
	}
	kept, err := l.o.Captures.Open()
	if err != nil {
		return "", err
	}
	if last := l.last[o.Port]; last.label == label && o.Time.Sub(last.at).Abs() < l.o.Debounce {
		return answer(kept, label), nil
	}
	frames, err := l.frames(o.Time.Add(-l.o.Delay))
	if err != nil {
		return "", err
	}
	captures, err := kept.Put(label, o.Port, l.shots(frames)...)
	if err != nil {
		return "", err
	}
	entry := labelled{label, o.Time, captures}
	l.current, l.last[o.Port] = label, entry
	if l.done = append(l.done, entry); len(l.done) > maxUndo {
		l.done = l.done[1:]
	}
	l.o.Kept(len(captures))
	l.tell(o, label, kept.Count(label), captures, false)
	return answer(kept, label), nil
}

func answer(kept *storage.Captures, label string) string {
	return fmt.Sprintf("%s %d", label, kept.Count(label))
}

// frames are the pictures to be kept of a moment.
func (l *Labeller) frames(moment time.Time) ([]capture.Frame, error) {
	near := l.o.Ring.Nearest(moment, l.o.Ring.Len())
	for i := 0; i < len(near); {
		if near[i].Time.Sub(moment).Abs() > l.o.Window {
			near = append(near[:i], near[i+1:]...)
			continue
		}
		i++
	}
	if len(near) > 0 {
		return choose(near, l.o.Frames), nil
	}
	camera := l.o.Camera()
	if camera.State == capture.StateStreaming {
		return nil, fmt.Errorf("no picture was taken within %v of that moment", l.o.Window)
	}
	text := "the camera is " + string(camera.State)
	if camera.Reason != "" {
		text += ": " + camera.Reason
	}
	return nil, errors.New(text)
}

// shots are frames with what the active model says of them.
func (l *Labeller) shots(frames []capture.Frame) []storage.Shot {
	version := l.o.Active()
	shots := make([]storage.Shot, len(frames))
	for i, f := range frames {
		m := nn.Image{Width: f.Width, Height: f.Height, Pixels: f.Pixels}
		shots[i] = storage.Shot{Image: m, Time: f.Time, Source: l.o.Source}
		if version != nil {
			shots[i].Model, shots[i].Scores = version.ID(), l.witness.scores(version, m)
		}
	}
	return shots
}

// undo removes the captures of the latest label that was not undone yet.
func (l *Labeller) undo(o capture.Order) (string, error) {
	if len(l.done) == 0 {
		return "", errors.New("there is no label to undo")
	}
	kept, err := l.o.Captures.Open()
	if err != nil {
		return "", err
	}
	entry := l.done[len(l.done)-1]
	for _, p := range entry.captures {
		if _, err := kept.Remove(p.Path()); err != nil && !errors.Is(err, storage.ErrNoCapture) {
			return "", err
		}
	}
	l.done = l.done[:len(l.done)-1]
	clear(l.last)
	l.tell(o, entry.label, kept.Count(entry.label), entry.captures, true)
	return "undo " + answer(kept, entry.label), nil
}

// status is one line: what serves, what the camera does, what is kept, what fits do
// and what is seen.
func (l *Labeller) status() (string, error) {
	model := "none"
	if version := l.o.Active(); version != nil {
		model = version.ID()
	}
	kept, err := l.o.Captures.Open()
	if err != nil {
		return "", err
	}
	s := kept.Status()
	return fmt.Sprintf("status model=%s camera=%s captures=%d labels=%d %s", model, l.o.Camera().State, s.Count, len(s.Labels), l.o.Fitting()), nil
}

func (l *Labeller) tell(o capture.Order, label string, count int, captures []storage.Capture, undone bool) {
	e := &publish.LabelChange{Time: o.Time, Label: label, Port: o.Port, Count: count, Undone: undone}
	for _, p := range captures {
		e.Captures = append(e.Captures, p.Path())
	}
	l.o.Publish(e)
}
