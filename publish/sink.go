package publish

import (
	"context"
	"io"
	"sync"
	"time"
)

// sink is a writer behind a queue.
type sink struct {
	name   string
	writer io.Writer
	queue  *queue

	mu      sync.Mutex
	written uint64
	failed  uint64
	err     error // of the last write; nil when it succeeded
}

func (s *sink) run(ctx context.Context) {
	var line []byte
	for {
		select {
		case <-s.queue.ready:
			line = s.drain(line, nil)
		case <-ctx.Done():
			s.drain(line, time.After(flushTime))
			return
		}
	}
}

// drain writes until the queue is empty or the deadline has passed, and returns
// memory to reuse.
func (s *sink) drain(spare []byte, deadline <-chan time.Time) []byte {
	for {
		select {
		case <-deadline:
			return spare
		default:
		}
		line, ok := s.queue.pop(spare)
		if !ok {
			return line
		}
		s.write(line)
		spare = line
	}
}

func (s *sink) write(line []byte) {
	_, err := s.writer.Write(line)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	if err != nil {
		s.failed++
	} else {
		s.written++
	}
}

func (s *sink) status() SinkStatus {
	waiting, dropped := s.queue.counts()
	s.mu.Lock()
	defer s.mu.Unlock()
	status := SinkStatus{Name: s.name, Written: s.written, Waiting: waiting, Dropped: dropped, Failed: s.failed}
	if s.err != nil {
		status.Error = s.err.Error()
	}
	return status
}
