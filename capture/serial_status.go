package capture

import (
	"sync"
	"time"
)

// SerialState is what a Serial is doing.
type SerialState string

// The states of a Serial.
const (
	SerialAbsent  SerialState = "absent"  // the port is not there; it is waited for
	SerialOpen    SerialState = "open"    // lines are read
	SerialFailed  SerialState = "failed"  // it can't be used now, Reason says why; it will be tried again
	SerialStopped SerialState = "stopped" // Run has returned
)

// SerialStatus is how a Serial fares.
type SerialStatus struct {
	Port       string // as it was configured
	Path       string // of the open port, or ""
	State      SerialState
	Reason     string // why it is absent or failed
	Since      time.Time
	Orders     uint64 // that were carried out
	Refused    uint64 // lines that were answered with an error
	LastError  string // of the last refused line
	Echoes     uint64 // lines that are our own answers come back
	Unanswered uint64 // answers that the port did not take in time
	Opened     uint64 // how often the port was opened
}

// serialRecord is the status as Run writes it and others read it.
type serialRecord struct {
	mu     sync.Mutex
	status SerialStatus
}

func (r *serialRecord) read() SerialStatus {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status
}

func (r *serialRecord) change(update func(*SerialStatus)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	update(&r.status)
}

// enter notes a state and tells whether anything changed by it.
func (r *serialRecord) enter(state SerialState, path, reason string) (changed bool, after SerialStatus) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.status
	changed = s.State != state || s.Reason != reason
	if s.State != state {
		s.Since = time.Now()
	}
	if state == SerialOpen {
		s.Opened++
	}
	s.State, s.Path, s.Reason = state, path, reason
	return changed, *s
}
