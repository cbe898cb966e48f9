package keras

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strings"

	"edged/storage/folder"
)

const maxZipEntries = 1000

// archive is a zip file whose directory makes sense.
type archive struct {
	r       io.ReaderAt
	size    int64
	entries map[string]*zip.File
}

// openZip reads the directory of a zip file and refuses what no honest one has:
// names twice or out of the archive, entries that overlap, contents out of
// proportion to the file.
func openZip(r io.ReaderAt, size int64, name string) (*archive, error) {
	z, err := zip.NewReader(r, size)
	if errors.Is(err, zip.ErrFormat) && begins(r, size) {
		return nil, folder.Short(name, "the directory at the end of the archive is not there")
	}
	if err != nil {
		return nil, folder.Damaged(name, "%w", err)
	}
	a := &archive{r: r, size: size, entries: map[string]*zip.File{}}
	if err := a.check(z.File); err != nil {
		return nil, folder.Damaged(name, "%w", err)
	}
	return a, nil
}

// IsZip tells whether a file that begins so may be a zip archive.
func IsZip(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) }

// begins tells whether the file begins as one does that is still being copied:
// as a zip file, or with nothing.
func begins(r io.ReaderAt, size int64) bool {
	head := make([]byte, min(4, size))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return false
	}
	return strings.HasPrefix("PK\x03\x04", string(head)) || len(bytes.Trim(head, "\x00")) == 0
}

func (a *archive) check(files []*zip.File) error {
	if len(files) > maxZipEntries {
		return fmt.Errorf("the archive has more than %d entries", maxZipEntries)
	}
	type extent struct {
		name       string
		begin, end int64
	}
	var extents []extent
	total, room := uint64(0), uint64(weightsFactor*a.size+weightsFloor)
	for _, f := range files {
		name := strings.TrimSuffix(f.Name, "/")
		switch {
		case !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00"):
			return fmt.Errorf("the archive has an entry %q, which leads out of it", f.Name)
		case a.entries[name] != nil:
			return fmt.Errorf("the archive has the entry %q twice", f.Name)
		case f.Flags&1 != 0:
			return fmt.Errorf("entry %s is encrypted", f.Name)
		case f.Method != zip.Store && f.Method != zip.Deflate:
			return fmt.Errorf("entry %s is compressed by method %d, which is not read", f.Name, f.Method)
		case f.UncompressedSize64 > room || total+f.UncompressedSize64 > room:
			return fmt.Errorf("the entries unpack to more than %d bytes, and the archive has %d", room, a.size)
		case f.Method == zip.Store && f.CompressedSize64 != f.UncompressedSize64:
			return fmt.Errorf("entry %s is stored in %d bytes and claims %d", f.Name, f.CompressedSize64, f.UncompressedSize64)
		}
		total += f.UncompressedSize64
		a.entries[name] = f
		at, err := f.DataOffset()
		if err != nil {
			return fmt.Errorf("entry %s: %w", f.Name, err)
		}
		if f.CompressedSize64 > uint64(a.size) || at > a.size-int64(f.CompressedSize64) {
			return fmt.Errorf("entry %s lies outside of the archive", f.Name)
		}
		extents = append(extents, extent{f.Name, at, at + int64(f.CompressedSize64)})
	}
	slices.SortFunc(extents, func(x, y extent) int { return cmp.Or(cmp.Compare(x.begin, y.begin), cmp.Compare(x.end, y.end)) })
	for i := 1; i < len(extents); i++ {
		if extents[i].begin < extents[i-1].end {
			return fmt.Errorf("the entries %s and %s overlap", extents[i-1].name, extents[i].name)
		}
	}
	return nil
}

func (a *archive) has(name string) bool { return a.entries[name] != nil }

// read returns an entry's content, whose checksum fits.
func (a *archive) read(name string) ([]byte, error) {
	f := a.entries[name]
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("entry %s: %w", name, err)
	}
	defer r.Close()
	data := make([]byte, f.UncompressedSize64)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("entry %s: %w", name, err)
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("entry %s: %w", name, cmp.Or(err, errors.New("it is longer than it claims")))
	}
	return data, nil
}

// open returns an entry for reading anywhere, and its size; its checksum fits.
// What is stored as it is stays in the file.
func (a *archive) open(name string) (io.ReaderAt, int64, error) {
	f := a.entries[name]
	if f.Method != zip.Store {
		data, err := a.read(name)
		return bytes.NewReader(data), int64(len(data)), err
	}
	at, err := f.DataOffset()
	if err != nil {
		return nil, 0, fmt.Errorf("entry %s: %w", name, err)
	}
	size := int64(f.UncompressedSize64)
	section := io.NewSectionReader(a.r, at, size)
	sum := crc32.NewIEEE()
	if n, err := io.Copy(sum, section); err != nil || n != size || sum.Sum32() != f.CRC32 {
		return nil, 0, fmt.Errorf("entry %s: its checksum does not fit its content", name)
	}
	return section, size, nil
}
