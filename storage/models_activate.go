package storage

import (
	"context"
	"fmt"
	"time"
)

// activate loads e and makes it the active version. note enters it into the
// choice. On an error the active version stays and e is rejected, or waits when
// it changed meanwhile.
func (m *Models) activate(ctx context.Context, e *entry, note func(*choice, identity)) error {
	id := e.identity()
	if v := m.active.Load(); v != nil && v.identity() == id {
		note(m.choice, id)
		return m.save()
	}
	if n := m.choice.begin(id); n > maxAttempts {
		return m.conclude(e, &DamagedError{File: e.name, Reason: fmt.Sprintf("edged died %d times while it loaded this; `edged models use %s` tries again", maxAttempts, e.name)})
	}
	_ = m.save()
	ready, err := m.load(ctx, e)
	if err != nil {
		m.choice.finish(id)
		_ = m.save()
		return err
	}
	v := &Version{Name: e.name, Content: e.content, Path: m.path(e), Since: time.Now(), Ready: ready, id: id.String()}
	if a := m.choice.arrival(e.name); a != nil {
		v.Arrived, v.sequence = a.Time, a.Sequence
	}
	m.active.Store(v)
	if m.free.IsZero() {
		m.free = time.Now().Add(freeDelay)
	}
	note(m.choice, id)
	err = m.save()
	m.tell(ModelEvent{Kind: ModelActive, Time: v.Since, Version: v.ID()})
	if m.o.Keep > 0 {
		m.prune(m.o.Keep)
	}
	return err
}

// load loads what was checked, or fails without leaving a trace but e's state.
func (m *Models) load(ctx context.Context, e *entry) (*Ready, error) {
	ready, err := patiently(ctx, m, e, m.o.Loader.Load)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case m.changed(e):
		return nil, errChanged
	case err != nil:
		return nil, m.conclude(e, err)
	}
	if _, err := patiently(ctx, m, e, persist); err != nil {
		m.o.Log.Warn("a power cut may damage a model", "model", e.name, "error", err)
	}
	return ready, nil
}
