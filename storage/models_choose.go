package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// UnknownModelError says that the folder has no such entry.
type UnknownModelError struct {
	Name   string
	Others []string // what is there
}

// Error names the model and those that are there.
func (e *UnknownModelError) Error() string {
	if len(e.Others) == 0 {
		return fmt.Sprintf("there is no model %q: the folder is empty", e.Name)
	}
	return fmt.Sprintf("there is no model %q; there are %s", e.Name, strings.Join(e.Others, ", "))
}

// ErrNoPrevious says that there is no earlier version to go back to.
var ErrNoPrevious = errors.New("no earlier version that can be used is in the folder")

// Use checks, loads and activates the entry name, and keeps to that name until
// Unpin, Rollback or another Use: when its content is replaced, the new content
// serves. name may be a version's ID, and then its content must be that one. On
// an error what served before goes on, unless only remembering failed.
func (m *Models) Use(ctx context.Context, name string) (*Version, error) {
	if err := m.take(ctx); err != nil {
		return nil, err
	}
	defer m.give()
	e, err := m.lookUp(ctx, name)
	if err != nil {
		return nil, err
	}
	m.choice.finish(e.identity())
	if err := m.activate(ctx, e, (*choice).pin); err != nil {
		return nil, err
	}
	return m.active.Load(), nil
}

// Verify checks the entry name as Use does, down to a first answer, and
// activates nothing.
func (m *Models) Verify(ctx context.Context, name string) error {
	if err := m.take(ctx); err != nil {
		return err
	}
	defer m.give()
	e, err := m.lookUp(ctx, name)
	if err != nil {
		return err
	}
	_, err = m.load(ctx, e)
	return err
}

// lookUp finds and checks an entry by its name or a version's ID.
func (m *Models) lookUp(ctx context.Context, name string) (*entry, error) {
	if !m.scan() {
		return nil, m.failed
	}
	e, content := m.entries[name], ""
	if i := strings.LastIndexByte(name, '@'); e == nil && i >= 0 {
		e, content = m.entries[name[:i]], name[i+1:]
	}
	if e == nil {
		var others []string
		for other := range m.entries {
			others = append(others, other)
		}
		slices.Sort(others)
		return nil, &UnknownModelError{name, others}
	}
	if err := m.check(ctx, e); err != nil {
		return nil, fmt.Errorf("%s can't be used: %w", e.name, err)
	}
	if !strings.HasPrefix(e.content, content) {
		return nil, fmt.Errorf("%s is now %s: the content asked for is no longer there", e.name, e.identity())
	}
	return e, nil
}

// Rollback goes back to the version that served before the last one, or failing
// that to the arrival before it, and withdraws all that arrived later: only a
// newer arrival, or Use, takes over from it. Once more goes further back. A pin
// is lifted. The error is ErrNoPrevious when there is nothing to go back to.
func (m *Models) Rollback(ctx context.Context) (*Version, error) {
	if err := m.take(ctx); err != nil {
		return nil, err
	}
	defer m.give()
	return m.rollback(ctx)
}

// ErrKept says that a version was not rejected.
var ErrKept = errors.New("another version serves by now, or a person chose this one")

// Reject goes back from v as Rollback does: v is withdrawn and is not chosen again
// but by a person. The error is ErrKept when v no longer serves or is pinned.
func (m *Models) Reject(ctx context.Context, v *Version) (*Version, error) {
	if err := m.take(ctx); err != nil {
		return nil, err
	}
	defer m.give()
	if m.active.Load() != v || m.choice.Pinned != "" {
		return nil, ErrKept
	}
	return m.rollback(ctx)
}

// rollback goes back as far as there is a version that can serve.
func (m *Models) rollback(ctx context.Context) (*Version, error) {
	if err := m.checkAll(ctx); err != nil {
		return nil, err
	}
	for ctx.Err() == nil {
		a := m.choice.previous(m.good)
		if a == nil {
			return nil, ErrNoPrevious
		}
		e := m.entries[a.Name]
		m.choice.finish(e.identity())
		err := m.activate(ctx, e, (*choice).rollback)
		if v := m.active.Load(); v != nil && v.identity() == a.identity {
			return v, err
		}
	}
	return nil, ctx.Err()
}

// Unpin lifts a pin and goes back to the newest version that was not withdrawn.
func (m *Models) Unpin(ctx context.Context) (*Version, error) {
	if err := m.take(ctx); err != nil {
		return nil, err
	}
	defer m.give()
	if err := m.checkAll(ctx); err != nil {
		return nil, err
	}
	m.choice.Pinned = ""
	for ctx.Err() == nil {
		a := m.choice.newest(0, m.good)
		if a == nil {
			return m.active.Load(), m.save()
		}
		err := m.activate(ctx, m.entries[a.Name], (*choice).serve)
		if v := m.active.Load(); v != nil && v.identity() == a.identity {
			return v, err
		}
	}
	return nil, ctx.Err()
}

// Refresh looks at the folder at once, without waiting for quiet and without
// activating anything, so that List is up to date.
func (m *Models) Refresh(ctx context.Context) error {
	if err := m.take(ctx); err != nil {
		return err
	}
	defer m.give()
	return m.checkAll(ctx)
}

// checkAll checks every entry that changed since it was last checked.
func (m *Models) checkAll(ctx context.Context) error {
	if !m.scan() {
		return m.failed
	}
	var list []*entry
	for _, e := range m.entries {
		if e.checked != e.sum {
			list = append(list, e)
		}
	}
	m.place(ctx, list)
	for _, e := range list {
		_ = m.check(ctx, e)
	}
	return ctx.Err()
}

// Prune removes versions beyond the newest keep, as o.Keep does after each swap,
// and returns their names.
func (m *Models) Prune(ctx context.Context, keep int) ([]string, error) {
	if keep < 1 {
		return nil, errors.New("at least one version must be kept")
	}
	if err := m.take(ctx); err != nil {
		return nil, err
	}
	defer m.give()
	if err := m.checkAll(ctx); err != nil {
		return nil, err
	}
	return m.prune(keep), nil
}
