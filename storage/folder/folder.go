package folder

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// maxNames is how many entries a directory may have.
const maxNames = 2000

// Folder is an open directory. What is read through it lies in it, even if
// somebody puts links in place meanwhile.
type Folder struct {
	root *os.Root
}

// Open opens the directory at path. Links that lead to it are followed.
func Open(path string) (*Folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Folder{root}, nil
}

// Close closes the directory.
func (f *Folder) Close() { f.root.Close() }

// Path is the path that the directory was opened by.
func (f *Folder) Path() string { return f.root.Name() }

// Name is the directory's own name.
func (f *Folder) Name() string {
	path, err := filepath.Abs(f.root.Name())
	if err != nil {
		path = f.root.Name()
	}
	return filepath.Base(path)
}

// Sub opens a directory in it.
func (f *Folder) Sub(name string) (*Folder, error) {
	info, err := f.root.Stat(name)
	if err != nil {
		return nil, wrong(name, err)
	}
	if !info.IsDir() {
		return nil, Damaged(name, "it is not a folder")
	}
	root, err := f.root.OpenRoot(name)
	if err != nil {
		return nil, wrong(name, err)
	}
	return &Folder{root}, nil
}

// Names lists the entries by name; those that start with a dot are left out.
func (f *Folder) Names() ([]fs.DirEntry, error) {
	dir, err := f.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	list, err := dir.ReadDir(maxNames + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(list) > maxNames {
		return nil, Damaged(f.Name(), "it holds more than %d files", maxNames)
	}
	list = slices.DeleteFunc(list, func(e fs.DirEntry) bool { return e.Name()[0] == '.' })
	slices.SortFunc(list, func(a, b fs.DirEntry) int {
		if a.Name() < b.Name() {
			return -1
		}
		return 1
	})
	return list, nil
}

// Has tells whether there is anything of that name.
func (f *Folder) Has(name string) bool {
	_, err := f.root.Lstat(name)
	return err == nil
}

// File is a regular file open for reading.
type File struct {
	*os.File
	Size int64 // when it was opened
}

// Open opens a regular file. It never blocks: fifos, sockets and devices are
// refused unopened, as is what lies outside the folder. A file that is not
// there is an *IncompleteError.
func (f *Folder) Open(name string) (*File, error) {
	info, err := f.root.Stat(name)
	if err != nil {
		return nil, wrong(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, Damaged(name, "it is not a regular file (%v)", info.Mode())
	}
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, wrong(name, err)
	}
	info, err = file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = Damaged(name, "it is not a regular file (%v)", info.Mode())
	}
	if err != nil {
		file.Close()
		return nil, wrong(name, err)
	}
	return &File{file, info.Size()}, nil
}

// Read returns the content of a regular file of at most limit bytes.
func (f *Folder) Read(name string, limit int64) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if file.Size > limit {
		return nil, Damaged(name, "it has %d bytes and may have %d", file.Size, limit)
	}
	data := make([]byte, file.Size)
	n, err := io.ReadFull(file, data)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, Short(name, "it ends after %d of %d bytes", n, file.Size)
	}
	return data, err
}

// wrong tells what is missing from what can't be used.
func wrong(name string, err error) error {
	var known *DamagedError
	var path *fs.PathError
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return Missing(name)
	case !errors.As(err, new(syscall.Errno)):
		return Damaged(name, "it is a link out of the folder, or behind one")
	case errors.As(err, &path):
		return Damaged(name, "it can't be opened: %w", path.Err)
	}
	return Damaged(name, "it can't be opened: %w", err)
}
