package storage

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"edged/storage/picture"
)

// maxPicture is how many bytes an imported picture may have.
const maxPicture = 50 << 20

// Add keeps a picture that comes as a file, byte by byte, under a label. It keeps
// its name, so that it stays on its side of HeldOut, unless the label has another
// picture of that name; the same picture again is no error and no second one.
// Limits hold as for Put.
func (c *Captures) Add(label, name, port string, data []byte) (Capture, error) {
	if err := errors.Join(CheckLabel(label), checkPictureName(name)); err != nil {
		return Capture{}, err
	}
	if len(data) > maxPicture {
		return Capture{}, fmt.Errorf("%s has %d bytes and may have %d", name, len(data), maxPicture)
	}
	m, err := picture.Decode(bytes.NewReader(data))
	if err != nil {
		return Capture{}, fmt.Errorf("%s: %w", name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.room(int64(len(data))); err != nil {
		return Capture{}, err
	}
	added := Capture{Name: name, Label: label, Time: time.Now().UTC(), Port: port, Hash: hashText(m), Bytes: int64(len(data))}
	if i := slices.IndexFunc(c.list, added.same); i >= 0 {
		there, err := os.ReadFile(c.path(added))
		if err == nil && bytes.Equal(there, data) {
			return c.list[i], nil
		}
	}
	for n := 2; ; n++ {
		_, err := os.Lstat(c.path(added))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return Capture{}, keeping(label, err)
		}
		ending := filepath.Ext(name)
		added.Name = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ending), n, ending)
	}
	if err := c.keep([]Capture{added}, [][]byte{data}); err != nil {
		return Capture{}, keeping(label, err)
	}
	c.add(added)
	c.prune(label)
	return added, nil
}

// checkPictureName refuses names that no picture in a folder can have.
func checkPictureName(name string) error {
	switch {
	case name == "" || name != filepath.Base(name) || strings.ContainsAny(name, "\\\x00\n") || temporary(name) || len(name) > 200:
		return fmt.Errorf("%q is no name of a picture", name)
	case !slices.Contains(picture.Extensions(), strings.ToLower(filepath.Ext(name))):
		return fmt.Errorf("%q is no picture: %s are", name, strings.Join(picture.Extensions(), " "))
	}
	return nil
}
