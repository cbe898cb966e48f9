package publish

import (
	"context"
	"io"
	"sync"
	"time"
)

// flushTime is how long Run goes on writing what is queued once it was told to
// end.
const flushTime = 500 * time.Millisecond

// Publisher hands events to its sinks. Publish may be called from several
// goroutines.
type Publisher struct {
	sinks []*sink

	mu   sync.Mutex
	line []byte
}

// New returns a publisher without sinks: Add gives it some, Run serves them.
func New() *Publisher { return &Publisher{} }

// Add gives the publisher a sink: w gets whole lines, one Write each, from a
// queue of the given number of lines. Call it before Run and Publish.
func (p *Publisher) Add(name string, w io.Writer, queue int) {
	p.sinks = append(p.sinks, &sink{name: name, writer: w, queue: newQueue(queue)})
}

// Publish encodes the event and offers it to every sink. It never waits for
// one, and allocates nothing in steady state.
func (p *Publisher) Publish(e Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line = append(e.AppendJSON(p.line[:0]), '\n')
	for _, s := range p.sinks {
		s.queue.push(p.line)
	}
}

// Run writes queued lines to their sinks until ctx ends, then what is still
// queued, for half a second at most. A write that never returns is left behind.
func (p *Publisher) Run(ctx context.Context) error {
	var running sync.WaitGroup
	for _, s := range p.sinks {
		running.Go(func() { s.run(ctx) })
	}
	flushed := make(chan struct{})
	go func() {
		running.Wait()
		close(flushed)
	}()
	<-ctx.Done()
	select {
	case <-flushed:
	case <-time.After(flushTime):
	}
	return nil
}

// SinkStatus counts what became of a sink's lines.
type SinkStatus struct {
	Name    string `json:"name"`
	Written uint64 `json:"written"`
	Waiting int    `json:"waiting"`
	Dropped uint64 `json:"dropped"` // the queue was full
	Failed  uint64 `json:"failed"`  // the write failed
	Error   string `json:"error,omitempty"`
}

// Status tells each sink's counts.
func (p *Publisher) Status() []SinkStatus {
	status := make([]SinkStatus, len(p.sinks))
	for i, s := range p.sinks {
		status[i] = s.status()
	}
	return status
}
