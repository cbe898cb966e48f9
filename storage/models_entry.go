package storage

import (
	"errors"
	"time"
)

// ModelState is what is known about an entry of the watched folder.
type ModelState string

// The states of an entry.
const (
	Arriving   ModelState = "arriving"   // it changes, or was not looked at yet
	Incomplete ModelState = "incomplete" // something is missing: a copy that goes on, or broke off
	Complete   ModelState = "ready"      // it is complete and can be used
	Rejected   ModelState = "rejected"   // it can't be used, until it changes
	Missing    ModelState = "missing"    // it was removed; it may still serve, from memory
)

// entry is what Models knows about one entry of the watched folder.
type entry struct {
	found
	changed time.Time // when its signature last changed
	state   ModelState
	since   time.Time       // of state
	content string          // hash of what was checked
	checked signature       // what was checked
	err     error           // why it is incomplete or rejected
	retry   time.Time       // when to check again although nothing changed; zero: never
	tries   int             // failures of the same signature
	place   int64           // sequence that it has, or will have once it is complete
	hash    string          // content that was last hashed
	hashed  signature       // what was hashed
	told    string          // state and reason that were last told
	stuck   <-chan struct{} // open while a check that ran out of time goes on
}

func (e *entry) identity() identity { return identity{e.name, e.content} }

// observe takes in what a scan found.
func (e *entry) observe(f found, now time.Time) {
	if f.sum != e.sum {
		e.changed, e.tries, e.place = now, 0, 0
	}
	e.found = f
}

// labelPatience is how many quiet times a folder is left alone that labels may
// still come to.
const labelPatience = 3

// due tells when e is to be checked; false means not before it changes.
func (e *entry) due(quiet time.Duration) (time.Time, bool) {
	if e.checked != e.sum {
		if e.mayGrow() {
			quiet *= labelPatience
		}
		return e.changed.Add(quiet), true
	}
	return e.retry, !e.retry.IsZero()
}

// conclude notes the outcome of a check or load of what e.sum stands for.
func (e *entry) conclude(content string, err error, rescan time.Duration, now time.Time) {
	state := Complete
	var incomplete *IncompleteError
	var damaged *DamagedError
	switch {
	case errors.As(err, &incomplete):
		state = Incomplete
	case err != nil:
		state = Rejected
	}
	if state != e.state {
		e.since = now
	}
	e.state, e.err, e.content, e.checked = state, err, content, e.sum
	e.retry = time.Time{}
	if err != nil && !errors.As(err, &damaged) {
		// Nothing says that it will stay so: memory was short, a disk failed to
		// answer, or a network file system has not told of a change.
		e.retry = now.Add(rescan << min(e.tries, 6))
		e.tries++
	}
}

// news reports whether the state and reason were not told yet, and takes them
// for told.
func (e *entry) news() bool {
	now := string(e.state) + " " + e.content + " " + text(e.err)
	if now == e.told {
		return false
	}
	e.told = now
	return true
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
