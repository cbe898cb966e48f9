package capture

import (
	"io"
	"sync"
	"time"
)

// maxLines is how many lines wait for a port that takes none.
const maxLines = 64

// LineWriter writes lines to a port beside its reader, which a port that takes
// none must not hold up, and closes the port in the end.
type LineWriter struct {
	queue  chan []byte
	closed chan struct{}

	mu  sync.Mutex
	err error
}

// NewLineWriter returns a LineWriter that owns the port.
func NewLineWriter(port io.WriteCloser) *LineWriter {
	w := &LineWriter{queue: make(chan []byte, maxLines), closed: make(chan struct{})}
	go w.write(port)
	return w
}

// write ends when the queue is closed and written, or can't be written.
func (w *LineWriter) write(port io.WriteCloser) {
	defer close(w.closed)
	defer port.Close() // Err, or the port's reader, has told what was wrong with it
	for line := range w.queue {
		if w.Err() != nil {
			continue
		}
		if _, err := port.Write(line); err != nil {
			w.mu.Lock()
			w.err = err
			w.mu.Unlock()
		}
	}
}

// Err is why lines could not be written, or nil. What comes after is dropped.
func (w *LineWriter) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Send queues a line, given without its end, and tells whether there was room.
func (w *LineWriter) Send(line string) bool {
	select {
	case w.queue <- []byte(line + "\n"):
		return true
	default:
		return false
	}
}

// closePatience is how long a port may take to swallow the last lines.
const closePatience = time.Second

// Close has the port closed once what is queued is written. A port that takes
// nothing is left behind: closing it during a write might hit another file.
func (w *LineWriter) Close() {
	close(w.queue)
	timer := time.NewTimer(closePatience)
	defer timer.Stop()
	select {
	case <-w.closed:
	case <-timer.C:
	}
}
