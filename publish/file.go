package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// retryTime is how long a File that failed to open waits before it tries again.
const retryTime = time.Second

// File is a sink that appends lines to a file and rotates it by size: NAME
// becomes NAME.1, NAME.1 becomes NAME.2, and so on, so that all of them
// together never take more than (Keep+1)*Limit bytes. The zero values of Limit
// and Keep mean no limit and no old file.
//
// A line is written whole or not at all: what a full disk cut off is taken
// back, and what a power cut left is closed by a newline.
type File struct {
	Path  string
	Limit int64 // bytes
	Keep  int   // old files
	Mode  os.FileMode

	file  *os.File
	size  int64
	retry time.Time // not before
	err   error     // of the last attempt to open
}

// Write appends one line.
func (f *File) Write(line []byte) (int, error) {
	if f.Limit > 0 && int64(len(line)) > f.Limit {
		return 0, fmt.Errorf("event of %d bytes is longer than the limit of %d bytes of %s", len(line), f.Limit, f.Path)
	}
	if err := f.open(); err != nil {
		return 0, err
	}
	if f.Limit > 0 && f.size+int64(len(line)) > f.Limit {
		if err := f.rotate(); err != nil {
			return 0, err
		}
	}
	n, err := f.file.Write(line)
	if err != nil {
		if n > 0 && f.file.Truncate(f.size) != nil {
			f.drop()
		}
		return 0, err
	}
	f.size += int64(n)
	return n, nil
}

// Close closes the file; the next Write opens it again.
func (f *File) Close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}

func (f *File) open() error {
	if f.file != nil {
		return nil
	}
	if time.Now().Before(f.retry) {
		return f.err
	}
	if f.err = f.reopen(); f.err != nil {
		f.drop()
		f.retry = time.Now().Add(retryTime)
	}
	return f.err
}

func (f *File) reopen() (err error) {
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
		return err
	}
	f.file, err = os.OpenFile(f.Path, os.O_RDWR|os.O_APPEND|os.O_CREATE, f.Mode)
	if err != nil {
		return err
	}
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	f.size = info.Size()
	return f.endLastLine()
}

// endLastLine adds the newline that a power cut may have taken.
func (f *File) endLastLine() error {
	if f.size == 0 {
		return nil
	}
	var last [1]byte
	if _, err := f.file.ReadAt(last[:], f.size-1); err != nil || last[0] == '\n' {
		return nil // not a regular file, or a whole line
	}
	n, err := f.file.Write([]byte{'\n'})
	f.size += int64(n)
	return err
}

// drop closes the file, which has no more to tell.
func (f *File) drop() { _ = f.Close() }

func (f *File) rotate() error {
	f.drop()
	for i := f.Keep; i > 0; i-- {
		err := os.Rename(f.name(i-1), f.name(i))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if f.Keep == 0 {
		if err := os.Remove(f.Path); err != nil {
			return err
		}
	}
	return f.open()
}

func (f *File) name(i int) string {
	if i == 0 {
		return f.Path
	}
	return fmt.Sprintf("%s.%d", f.Path, i)
}
