package storage

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Status is what is known about one entry of the watched folder.
type Status struct {
	Name      string     `json:"name"`
	Version   string     `json:"version,omitempty"` // its ID, once its content is known
	State     ModelState `json:"state"`
	Since     time.Time  `json:"since"`               // of State
	File      string     `json:"file,omitempty"`      // which file is to blame
	Reason    string     `json:"reason,omitempty"`    // why it is incomplete or rejected
	Arrived   *time.Time `json:"arrived,omitempty"`   // when it was first found complete
	Size      int64      `json:"size"`                // bytes of its files
	Active    bool       `json:"active"`              // it serves
	Serving   string     `json:"serving,omitempty"`   // the ID that serves when active: from memory if it differs from Version
	Chosen    bool       `json:"chosen"`              // it would serve after a restart
	Pinned    bool       `json:"pinned"`              // a person chose it
	Withdrawn bool       `json:"withdrawn,omitempty"` // somebody rolled back behind it
}

// List returns the state of every entry, the latest arrival first, as of the
// last scan. It never waits.
func (m *Models) List() []Status { return slices.Clone(*m.status.Load()) }

// publish makes what is known now visible to List.
func (m *Models) publish() {
	active := m.active.Load()
	chosen := cmp.Or(m.choice.Pinned, m.choice.last().Name)
	rank := map[string]int64{}
	list := make([]Status, 0, len(m.entries)+1)
	for _, e := range m.entries {
		list = append(list, e.status())
		rank[e.name] = e.place
	}
	for _, name := range []string{m.choice.Pinned, activeName(active)} {
		if name != "" && m.entries[name] == nil && !slices.ContainsFunc(list, func(s Status) bool { return s.Name == name }) {
			list = append(list, Status{Name: name, State: Missing, Reason: "it was removed"})
		}
	}
	for i := range list {
		s := &list[i]
		s.Pinned, s.Chosen = s.Name == m.choice.Pinned, s.Name == chosen
		if active != nil && s.Name == active.Name {
			s.Active, s.Serving = true, active.ID()
		}
		if a := m.choice.arrival(s.Name); a != nil {
			at := a.Time
			rank[s.Name], s.Withdrawn, s.Arrived = a.Sequence, a.Withdrawn, &at
		}
	}
	slices.SortFunc(list, func(a, b Status) int {
		return cmp.Or(cmp.Compare(rank[b.Name], rank[a.Name]), cmp.Compare(a.Name, b.Name))
	})
	m.status.Store(&list)
}

func activeName(v *Version) string {
	if v == nil {
		return ""
	}
	return v.Name
}

func (e *entry) status() Status {
	s := Status{Name: e.name, State: e.state, Since: e.since, Size: e.size}
	if e.checked != e.sum {
		s.State, s.Since = Arriving, e.changed
		return s
	}
	s.File, s.Reason = blame(e.err)
	if e.content != "" {
		s.Version = e.identity().String()
	}
	return s
}

// blame takes an error apart into the file and the reason.
func blame(err error) (file, reason string) {
	var incomplete *IncompleteError
	var damaged *DamagedError
	switch {
	case errors.As(err, &incomplete):
		return incomplete.File, incomplete.Reason
	case errors.As(err, &damaged):
		return damaged.File, damaged.Reason
	}
	return "", text(err)
}

// ModelEventKind says what happened to a version.
type ModelEventKind string

// The kinds of a ModelEvent.
const (
	ModelReady      ModelEventKind = "ready"      // it arrived, complete
	ModelActive     ModelEventKind = "active"     // it serves from the next frame on
	ModelIncomplete ModelEventKind = "incomplete" // something is missing yet
	ModelRejected   ModelEventKind = "rejected"   // it can't be used
	ModelRemoved    ModelEventKind = "removed"    // somebody took it out of the folder
	ModelPruned     ModelEventKind = "pruned"     // edged deleted it to make room
	ModelWarning    ModelEventKind = "warning"    // about the folder or the memory of choices
)

// ModelEvent is a change that is worth telling.
type ModelEvent struct {
	Kind    ModelEventKind
	Time    time.Time
	Version string // its ID, or its name while its content is not known; may be empty in a warning
	Reason  string
}

func (m *Models) tell(e ModelEvent) {
	m.publish()
	log := m.o.Log.Info
	if e.Kind == ModelRejected || e.Kind == ModelWarning {
		log = m.o.Log.Warn
	}
	log("model "+string(e.Kind), "model", e.Version, "reason", e.Reason)
	m.o.Notify(e)
}

func (m *Models) warn(what string, err error) {
	m.tell(ModelEvent{Kind: ModelWarning, Time: time.Now(), Reason: fmt.Sprintf("%s: %v", what, err)})
}

// folderFailed tells once that the folder can't be scanned.
func (m *Models) folderFailed(err error) {
	if text(err) != text(m.failed) {
		m.warn("the model folder can't be read; what serves goes on", err)
	}
	m.failed = err
}

func (m *Models) folderWorks() {
	if m.failed != nil {
		m.tell(ModelEvent{Kind: ModelWarning, Time: time.Now(), Reason: "the model folder can be read again"})
	}
	m.failed = nil
}
