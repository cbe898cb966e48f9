package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"
)

// errChanged says that somebody wrote while a model was read. It is looked at
// again when it has come to rest.
var errChanged = errors.New("it changed while it was read")

// place gives entries their rank. One whose content is known keeps its own; the
// others come after all known ones, ordered by the times of their files, which
// is all that tells their order when several are found at once.
func (m *Models) place(ctx context.Context, list []*entry) {
	var arrived []*entry
	for _, e := range list {
		if e.place != 0 {
			continue
		}
		if a := m.choice.arrival(e.name); a != nil && e.problem == nil {
			if content, err := m.hash(ctx, e); err == nil && content == a.Content {
				e.place = a.Sequence
				continue
			}
		}
		arrived = append(arrived, e)
	}
	slices.SortFunc(arrived, func(a, b *entry) int {
		return cmp.Or(a.newest.Compare(b.newest), cmp.Compare(a.name, b.name))
	})
	for _, e := range arrived {
		m.choice.Sequence++
		e.place = m.choice.Sequence
	}
}

// hash names e's content, reading it only when it changed.
func (m *Models) hash(ctx context.Context, e *entry) (string, error) {
	if e.hashed == e.sum {
		return e.hash, nil
	}
	content, err := patiently(ctx, m, e, contentID)
	if err == nil {
		e.hash, e.hashed = content, e.sum
	}
	return content, err
}

func (m *Models) path(e *entry) string { return filepath.Join(m.o.Folder, e.name) }

// check finds out what e is, by all of its content, and whether it arrived. An
// error says why e can't be used now.
func (m *Models) check(ctx context.Context, e *entry) error {
	if e.problem != nil {
		return m.conclude(e, e.problem)
	}
	m.place(ctx, []*entry{e})
	_, err := patiently(ctx, m, e, func(ctx context.Context, path string) (struct{}, error) {
		return struct{}{}, m.o.Loader.Verify(ctx, path)
	})
	if err == nil {
		_, err = m.hash(ctx, e)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if m.changed(e) {
		return errChanged
	}
	if err != nil {
		return m.conclude(e, err)
	}
	arrived := m.choice.arrive(identity{e.name, e.hash}, e.place, time.Now().UTC())
	_ = m.conclude(e, nil)
	if arrived {
		_ = m.save()
		m.tell(ModelEvent{Kind: ModelReady, Time: time.Now(), Version: e.identity().String()})
	}
	return nil
}

// changed looks whether e is still what it was when it was last scanned.
func (m *Models) changed(e *entry) bool {
	before := e.sum
	e.observe(scanAgain(m.o.Folder, e.name), time.Now())
	return e.sum != before
}

// conclude notes and tells what became of e and returns err.
func (m *Models) conclude(e *entry, err error) error {
	now := time.Now()
	content := ""
	if e.hashed == e.sum {
		content = e.hash
	}
	e.conclude(content, err, m.o.Rescan, now)
	if err != nil && e.news() {
		m.tell(ModelEvent{Kind: ModelEventKind(e.state), Time: now, Version: e.identity().String(), Reason: err.Error()})
	}
	return err
}

// patiently calls do with e's path, which may hang or panic on what somebody copied here.
// After the time of o.Patience it is left alone and does not hold the others up.
func patiently[T any](ctx context.Context, m *Models, e *entry, do func(context.Context, string) (T, error)) (result T, err error) {
	if e.stuck != nil {
		select {
		case <-e.stuck:
			e.stuck = nil
		default:
			return result, m.tookTooLong()
		}
	}
	ctx, cancel := context.WithTimeout(ctx, m.o.Patience)
	defer cancel()
	type outcome struct {
		result T
		err    error
	}
	name, path := e.name, m.path(e)
	done := make(chan outcome, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if p := recover(); p != nil {
				m.o.Log.Error("reading a model panicked", "model", name, "panic", p, "stack", string(debug.Stack()))
				done <- outcome{err: &DamagedError{File: name, Reason: fmt.Sprintf("reading it failed in a way that was not foreseen: %v", p)}}
			}
		}()
		var o outcome
		o.result, o.err = do(ctx, path)
		done <- o
	}()
	select {
	case o := <-done:
		return o.result, o.err
	case <-ctx.Done():
	}
	e.stuck = ended
	return result, m.tookTooLong()
}

func (m *Models) tookTooLong() error {
	return fmt.Errorf("reading it takes longer than %v", m.o.Patience)
}
