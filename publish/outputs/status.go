package outputs

import "time"

// State is what an Output is doing.
type State string

// The states of an Output.
const (
	StateAbsent  State = "absent" // the device is not there; it is waited for
	StateOpen    State = "open"
	StateFailed  State = "failed"  // it can't be used now, Reason says why; it will be tried again
	StateStopped State = "stopped" // Run has returned
)

// Status is how an Output fares.
type Status struct {
	Output string    `json:"output"` // as "gpio gpiochip0 17"
	State  State     `json:"state"`
	Reason string    `json:"reason,omitempty"` // why it is absent or failed
	Since  time.Time `json:"since"`
	Label  string    `json:"label,omitempty"` // that is shown; "" for none
	Shown  uint64    `json:"shown"`           // how often what is shown has changed
	Opened uint64    `json:"opened"`          // how often the device was opened
}

// Status is how the output fares.
func (o *Output) Status() Status {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.status
}

// enter notes a state and tells of it if it is another.
func (o *Output) enter(state State, reason string) {
	o.mu.Lock()
	s := &o.status
	changed := s.State != state || s.Reason != reason
	if s.State != state {
		s.Since = time.Now()
	}
	s.State, s.Reason, s.Label = state, reason, ""
	if state == StateOpen {
		s.Opened++
	}
	after := *s
	o.mu.Unlock()
	if changed {
		o.o.Log.Info("output", "output", after.Output, "state", state, "reason", reason)
		o.o.Changed(after)
	}
}

func (o *Output) note(now shown) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.status.Label = now.label
	o.status.Shown++
}
