package capture

import (
	"sync"
	"time"
)

// State is what a Camera is doing.
type State string

// The states of a Camera.
const (
	StateStarting  State = "starting"  // the program runs; no frame came yet
	StateStreaming State = "streaming" // frames come
	StateStalled   State = "stalled"   // nothing came for too long; the program is killed and soon started again
	StateWaiting   State = "waiting"   // it can't run now, Reason says why; it will be tried again
	StateEnded     State = "ended"     // the clip is over
	StateStopped   State = "stopped"   // Run has returned
)

// Status is how a Camera fares. Received is Taken plus Skipped, plus the
// frame that is on its way to a taker.
type Status struct {
	State       State
	Reason      string    // why it is stalled or waiting, with the program's last words; else ""
	Since       time.Time // of the state
	Source      string    // without passwords
	Description string    // what was opened, by the program's account: backend, size, rate
	Width       int       // of the last frame
	Height      int
	FPS         float64   // frames a second received lately
	LastFrame   time.Time // arrival of the last frame; zero before the first
	Received    uint64    // frames that came from the program
	Taken       uint64    // frames that Next gave out
	Skipped     uint64    // frames that a newer one replaced before they were taken
	Restarts    uint64    // how often the program was started again
}

// record is the status as Run writes it and others read it.
type record struct {
	mu       sync.Mutex
	status   Status
	arrivals [16]time.Time // of the last frames, round Received
}

func (r *record) change(update func(*Status)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	update(&r.status)
}

// enter notes a state, and returns the status before and after.
func (r *record) enter(state State, reason string, now time.Time) (before, after Status) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before = r.status
	if before.State != state {
		r.status.Since = now
	}
	r.status.State, r.status.Reason = state, reason
	return before, r.status
}

func (r *record) state() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status.State
}

// arrived counts a frame and returns its number.
func (r *record) arrived(f *Frame, now time.Time) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.status
	r.arrivals[s.Received%uint64(len(r.arrivals))] = now
	s.Received++
	s.Width, s.Height, s.LastFrame = f.Width, f.Height, now
	return s.Received
}

// read is the status now.
func (r *record) read(now time.Time) Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.status
	if s.State == StateStreaming {
		s.FPS = r.rate(now)
	}
	return s
}

// rate is frames a second over the last arrivals. It falls when none comes.
func (r *record) rate(now time.Time) float64 {
	n := min(r.status.Received, uint64(len(r.arrivals)))
	if n < 2 {
		return 0
	}
	first := r.arrivals[(r.status.Received-n)%uint64(len(r.arrivals))]
	span := r.status.LastFrame.Sub(first)
	mean := span / time.Duration(n-1)
	if silence := now.Sub(r.status.LastFrame); silence > 2*mean {
		span += silence
	}
	if span <= 0 {
		return 0
	}
	return float64(n-1) / span.Seconds()
}
