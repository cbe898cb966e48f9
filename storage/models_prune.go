package storage

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ownName is how edged names the versions it makes: 20261123T101500Z-a1b2.
var ownName = regexp.MustCompile(`^\d{8}T\d{6}Z-[0-9a-f]{4,}$`)

const pruned = ".pruned-"

// prune removes the complete versions beyond the newest keep, except the active
// one and its parent, the pinned one, the one that Rollback would go to, and,
// unless o.PruneForeign, what edged did not name. It returns their names.
func (m *Models) prune(keep int) []string {
	m.sweep()
	var list []*entry
	for _, e := range m.entries {
		if m.good(e.identity()) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b *entry) int {
		return cmp.Compare(m.choice.arrival(b.name).Sequence, m.choice.arrival(a.name).Sequence)
	})
	keepers := m.keepers()
	var names []string
	for i, e := range list {
		if i < keep || slices.Contains(keepers, e.name) || !m.o.PruneForeign && !ownName.MatchString(e.name) {
			continue
		}
		if err := m.remove(e); err != nil {
			m.warn("an old version can't be removed", err)
			continue
		}
		names = append(names, e.name)
	}
	if names != nil {
		_ = m.save()
	}
	return names
}

// keepers are the names that are never pruned.
func (m *Models) keepers() []string {
	names := []string{m.choice.Pinned, m.choice.last().Name}
	if v := m.active.Load(); v != nil {
		parent, _, _ := strings.Cut(v.Model.Parent, "@")
		names = append(names, v.Name, parent)
	}
	if a := m.choice.previous(m.good); a != nil {
		names = append(names, a.Name)
	}
	return names
}

// remove takes e out of sight by a rename, so that half of it is never seen, and
// deletes it then.
func (m *Models) remove(e *entry) error {
	hidden := filepath.Join(m.o.Folder, pruned+e.name)
	if err := os.Rename(m.path(e), hidden); err != nil {
		return err
	}
	delete(m.entries, e.name)
	m.choice.forget(e.name)
	m.tell(ModelEvent{Kind: ModelPruned, Time: time.Now(), Version: e.identity().String()})
	return os.RemoveAll(hidden)
}

// unfinished is what Commit calls a directory before it is complete.
var unfinished = regexp.MustCompile(`^\.\d{8}T\d{6}Z-[0-9a-f]{4,}\.\d+$`)

// abandoned is how old an unfinished directory is that nobody writes any more.
const abandoned = time.Hour

// sweep deletes what a prune or a commit that was killed left behind.
func (m *Models) sweep() {
	list, _ := os.ReadDir(m.o.Folder)
	for _, d := range list {
		info, err := d.Info()
		if err != nil || !d.IsDir() {
			continue
		}
		old := unfinished.MatchString(d.Name()) && time.Since(info.ModTime()) > abandoned
		if old || strings.HasPrefix(d.Name(), pruned) {
			os.RemoveAll(filepath.Join(m.o.Folder, d.Name()))
		}
	}
}
