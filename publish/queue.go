package publish

import "sync"

// queue is a ring of lines. Its slots are reused, so that steady traffic
// allocates nothing. A full queue refuses the newest line.
type queue struct {
	mu      sync.Mutex
	slots   [][]byte
	first   int
	length  int
	dropped uint64
	ready   chan struct{} // holds a token while the queue may not be empty
}

func newQueue(capacity int) *queue {
	return &queue{slots: make([][]byte, capacity), ready: make(chan struct{}, 1)}
}

// push copies line into the queue, or counts it as dropped.
func (q *queue) push(line []byte) {
	q.mu.Lock()
	if q.length == len(q.slots) {
		q.dropped++
		q.mu.Unlock()
		return
	}
	i := (q.first + q.length) % len(q.slots)
	q.slots[i] = append(q.slots[i][:0], line...)
	q.length++
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// pop takes the oldest line, giving spare's memory to the queue in exchange.
func (q *queue) pop(spare []byte) (line []byte, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.length == 0 {
		return spare, false
	}
	line, q.slots[q.first] = q.slots[q.first], spare
	q.first = (q.first + 1) % len(q.slots)
	q.length--
	return line, true
}

func (q *queue) counts() (waiting int, dropped uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.length, q.dropped
}
