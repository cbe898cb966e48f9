package storage

import (
	"slices"
	"time"
)

// choice is what Models remembers from one life of the daemon to the next: in
// which order versions arrived, which of them served, and what a person chose.
// It holds the policy and knows neither files nor clocks: order is counted, so
// that a clock that jumps changes nothing.
type choice struct {
	Format   int        `json:"format"`
	Sequence int64      `json:"sequence"` // of the latest arrival
	Arrivals []arrival  `json:"arrivals"` // one for each name
	Pinned   string     `json:"pinned,omitempty"`
	Served   []identity `json:"served"`           // oldest first; the last one is, or was, active
	Trying   []attempt  `json:"trying,omitempty"` // loads that were begun and not finished
}

// identity is one generation of a name.
type identity struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

// arrival is a version that was found complete.
type arrival struct {
	identity
	Sequence int64     `json:"sequence"`
	Time     time.Time `json:"time"` // for people; nothing is decided by it
	// Withdrawn: somebody went back behind it, so only a person takes it again.
	Withdrawn bool `json:"withdrawn,omitempty"`
}

// attempt counts how often the daemon died while it loaded a version.
type attempt struct {
	identity
	Count int `json:"count"`
}

const (
	maxServed   = 32
	maxArrivals = 2 * maxEntries
	maxAttempts = 5
)

// arrival returns what is known about name, or nil.
func (c *choice) arrival(name string) *arrival {
	for i := range c.Arrivals {
		if c.Arrivals[i].Name == name {
			return &c.Arrivals[i]
		}
	}
	return nil
}

// arrive notes that id was found complete. Content that its name already had is
// no new arrival. It reports whether it is one.
func (c *choice) arrive(id identity, sequence int64, now time.Time) bool {
	a := c.arrival(id.Name)
	if a != nil && a.Content == id.Content {
		return false
	}
	if a == nil {
		if len(c.Arrivals) == maxArrivals {
			c.dropOldest()
		}
		c.Arrivals = append(c.Arrivals, arrival{})
		a = &c.Arrivals[len(c.Arrivals)-1]
	}
	*a = arrival{identity: id, Sequence: sequence, Time: now}
	return true
}

func (c *choice) dropOldest() {
	oldest := 0
	for i, a := range c.Arrivals {
		if a.Sequence < c.Arrivals[oldest].Sequence {
			oldest = i
		}
	}
	c.Arrivals = slices.Delete(c.Arrivals, oldest, oldest+1)
}

// forget drops what is known about a name that was removed, so that putting it
// back is a new arrival.
func (c *choice) forget(name string) {
	c.Arrivals = slices.DeleteFunc(c.Arrivals, func(a arrival) bool { return a.Name == name })
	c.Trying = slices.DeleteFunc(c.Trying, func(a attempt) bool { return a.Name == name })
}

// wanted returns the arrival that should serve instead of active, which arrived
// as number after; or nil. active may be the zero identity.
func (c *choice) wanted(active identity, after int64, good func(identity) bool) *arrival {
	if a := c.arrival(c.Pinned); a != nil && good(a.identity) {
		if a.identity == active {
			return nil
		}
		return a
	}
	if active == (identity{}) {
		return c.newest(0, good)
	}
	if c.Pinned != "" {
		return nil // better what serves than a guess
	}
	return c.newest(after, good)
}

// newest returns the latest arrival beyond sequence after that is good and was
// not withdrawn, or nil.
func (c *choice) newest(after int64, good func(identity) bool) *arrival {
	var best *arrival
	for i := range c.Arrivals {
		a := &c.Arrivals[i]
		if !a.Withdrawn && a.Sequence > after && good(a.identity) {
			best, after = a, a.Sequence
		}
	}
	return best
}

// last is the version that serves or served last, or the zero identity.
func (c *choice) last() identity {
	if len(c.Served) == 0 {
		return identity{}
	}
	return c.Served[len(c.Served)-1]
}

// previous returns the version to go back to: the one that served before the
// last one and is still good, else the latest good arrival before it; or nil.
func (c *choice) previous(good func(identity) bool) *arrival {
	last := c.last()
	for i := len(c.Served) - 2; i >= 0; i-- {
		if id := c.Served[i]; id != last && good(id) {
			return c.arrival(id.Name)
		}
	}
	before := c.Sequence + 1
	if a := c.arrival(last.Name); a != nil && a.identity == last {
		before = a.Sequence
	}
	var best *arrival
	for i := range c.Arrivals {
		a := &c.Arrivals[i]
		if a.identity != last && a.Sequence < before && (best == nil || a.Sequence > best.Sequence) && good(a.identity) {
			best = a
		}
	}
	return best
}

// serve notes that id is active from now on.
func (c *choice) serve(id identity) {
	c.finish(id)
	if c.last() == id {
		return
	}
	if len(c.Served) == maxServed {
		c.Served = slices.Delete(c.Served, 0, 1)
	}
	c.Served = append(c.Served, id)
}

// pin keeps to the name of id until further notice.
func (c *choice) pin(id identity) {
	c.Pinned = id.Name
	if a := c.arrival(id.Name); a != nil {
		a.Withdrawn = false
	}
	c.serve(id)
}

// rollback goes back to id: what arrived after it is withdrawn and what served
// after it is forgotten, so that going back once more goes further back.
func (c *choice) rollback(id identity) {
	c.Pinned = ""
	to := c.arrival(id.Name)
	for i := range c.Arrivals {
		if to != nil && c.Arrivals[i].Sequence > to.Sequence {
			c.Arrivals[i].Withdrawn = true
		}
	}
	if to != nil {
		to.Withdrawn = false
	}
	c.Served = c.Served[:max(0, len(c.Served)-1)]
	if i := slices.Index(c.Served, id); i >= 0 {
		for c.last() != id {
			c.Served = c.Served[:len(c.Served)-1]
		}
	}
	c.serve(id)
}

// begin notes that id is being loaded and returns how often that was begun and
// never finished, this time included.
func (c *choice) begin(id identity) int {
	for i := range c.Trying {
		if c.Trying[i].identity == id {
			c.Trying[i].Count++
			return c.Trying[i].Count
		}
	}
	c.Trying = append(c.Trying, attempt{id, 1})
	return 1
}

// finish notes that loading id ended, well or not.
func (c *choice) finish(id identity) {
	c.Trying = slices.DeleteFunc(c.Trying, func(a attempt) bool { return a.identity == id })
}
