package storage

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"edged/storage/picture"
)

// open reads the log and the folders. The folders decide what there is, the log
// what is known of it and in which order it came.
func (c *Captures) open() error {
	var known journal
	var err error
	if c.log, err = openLog(c.o.Folder, known.replay); err != nil {
		return err
	}
	found, err := scanCaptures(c.o.Folder)
	if err != nil {
		return errors.Join(err, c.log.close())
	}
	order := make(map[string]int, len(found))
	for i := range found {
		order[found[i].Path()] = known.describe(&found[i])
	}
	slices.SortStableFunc(found, func(a, b Capture) int { return cmp.Compare(order[a.Path()], order[b.Path()]) })
	c.labels, c.hashes = map[string]int{}, map[uint64]int{}
	for _, p := range found {
		c.add(p)
	}
	if known.lines > 2*len(c.list)+spareLines {
		return c.shorten()
	}
	return nil
}

// journal is what a log tells of the captures that there were.
type journal struct {
	lines  int
	byPath map[string]logged
	byName map[string]logged // under whichever label
}

type logged struct {
	Capture
	line int // that first told of it
}

func (j *journal) replay(l logLine) {
	if j.lines == 0 {
		j.byPath, j.byName = map[string]logged{}, map[string]logged{}
	}
	j.lines++
	entry := logged{l.Capture, j.lines}
	if l.Op == opRelabel {
		before := Capture{Label: l.From, Name: l.Name}.Path()
		if old, ok := j.byPath[before]; ok {
			entry.line = old.line
		}
		delete(j.byPath, before)
	}
	if l.Op == opRemove {
		delete(j.byPath, l.Path())
		return
	}
	j.byPath[l.Path()], j.byName[l.Name] = entry, entry
}

// describe completes what a folder says of a capture and returns the line that
// first told of it: 0 if none did. The log's last word may be missing, so that
// the folder decides on the label.
func (j *journal) describe(p *Capture) int {
	entry, ok := j.byPath[p.Path()]
	if !ok {
		entry, ok = j.byName[p.Name]
	}
	if ok {
		entry.Label, entry.Bytes = p.Label, p.Bytes
		*p = entry.Capture
	}
	return entry.line
}

// spareLines is how many lines more than captures the log may have, and as many
// again as there are captures, before it is written anew.
const spareLines = 1000

// shorten writes the log anew, with a line for each capture.
func (c *Captures) shorten() error {
	lines := make([]logLine, len(c.list))
	for i, p := range c.list {
		lines[i] = logLine{Op: opPut, Capture: p}
	}
	return c.log.rewrite(lines)
}

// add takes a capture into the list.
func (c *Captures) add(p Capture) {
	c.list = append(c.list, p)
	c.count(p, 1)
}

// drop takes a capture from the list.
func (c *Captures) drop(p Capture) {
	if i := slices.IndexFunc(c.list, p.same); i >= 0 {
		c.list = slices.Delete(c.list, i, i+1)
		c.count(p, -1)
	}
}

// count adds n captures that are like p.
func (c *Captures) count(p Capture, n int) {
	c.bytes += int64(n) * p.Bytes
	if c.labels[p.Label] += n; c.labels[p.Label] == 0 {
		delete(c.labels, p.Label)
	}
	hash, err := strconv.ParseUint(p.Hash, 16, 64)
	if err != nil {
		return // of a picture that a person put there
	}
	c.similar -= max(0, c.hashes[hash]-1)
	if c.hashes[hash] += n; c.hashes[hash] == 0 {
		delete(c.hashes, hash)
	}
	c.similar += max(0, c.hashes[hash]-1)
}

// scanCaptures lists the pictures in the labels' folders, and removes
// what was left unfinished there. A folder whose name can be no label, a link and
// anything that is no picture are passed over.
func scanCaptures(root string) ([]Capture, error) {
	folders, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	var found []Capture
	for _, folder := range folders {
		if !folder.IsDir() || CheckLabel(folder.Name()) != nil {
			continue
		}
		files, err := os.ReadDir(filepath.Join(root, folder.Name()))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if isUnfinished(file.Name()) {
				os.Remove(filepath.Join(root, folder.Name(), file.Name()))
				continue
			}
			p, ok, err := scanned(folder.Name(), file)
			if err != nil {
				return nil, err
			}
			if ok {
				found = append(found, p)
			}
		}
	}
	return found, nil
}

func scanned(label string, file fs.DirEntry) (Capture, bool, error) {
	ending := strings.ToLower(filepath.Ext(file.Name()))
	if !file.Type().IsRegular() || file.Name()[0] == '.' || !slices.Contains(picture.Extensions(), ending) {
		return Capture{}, false, nil
	}
	info, err := file.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return Capture{}, false, nil
	}
	if err != nil {
		return Capture{}, false, err
	}
	return Capture{Name: file.Name(), Label: label, Time: info.ModTime().UTC(), Bytes: info.Size()}, true, nil
}

// isUnfinished tells the names that replaceFile writes to.
func isUnfinished(name string) bool {
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".tmp")
}
