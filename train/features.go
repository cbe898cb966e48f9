package train

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// FeatureKey names the features of a picture: a hash of the file's content and
// of how it was changed before it went through the body.
type FeatureKey [32]byte

// Features are what a network's body makes of pictures, in float16, in a file
// that is kept from one fit to the next and mapped into memory. Every record
// has its checksum: one that is damaged, or was being written when the power
// went, is made again. It serves one goroutine.
//
// The file is a header of 64 bytes (magic, the number of features as uint32,
// the key of the body), then records of 64 bytes (key, CRC-32C as uint32) and
// the features as little-endian float16, filled up to a multiple of 64.
type Features struct {
	file    *os.File
	size    int // features of a picture
	records int
	index   map[FeatureKey]int
	checked map[int]bool
	mapped  []byte
	record  []byte // one, as it is written
}

const (
	featuresMagic  = "edgedft1"
	featuresHeader = 64
	featuresEnding = ".features"
	maxFeatures    = 1 << 24 // of a picture
)

// ErrFeaturesLocked says that another process fits with the same features.
var ErrFeaturesLocked = errors.New("another `edged fit` uses these features: wait for its end")

// OpenFeatures opens the features of a body in a folder, which is made where it
// is missing. What cannot be used is thrown away, features of other bodies are
// removed, and records that wanted doesn't hold are dropped when they are more
// than half.
func OpenFeatures(dir string, body FeatureKey, size int, wanted map[FeatureKey]bool) (*Features, error) {
	if size < 1 || size > maxFeatures {
		return nil, fmt.Errorf("a body with %d features can't be cached, 1 to %d can", size, maxFeatures)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%x%s", body[:8], featuresEnding)
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", file.Name(), ErrFeaturesLocked)
	}
	f := &Features{file: file, size: size, index: map[FeatureKey]int{}, checked: map[int]bool{}}
	f.record = make([]byte, f.stride())
	if err := f.open(body, wanted); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", file.Name(), err)
	}
	return f, removeOthers(dir, name)
}

func removeOthers(dir, name string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), featuresEnding) && e.Name() != name {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	return err
}

func (f *Features) stride() int { return featuresHeader + (f.size*2+63)/64*64 }

func (f *Features) at(record int) int64 {
	return featuresHeader + int64(record)*int64(f.stride())
}

func (f *Features) open(body FeatureKey, wanted map[FeatureKey]bool) error {
	header := make([]byte, featuresHeader)
	copy(header, featuresMagic)
	binary.LittleEndian.PutUint32(header[8:], uint32(f.size))
	copy(header[16:], body[:])
	found := make([]byte, featuresHeader)
	if _, err := f.file.ReadAt(found, 0); err != nil || string(found) != string(header) {
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err := f.file.Truncate(0); err != nil {
			return err
		}
		_, err := f.file.WriteAt(header, 0)
		return err
	}
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	f.records = int((info.Size() - featuresHeader) / int64(f.stride()))
	return f.keep(wanted)
}

// keep reads the records' keys and drops what is not wanted if that is much.
func (f *Features) keep(wanted map[FeatureKey]bool) error {
	var keep []int
	for i := range f.records {
		var key FeatureKey
		if _, err := f.file.ReadAt(key[:], f.at(i)); err != nil {
			return err
		}
		f.index[key] = i
		if wanted[key] {
			keep = append(keep, i)
		}
	}
	if f.records <= 2*len(keep) {
		return nil
	}
	clear(f.index)
	for to, from := range keep {
		if _, err := f.file.ReadAt(f.record, f.at(from)); err != nil {
			return err
		}
		if _, err := f.file.WriteAt(f.record, f.at(to)); err != nil {
			return err
		}
		f.index[FeatureKey(f.record[:32])] = to
	}
	f.records = len(keep)
	return f.file.Truncate(f.at(f.records))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Has tells whether the features of a picture are there and whole.
func (f *Features) Has(key FeatureKey) (bool, error) {
	i, ok := f.index[key]
	if !ok || f.checked[i] {
		return ok, nil
	}
	if _, err := f.file.ReadAt(f.record, f.at(i)); err != nil {
		return false, err
	}
	f.checked[i] = checksum(f.record) == binary.LittleEndian.Uint32(f.record[32:]) && FeatureKey(f.record[:32]) == key
	return f.checked[i], nil
}

func checksum(record []byte) uint32 {
	return crc32.Update(crc32.Checksum(record[:32], castagnoli), castagnoli, record[featuresHeader:])
}

// Put keeps the features of a picture, little-endian float16.
func (f *Features) Put(key FeatureKey, values []byte) error {
	i, ok := f.index[key]
	if !ok {
		i = f.records
	}
	copy(f.record, key[:])
	copy(f.record[featuresHeader:], values[:2*f.size])
	binary.LittleEndian.PutUint32(f.record[32:], checksum(f.record))
	if _, err := f.file.WriteAt(f.record, f.at(i)); err != nil {
		return err
	}
	if !ok {
		f.records++
		f.index[key] = i
	}
	f.checked[i] = true
	return nil
}

// Map maps the file into memory, after the last Put.
func (f *Features) Map() error {
	mapped, err := unix.Mmap(int(f.file.Fd()), 0, int(f.at(f.records)), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("%s: map: %w", f.file.Name(), err)
	}
	f.mapped = mapped
	return nil
}

// Get returns count features of a picture from first on, little-endian float16.
func (f *Features) Get(key FeatureKey, first, count int) []byte {
	at := int(f.at(f.index[key])) + featuresHeader + 2*first
	return f.mapped[at:][:2*count]
}

// Release gives the memory of what was read back to the system; it stays in the
// page cache.
func (f *Features) Release() { _ = unix.Madvise(f.mapped, unix.MADV_DONTNEED) }

// Close unmaps and closes the file.
func (f *Features) Close() error {
	if f.mapped != nil {
		_ = unix.Munmap(f.mapped)
		f.mapped = nil
	}
	return f.file.Close()
}
