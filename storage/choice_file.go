package storage

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

const (
	choiceFile   = "models.json"
	choiceFormat = 1
	maxChoice    = 4 << 20 // bytes
)

// readChoice reads what was remembered in folder; nothing is there at the very
// first start. A damaged file is an error and the choice then a fresh one.
func readChoice(folder string) (*choice, error) {
	fresh := &choice{Format: choiceFormat}
	path := filepath.Join(folder, choiceFile)
	f, err := openRegular(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fresh, nil
	}
	if err != nil {
		return fresh, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxChoice+1))
	if err != nil {
		return fresh, err
	}
	c, err := parseChoice(data)
	if err != nil {
		return fresh, fmt.Errorf("%s is damaged (%w)", path, err)
	}
	return c, nil
}

func parseChoice(data []byte) (*choice, error) {
	if len(data) > maxChoice {
		return nil, fmt.Errorf("it is longer than %d bytes", maxChoice)
	}
	c := &choice{}
	if err := json.Unmarshal(data, c); err != nil {
		return nil, err
	}
	return c, c.check()
}

// check refuses what Models itself never writes.
func (c *choice) check() error {
	if c.Format != choiceFormat {
		return fmt.Errorf("it has format %d, and this edged knows %d", c.Format, choiceFormat)
	}
	if len(c.Arrivals) > maxArrivals || len(c.Served) > maxServed || len(c.Trying) > maxArrivals {
		return errors.New("it lists too many versions")
	}
	if c.Sequence < 0 || c.Sequence > 1<<60 {
		return errors.New("its count of arrivals makes no sense")
	}
	names := map[string]bool{}
	sequences := map[int64]bool{}
	for _, a := range c.Arrivals {
		if !entryName(a.Name) || names[a.Name] || sequences[a.Sequence] || a.Sequence < 1 || a.Sequence > c.Sequence {
			return fmt.Errorf("its entry for %q makes no sense", a.Name)
		}
		names[a.Name], sequences[a.Sequence] = true, true
	}
	bad := func(id identity) bool { return !entryName(id.Name) }
	if slices.ContainsFunc(c.Served, bad) || c.Pinned != "" && !entryName(c.Pinned) ||
		slices.ContainsFunc(c.Trying, func(a attempt) bool { return bad(a.identity) || a.Count < 0 || a.Count > 1<<30 }) {
		return errors.New("it names no model")
	}
	return nil
}

// entryName tells whether name can be that of an entry of the watched folder.
func entryName(name string) bool {
	return name != "" && name != "." && name != ".." && len(name) <= 255 && filepath.Base(name) == name && !temporary(name)
}

// write keeps c in folder so that a power cut leaves either the old or the new one.
func (c *choice) write(folder string) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return writeDurably(filepath.Join(folder, choiceFile), append(data, '\n'))
}

// writeDurably replaces the file at path by data so that it survives a power cut.
func writeDurably(path string, data []byte) error {
	if err := replaceFile(path, data); err != nil {
		return err
	}
	return flush(filepath.Dir(path))
}

// replaceFile replaces the file at path by data, written beside it, flushed and
// renamed. The rename is to be flushed by the caller.
func replaceFile(path string, data []byte) error {
	temp := temporaryOf(path)
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}

// temporaryOf is where writeDurably writes before it renames.
func temporaryOf(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".tmp")
}
