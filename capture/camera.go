package capture

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"time"
)

// Default times of Options.
const (
	DefaultStall = 5 * time.Second
	DefaultGrace = 30 * time.Second
)

// Options configure a Camera.
type Options struct {
	Program string // the path of edged-camera
	Source  Source

	// Stall is how long the program may send nothing before it is killed, and
	// Grace how long it may take to send its first frame: it links hundreds of
	// libraries, and some cameras are slow to start. Zero means the default.
	Stall, Grace time.Duration

	// Ring, if there is one, gets a copy of every frame.
	Ring *Ring

	// Changed, if not nil, is called by Run with each new state. It must not
	// block.
	Changed func(Status)

	// Logger gets state changes and what the program writes to standard error;
	// nil discards them.
	Logger *slog.Logger
}

// Camera runs edged-camera and gives out its newest frame.
//
// A frame waits until it is taken by Next or replaced by a newer one, which
// counts it as skipped; only a source at PaceFast waits for the taker instead,
// and skips none. A missing camera, a missing program, a crash, a stall or
// garbage is a state with a reason, and the program is started again with
// growing waits; none of them ends Run.
type Camera struct {
	options Options
	start   func() (child, error)
	mailbox *mailbox
	record  record
}

// NewCamera returns a Camera that does nothing until Run.
func NewCamera(options Options) *Camera {
	options.Stall = cmp.Or(options.Stall, DefaultStall)
	options.Grace = max(options.Stall, cmp.Or(options.Grace, DefaultGrace))
	options.Logger = cmp.Or(options.Logger, slog.New(slog.DiscardHandler))
	c := &Camera{options: options, mailbox: newMailbox()}
	c.start = func() (child, error) { return startProcess(options) }
	c.record.status = Status{State: StateStopped, Source: options.Source.String(), Since: time.Now()}
	return c
}

// Next puts the newest frame that was not given out yet into f, and waits for
// one if there is none. It swaps: f's memory will hold a later frame, so nothing
// is allocated. The error is io.EOF when Run has returned and the last frame was
// taken, or the context's.
func (c *Camera) Next(ctx context.Context, f *Frame) error {
	if err := c.mailbox.take(ctx, f); err != nil {
		return err
	}
	c.record.change(func(s *Status) { s.Taken++ })
	return nil
}

// Status tells how the camera fares.
func (c *Camera) Status() Status { return c.record.read(time.Now()) }

// Run keeps the program running until the context is done, or until a clip that
// is not looped is over, and returns nil; StateEnded tells the second case.
// Nothing of the program is left behind. Run can be called once.
func (c *Camera) Run(ctx context.Context) error {
	defer c.mailbox.close()
	var wait backoff
	frame := new(Frame)
	for starts := 0; ctx.Err() == nil; {
		if err := c.options.missing(); err != nil {
			c.enter(StateWaiting, err.Error())
			pause(ctx, lookAgain)
			continue
		}
		if starts++; starts > 1 {
			c.record.change(func(s *Status) { s.Restarts++ })
		}
		c.enter(StateStarting, "")
		began := time.Now()
		err := c.session(ctx, &frame)
		switch {
		case ctx.Err() != nil:
			continue
		case errors.Is(err, errEnded):
			c.enter(StateEnded, "")
			return nil
		case errors.Is(err, errStalled):
			c.enter(StateStalled, err.Error())
		default:
			c.enter(StateWaiting, err.Error())
		}
		if time.Since(began) >= healthy {
			wait.reset()
		}
		pause(ctx, wait.next())
	}
	c.enter(StateStopped, "")
	return nil
}

// lookAgain is how often a device or a program that is not there is looked for.
const lookAgain = time.Second

// missing tells what is not there, so that nothing needs to be started to find
// that out.
func (o *Options) missing() error {
	if _, err := exec.LookPath(o.Program); err != nil {
		return fmt.Errorf("%w: install the package edged-camera, or build it by `make camera`", err)
	}
	switch o.Source.Kind() {
	case KindDevice:
		if _, err := os.Stat(o.Source.Device()); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no camera at %s: plug it in, or choose one that `edged-camera --list` shows", o.Source.Device())
		}
	case KindFile:
		if _, err := os.Stat(o.Source.Path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no file or folder %s", o.Source.Path)
		}
	}
	return nil
}

// What can be the outcome of a session beside errors.
var (
	errEnded   = errors.New("the clip is over")
	errStalled = errors.New("edged-camera sent nothing")
)

// session runs the program once, and tells why it is over. *frame is filled next.
func (c *Camera) session(ctx context.Context, frame **Frame) error {
	program, err := c.start()
	if err != nil {
		return err
	}
	err = c.receive(ctx, program, frame)
	if errors.Is(err, errStalled) {
		c.enter(StateStalled, err.Error())
	}
	words, ending := program.Stop()
	switch {
	case errors.Is(err, errEnded):
		return err
	case errors.Is(err, io.EOF) && words == "":
		return fmt.Errorf("edged-camera ended: %s", ending)
	case errors.Is(err, io.EOF):
		return errors.New(words)
	case words == "":
		return err
	default:
		return fmt.Errorf("%w: %s", err, words)
	}
}

// receive hands on the program's frames until something ends it.
func (c *Camera) receive(ctx context.Context, program child, frame **Frame) error {
	stop := context.AfterFunc(ctx, func() { _ = program.SetReadDeadline(time.Unix(0, 0)) })
	defer stop()
	reader := NewReader(program)
	patience := c.options.Grace
	for {
		_ = program.SetReadDeadline(time.Now().Add(patience)) // that it is gone, Read tells
		if ctx.Err() != nil {
			return ctx.Err()
		}
		kind, err := reader.Read(*frame)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("%w for %v", errStalled, patience)
		}
		if err != nil {
			return err
		}
		switch kind {
		case RecordFrame:
			patience = c.options.Stall
			if err := c.deliver(ctx, frame); err != nil {
				return err
			}
		case RecordSource:
			c.record.change(func(s *Status) { s.Description = reader.Source() })
		case RecordEnd:
			return errEnded
		}
	}
}

// deliver numbers a frame anew, for the program begins at 1 at each start, and
// leaves it for Next.
func (c *Camera) deliver(ctx context.Context, frame **Frame) (err error) {
	f := *frame
	f.Sequence = c.record.arrived(f, time.Now())
	if c.options.Ring != nil {
		c.options.Ring.Add(f)
	}
	if f.Sequence == 1 || c.record.state() != StateStreaming {
		c.enter(StateStreaming, "")
	}
	if c.options.Source.Pace == PaceFast {
		*frame, err = c.mailbox.putWhenTaken(ctx, f)
		return err
	}
	next, skipped := c.mailbox.put(f)
	if skipped {
		c.record.change(func(s *Status) { s.Skipped++ })
	}
	*frame = next
	return nil
}

// enter notes a state and tells those who want to know.
func (c *Camera) enter(state State, reason string) {
	before, after := c.record.enter(state, reason, time.Now())
	if before.State == state && before.Reason == reason {
		return
	}
	level := slog.LevelInfo
	if reason != "" {
		level = slog.LevelWarn
	}
	c.options.Logger.Log(context.Background(), level, "camera "+string(state), "source", after.Source, "reason", reason)
	if c.options.Changed != nil && before.State != state {
		c.options.Changed(after)
	}
}

// pause waits, unless the context is done first.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
