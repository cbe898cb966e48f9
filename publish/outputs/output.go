// Package outputs tells machines what the camera shows: by lines on serial ports
// and by the levels of GPIO lines.
package outputs

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"time"

	"edged/capture"
)

// Known stands among an output's labels for every label but unknown.
const Known = "*"

// Options say what an output follows.
type Options struct {
	Device Device
	// Labels are those that the output shows; any other is as nothing. Known
	// stands for all labels but Unknown.
	Labels  []string
	Unknown string // the result when no label is sure enough
	// Hold is how long at least a label is shown. What comes meanwhile waits; the
	// latest is shown then.
	Hold time.Duration
	// Changed hears of each change of state; it must be quick.
	Changed func(Status)
	Log     *slog.Logger
}

// Device is what an output leads to.
type Device interface {
	// String names it for people, as "serial /dev/ttyUSB1".
	String() string
	// Open opens it. An error for which Absent holds means that it is not there.
	Open() (Opened, error)
}

// Opened is a device that is open.
type Opened interface {
	// Show shows a label, or "" for none of those that the output follows.
	Show(label string, score float32) error
	// Check tells an error once the device can't be used any more.
	Check() error
	// Close leaves it as with no label.
	Close()
}

// Absent tells whether an error means that a device is not there.
func Absent(err error) bool { return errors.Is(err, fs.ErrNotExist) || capture.PortAbsent(err) }

// Output follows results on a device. A device that is not there, goes or comes
// back is a state and no error.
type Output struct {
	o       Options
	changed chan struct{} // holds a token while wanted may not be shown

	mu     sync.Mutex
	wanted shown
	status Status
}

// shown is a label and its score when it became the result.
type shown struct {
	label string
	score float32
}

// Every is how often an open device is checked and an absent one looked for.
const Every = time.Second

// New returns an Output whose work is done by Run.
func New(o Options) *Output {
	if o.Changed == nil {
		o.Changed = func(Status) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if len(o.Labels) == 0 {
		o.Labels = []string{Known}
	}
	return &Output{
		o: o, changed: make(chan struct{}, 1),
		status: Status{Output: o.Device.String(), State: StateAbsent, Since: time.Now()},
	}
}

// Show has a result shown. It never waits and allocates nothing; it may be
// called for each frame.
func (o *Output) Show(label string, score float32) {
	if !o.follows(label) {
		label, score = "", 0
	}
	o.mu.Lock()
	same := o.wanted.label == label
	if !same {
		o.wanted = shown{label, score}
	}
	o.mu.Unlock()
	if same {
		return
	}
	select {
	case o.changed <- struct{}{}:
	default: // Run has been told and has not looked yet
	}
}

func (o *Output) follows(label string) bool {
	return slices.Contains(o.o.Labels, label) || label != o.o.Unknown && slices.Contains(o.o.Labels, Known)
}

// Run serves the device whenever it is there, until ctx ends.
func (o *Output) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		err := o.serve(ctx)
		if ctx.Err() != nil {
			break
		}
		state := StateFailed
		if Absent(err) {
			state = StateAbsent
		}
		o.enter(state, err.Error())
		pause(ctx, Every)
	}
	o.enter(StateStopped, "")
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// serve opens the device and shows results until it fails, or ctx ends.
func (o *Output) serve(ctx context.Context) error {
	device, err := o.o.Device.Open()
	if err != nil {
		return err
	}
	defer device.Close()
	o.enter(StateOpen, "")
	check := time.NewTicker(Every)
	defer check.Stop()
	held := time.NewTimer(0) // fires when what is shown may change
	defer held.Stop()
	var now shown
	var until time.Time // now has to be shown
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-check.C:
			if err := device.Check(); err != nil {
				return err
			}
			continue
		case <-o.changed:
		case <-held.C:
		}
		wanted := o.want()
		if wanted.label == now.label {
			continue
		}
		if wait := time.Until(until); now.label != "" && wait > 0 {
			held.Reset(wait)
			continue
		}
		if err := device.Show(wanted.label, wanted.score); err != nil {
			return err
		}
		now, until = wanted, time.Now().Add(o.o.Hold)
		o.note(now)
	}
}

func (o *Output) want() shown {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.wanted
}
