package storage

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// room makes sure that so many bytes more leave enough free. Captures that were
// removed go first.
func (c *Captures) room(size int64) error {
	if c.o.MaxBytes > 0 && size > c.o.MaxBytes {
		return fmt.Errorf("%w: %d bytes are more than the limit of %d for all captures", ErrFull, size, c.o.MaxBytes)
	}
	for {
		free, err := freeBytes(c.o.Folder)
		if err != nil {
			return fmt.Errorf("the free space of %s can't be told: %w", c.o.Folder, err)
		}
		if free-size >= c.o.MinFree {
			return nil
		}
		if !c.forget() {
			return fmt.Errorf("%w: %.1f MB are free and %.1f MB must stay free: remove captures or old models", ErrFull, float64(free)/1e6, float64(c.o.MinFree)/1e6)
		}
	}
}

// freeBytes is what a program without privileges may still write, or -1.
func freeBytes(folder string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return -1, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}

// prune lets old captures give way until the limits hold. What can't be removed
// stays and is tried again next time.
func (c *Captures) prune(label string) {
	for c.o.MaxPerLabel > 0 && c.labels[label] > c.o.MaxPerLabel {
		if c.erase(c.oldest(label)) != nil {
			return
		}
	}
	for c.o.MaxBytes > 0 && c.bytes > c.o.MaxBytes {
		if c.erase(c.oldest(c.fullest())) != nil {
			return
		}
	}
}

// fullest is the label that has most captures.
func (c *Captures) fullest() string {
	most := ""
	for label, n := range c.labels {
		if m := c.labels[most]; n > m || n == m && label < most {
			most = label
		}
	}
	return most
}

// oldest is the capture of a label that gives way first.
func (c *Captures) oldest(label string) Capture {
	var first [2]*Capture // that is not held out, that is
	held := 0
	for i := range c.list {
		p := &c.list[i]
		if p.Label != label {
			continue
		}
		side := 0
		if HeldOut(p.Name) {
			side, held = 1, held+1
		}
		if first[side] == nil {
			first[side] = p
		}
	}
	if first[0] == nil || first[1] != nil && 3*held > c.labels[label] {
		return *first[1]
	}
	return *first[0]
}

// erase deletes a capture for good. A power cut may bring it back.
func (c *Captures) erase(p Capture) error {
	if err := os.Remove(c.path(p)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	c.drop(p)
	return c.log.append(logLine{Op: opRemove, Capture: p})
}

// maxRemoved is how many removed captures are kept for second thoughts.
const maxRemoved = 500

// forget deletes the picture that was removed first and tells whether there was one.
func (c *Captures) forget() bool {
	removed := c.removed()
	return len(removed) > 0 && os.Remove(removed[0]) == nil
}

// removed lists the pictures that were removed, the first removed first.
func (c *Captures) removed() []string {
	paths, _ := filepath.Glob(filepath.Join(globEscape(c.o.Removed), "*", "*"))
	times := map[string]int64{}
	for _, path := range paths {
		var s unix.Stat_t
		if unix.Lstat(path, &s) == nil {
			times[path] = s.Ctim.Nano()
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(times[a], times[b]) })
	return paths
}
