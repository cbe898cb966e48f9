package storage

import (
	"cmp"
	"context"
	"runtime/debug"
	"slices"
	"time"
)

const (
	pollInterval = 2 * time.Second // where the kernel tells no changes
	freeDelay    = time.Second     // after a swap, for the frame loop to let go of the old version
)

// Run watches the folder until ctx ends and keeps the version active that
// policy and choice ask for. It starts with the one that served last.
func (m *Models) Run(ctx context.Context) error {
	h := openHints()
	defer h.close()
	if remote(m.o.Folder) {
		m.o.Log.Info("the model folder is on a network file system: it is scanned at intervals", "folder", m.o.Folder)
	} else if h.failed != nil {
		m.warn("model changes are found late", h.failed)
	}
	return m.run(ctx, h)
}

func (m *Models) run(ctx context.Context, h *hints) error {
	if err := m.take(ctx); err != nil {
		return nil
	}
	m.watch = h.watch
	m.resume(ctx)
	m.give()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if m.take(ctx) != nil {
			return nil
		}
		wake := m.pass(ctx, h)
		m.give()
		timer.Reset(time.Until(wake))
		if !m.sleep(ctx, h, timer, wake) {
			return nil
		}
	}
}

// sleep waits until wake, or for a short time after a hint: copying makes
// thousands of them. It reports false when ctx ends.
func (m *Models) sleep(ctx context.Context, h *hints, timer *time.Timer, wake time.Time) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return true
		case <-h.changed:
			if soon := time.Now().Add(m.o.Quiet / 4); soon.Before(wake) {
				wake = soon
				timer.Reset(m.o.Quiet / 4)
			}
		}
	}
}

// pass does all that is due now and returns when to do the next pass at the
// latest.
func (m *Models) pass(ctx context.Context, h *hints) time.Time {
	if m.scan() {
		m.checkDue(ctx, time.Now())
		m.settle(ctx)
	}
	if m.unsaved != nil {
		_ = m.save()
	}
	m.freeMemory(time.Now())
	wake := time.Now().Add(m.o.Rescan)
	if h.failed != nil || remote(m.o.Folder) {
		wake = time.Now().Add(min(m.o.Rescan, pollInterval))
	}
	waiting := false
	for _, e := range m.entries {
		if due, ok := e.due(m.o.Quiet); ok {
			waiting = waiting || e.checked != e.sum
			wake = earlier(wake, due)
		}
	}
	if m.active.Load() != nil || !waiting {
		m.once.Do(func() { close(m.ready) })
	}
	if !m.free.IsZero() {
		wake = earlier(wake, m.free)
	}
	return wake
}

// freeMemory gives the memory of old versions back to the system, some time
// after each swap.
func (m *Models) freeMemory(now time.Time) {
	if m.free.IsZero() || now.Before(m.free) {
		return
	}
	debug.FreeOSMemory()
	m.free = time.Time{}
	if v := m.active.Load(); v != nil && now.Sub(v.Since) < freeDelay {
		m.free = now.Add(freeDelay) // the frame loop may still hold the version before
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// scan looks at the folder and takes in what changed. It reports false when the
// folder can't be read; nothing is concluded from that.
func (m *Models) scan() bool {
	s, err := scanFolder(m.o.Folder, m.watch)
	now := time.Now()
	if err != nil {
		m.folderFailed(err)
		return false
	}
	m.folderWorks()
	same := m.folder == s.identity
	m.folder = s.identity
	for name, f := range s.entries {
		e := m.entries[name]
		if e == nil {
			e = &entry{state: Arriving, since: now, changed: now}
			m.entries[name] = e
		}
		e.observe(f, now)
	}
	for name, e := range m.entries {
		if _, there := s.entries[name]; !there {
			m.vanish(e, same, now)
		}
	}
	return true
}

// vanish notes that an entry was removed. Its name is forgotten, unless another
// folder took the place of the watched one: a disk that was unmounted comes back
// with the same versions.
func (m *Models) vanish(e *entry, same bool, now time.Time) {
	delete(m.entries, e.name)
	if same {
		m.choice.forget(e.name)
	}
	v := m.active.Load()
	serves := v != nil && v.Name == e.name
	if e.state == Arriving && !serves {
		return
	}
	event := ModelEvent{Kind: ModelRemoved, Time: now, Version: e.identity().String()}
	if serves {
		event.Version, event.Reason = v.ID(), "it keeps serving from memory"
	}
	m.tell(event)
}

// checkDue checks the entries that came to rest, the newest first, and lets the
// folder settle after each, so that one that serves is found soon.
func (m *Models) checkDue(ctx context.Context, now time.Time) {
	var due []*entry
	for _, e := range m.entries {
		if at, ok := e.due(m.o.Quiet); ok && !at.After(now) {
			due = append(due, e)
		}
	}
	m.place(ctx, due)
	slices.SortFunc(due, func(a, b *entry) int { return cmp.Compare(b.place, a.place) })
	for _, e := range due {
		if ctx.Err() != nil {
			return
		}
		_ = m.check(ctx, e)
		m.settle(ctx)
	}
}

// settle activates what policy and choice ask for, or the next best when that
// can't be loaded.
func (m *Models) settle(ctx context.Context) {
	for ctx.Err() == nil {
		e := m.wanted()
		if e == nil || m.activate(ctx, e, (*choice).serve) == nil {
			return
		}
	}
}

// wanted is the entry that should serve instead of the active version, or nil.
func (m *Models) wanted() *entry {
	var active identity
	var after int64
	if v := m.active.Load(); v != nil {
		active, after = v.identity(), v.sequence
	}
	a := m.choice.wanted(active, after, m.good)
	if a == nil {
		return nil
	}
	return m.entries[a.Name]
}

// good tells whether id lies in the folder, complete.
func (m *Models) good(id identity) bool {
	e := m.entries[id.Name]
	return e != nil && e.state == Complete && e.content == id.Content && e.checked == e.sum
}

// resume activates at once, without waiting for quiet, what was pinned or served
// last. Whatever came meanwhile takes over the usual way.
func (m *Models) resume(ctx context.Context) {
	last := m.choice.last()
	name := cmp.Or(m.choice.Pinned, last.Name)
	m.sweep()
	if name == "" || !m.scan() {
		return
	}
	e := m.entries[name]
	if e == nil {
		m.tell(ModelEvent{Kind: ModelRemoved, Time: time.Now(), Version: name, Reason: "it was chosen and is gone: the newest complete one serves"})
		return
	}
	if m.check(ctx, e) != nil {
		return
	}
	if m.choice.Pinned == name || e.identity() == last {
		_ = m.activate(ctx, e, (*choice).serve)
	}
}
