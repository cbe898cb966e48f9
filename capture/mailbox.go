package capture

import (
	"context"
	"io"
)

// mailbox holds one frame between the goroutine that puts and the one that
// takes. Frames go round: a frame's memory is never copied nor allocated anew.
type mailbox struct {
	full chan *Frame
	free chan *Frame
	done chan struct{} // closed when nothing more will be put
}

func newMailbox() *mailbox {
	m := &mailbox{full: make(chan *Frame, 1), free: make(chan *Frame, 2), done: make(chan struct{})}
	m.free <- new(Frame)
	return m
}

// put leaves f for the taker and returns a frame to fill next. An untaken frame
// is replaced, which skipped tells.
func (m *mailbox) put(f *Frame) (next *Frame, skipped bool) {
	select {
	case m.full <- f:
		return <-m.free, false
	default:
	}
	select {
	case next = <-m.full:
		skipped = true
	default: // the taker was faster
		next = <-m.free
	}
	m.full <- f
	return next, skipped
}

// putWhenTaken waits until the frame before f is taken. It returns a frame to
// fill next, or f itself and the context's error.
func (m *mailbox) putWhenTaken(ctx context.Context, f *Frame) (*Frame, error) {
	select {
	case m.full <- f:
		return <-m.free, nil
	case <-ctx.Done():
		return f, ctx.Err()
	}
}

// take swaps *f with the frame that waits, or waits for one. The error is io.EOF
// after the last one, or the context's.
func (m *mailbox) take(ctx context.Context, f *Frame) error {
	var taken *Frame
	select {
	case taken = <-m.full:
	case <-m.done:
		select {
		case taken = <-m.full:
		default:
			return io.EOF
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	*f, *taken = *taken, *f
	m.free <- taken
	return nil
}

// close tells the taker that nothing more will be put.
func (m *mailbox) close() { close(m.done) }
