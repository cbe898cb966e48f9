package storage

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"edged/storage/folder"
)

const (
	manifestName   = "MANIFEST.json"
	manifestFormat = 1
	maxManifest    = 1 << 20 // bytes
	maxFiles       = 1000
	maxListed      = 2 << 30 // bytes of all files together
)

// manifest lists every other file of a model in edged's own form. It is written
// last: a directory without it is not complete.
type manifest struct {
	Format int          `json:"format"`
	Files  []listedFile `json:"files"`
}

// listedFile is what the manifest says of a file.
type listedFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // in lower-case hexadecimal digits
}

// readManifest reads and checks the manifest of a directory.
func readManifest(dir *folder.Folder) (*manifest, error) {
	data, err := dir.Read(manifestName, maxManifest)
	if err != nil {
		return nil, err
	}
	m := &manifest{}
	err = decodeStrictly(data, m)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, folder.Short(manifestName, "it ends early")
	}
	if err == nil {
		err = m.check()
	}
	if err != nil {
		return nil, folder.Damaged(manifestName, "%w", err)
	}
	return m, nil
}

func (m *manifest) check() error {
	if m.Format != manifestFormat {
		return fmt.Errorf("it has format %d, and this edged knows %d: update edged", m.Format, manifestFormat)
	}
	if len(m.Files) > maxFiles {
		return fmt.Errorf("it lists more than %d files", maxFiles)
	}
	seen := map[string]bool{manifestName: true}
	total := int64(0)
	for _, f := range m.Files {
		if f.Name == "" || f.Name != filepath.Base(f.Name) || strings.HasPrefix(f.Name, ".") || seen[f.Name] {
			return fmt.Errorf("it lists a file %q", f.Name)
		}
		seen[f.Name] = true
		if digest, err := hex.DecodeString(f.SHA256); f.Size < 0 || err != nil || len(digest) != sha256.Size {
			return fmt.Errorf("size or hash of %s make no sense", f.Name)
		}
		if f.Size > maxListed-total {
			return fmt.Errorf("its files have more than %d bytes together", int64(maxListed))
		}
		total += f.Size
	}
	for _, name := range []string{modelFile, weightsFile, labelsFile} {
		if !seen[name] {
			return fmt.Errorf("it does not list %s", name)
		}
	}
	return nil
}

// find returns what the manifest says of a file.
func (m *manifest) find(name string) (listedFile, bool) {
	i := slices.IndexFunc(m.Files, func(f listedFile) bool { return f.Name == name })
	if i < 0 {
		return listedFile{}, false
	}
	return m.Files[i], true
}

// open opens a listed file, whose size must be the listed one.
func (f listedFile) open(dir *folder.Folder) (*folder.File, error) {
	file, err := dir.Open(f.Name)
	if err != nil {
		return nil, err
	}
	switch {
	case file.Size < f.Size:
		err = folder.Short(f.Name, "it has %d of %d bytes", file.Size, f.Size)
	case file.Size > f.Size:
		err = folder.Damaged(f.Name, "it has %d bytes and %s says %d", file.Size, manifestName, f.Size)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// match compares a hash of the file's content with the listed one.
func (f listedFile) match(sum hash.Hash) error {
	if !strings.EqualFold(hex.EncodeToString(sum.Sum(nil)), f.SHA256) {
		return folder.Damaged(f.Name, "its content is not what %s says: the hash differs", manifestName)
	}
	return nil
}

// read returns the content of a listed file of at most limit bytes.
func (f listedFile) read(dir *folder.Folder, limit int64) ([]byte, error) {
	if f.Size > limit {
		return nil, folder.Damaged(f.Name, "it has %d bytes and may have %d", f.Size, limit)
	}
	file, err := f.open(dir)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data := make([]byte, f.Size)
	if _, err := io.ReadFull(file, data); err != nil {
		return nil, folder.Short(f.Name, "it ended while it was read")
	}
	sum := sha256.New()
	sum.Write(data)
	return data, f.match(sum)
}

// verify compares the whole file with the manifest.
func (f listedFile) verify(dir *folder.Folder) error {
	file, err := f.open(dir)
	if err != nil {
		return err
	}
	defer file.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(file, f.Size))
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	if n != f.Size {
		return folder.Short(f.Name, "it ended while it was read")
	}
	return f.match(sum)
}
