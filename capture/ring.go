package capture

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Ring keeps copies of the newest frames in memory that it uses again. It is
// safe for concurrent use.
type Ring struct {
	mu     sync.Mutex
	frames []Frame // oldest at next once it is full
	next   int
	limit  int
	bytes  int
	every  time.Duration
	last   time.Time // of the newest frame
}

// NewRing returns a Ring of at most so many frames, and fewer if they would take
// more than so many bytes; but it always keeps one. A frame that comes sooner
// than every after the one before is passed over.
func NewRing(frames, bytes int, every time.Duration) *Ring {
	return &Ring{limit: max(1, frames), bytes: bytes, every: every}
}

// Add copies a frame into the ring, in place of the oldest if it is full.
func (r *Ring) Add(f *Frame) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if since := f.Time.Sub(r.last); len(r.frames) > 0 && since >= 0 && since < r.every {
		return
	}
	r.last = f.Time
	limit := min(r.limit, max(1, r.bytes/max(1, len(f.Pixels))))
	if len(r.frames) > limit || (len(r.frames) > 0 && len(r.frames[0].Pixels) != len(f.Pixels)) {
		r.frames, r.next = nil, 0 // frames of another size: begin anew
	}
	if len(r.frames) < limit {
		r.frames = append(r.frames, Frame{})
		r.next = len(r.frames) - 1
	}
	r.frames[r.next].copyFrom(f)
	r.next = (r.next + 1) % limit
}

// Nearest returns copies of the n frames captured nearest to a time, in the
// order of their capture; fewer if the ring holds fewer.
func (r *Ring) Nearest(t time.Time, n int) []Frame {
	r.mu.Lock()
	defer r.mu.Unlock()
	held := make([]*Frame, len(r.frames))
	for i := range r.frames {
		held[i] = &r.frames[i]
	}
	slices.SortFunc(held, func(a, b *Frame) int { return cmp.Compare(distance(a, t), distance(b, t)) })
	held = held[:min(max(0, n), len(held))]
	slices.SortFunc(held, func(a, b *Frame) int { return cmp.Compare(a.Sequence, b.Sequence) })
	copies := make([]Frame, len(held))
	for i, f := range held {
		copies[i].copyFrom(f)
	}
	return copies
}

// Latest copies the newest frame into f, whose memory it uses again, and tells
// whether there is one.
func (r *Ring) Latest(f *Frame) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.frames) == 0 {
		return false
	}
	newest := &r.frames[0]
	for i := range r.frames {
		if r.frames[i].Sequence > newest.Sequence {
			newest = &r.frames[i]
		}
	}
	f.copyFrom(newest)
	return true
}

// Len is how many frames the ring holds.
func (r *Ring) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.frames)
}

func distance(f *Frame, t time.Time) time.Duration { return f.Time.Sub(t).Abs() }
