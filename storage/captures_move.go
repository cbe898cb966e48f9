package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Relabel moves a capture, named by its Path or by its file name where only one
// has it, to another label.
func (c *Captures) Relabel(name, label string) (Capture, error) {
	if err := CheckLabel(label); err != nil {
		return Capture{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	before, err := c.find(name)
	if err != nil {
		return Capture{}, err
	}
	after := before
	after.Label = label
	if before.same(after) {
		return after, nil
	}
	if err := c.move(c.path(before), c.path(after)); err != nil {
		return Capture{}, fmt.Errorf("%s can't be relabelled: %w", before.Path(), err)
	}
	c.list[slices.IndexFunc(c.list, before.same)].Label = label
	c.count(before, -1)
	c.count(after, 1)
	if err := c.log.append(logLine{Op: opRelabel, From: before.Label, Capture: after}); err != nil {
		return after, fmt.Errorf("%s is relabelled, but the log can't say so: %w", after.Path(), err)
	}
	return after, nil
}

// Remove takes a capture, named as for Relabel, out of the captures. Its picture
// goes to the folder of removed ones.
func (c *Captures) Remove(name string) (Capture, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := c.find(name)
	if err != nil {
		return Capture{}, err
	}
	if err := c.move(c.path(p), filepath.Join(c.o.Removed, p.Label, p.Name)); err != nil {
		return Capture{}, fmt.Errorf("%s can't be removed: %w", p.Path(), err)
	}
	c.drop(p)
	if len(c.removed()) > maxRemoved {
		c.forget()
	}
	if err := c.log.append(logLine{Op: opRemove, Capture: p}); err != nil {
		return p, fmt.Errorf("%s is removed, but the log can't say so: %w", p.Path(), err)
	}
	return p, nil
}

// find returns the capture of that path or name.
func (c *Captures) find(name string) (Capture, error) {
	var found []Capture
	for _, p := range c.list {
		if p.Path() == name {
			return p, nil
		}
		if p.Name == name {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return Capture{}, fmt.Errorf("%w: %q (`edged captures list` shows them)", ErrNoCapture, name)
	case 1:
		return found[0], nil
	}
	return Capture{}, fmt.Errorf("%d labels have a capture %q: say which, as %s", len(found), name, found[0].Path())
}

// move renames a picture and overwrites none; both folders are flushed, so that
// a power cut leaves it in one of them.
func (c *Captures) move(from, to string) error {
	if err := makeFolder(filepath.Dir(to)); err != nil {
		return err
	}
	switch _, err := os.Lstat(to); {
	case err == nil:
		return fmt.Errorf("%s is there already", to)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return errors.Join(flush(filepath.Dir(to)), flush(filepath.Dir(from)))
}

// makeFolder makes a folder, and those above it, that survive a power cut.
func makeFolder(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		return fmt.Errorf("%s is not a folder", path)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	above := filepath.Dir(path)
	if err := makeFolder(above); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return flush(above)
}

// globEscape keeps the characters of a path from being a pattern.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
