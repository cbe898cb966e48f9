package storage

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The watched folder is refused beyond these sizes: it is then not a folder of
// models, and watching it would cost more than the board has.
const (
	maxEntries    = 1000
	maxEntryFiles = 2000
	maxEntryDepth = 12
	maxEntrySize  = 4 << 30 // bytes
)

// signature stands for the state of an entry as the file system tells it:
// names, kinds, sizes, times and inodes of everything in it. Equal signatures
// some time apart mean that nobody wrote in between.
type signature [sha256.Size]byte

// found is an entry of the watched folder as it lay there during a scan.
type found struct {
	name   string
	sum    signature
	newest time.Time // the latest modification time of a file in it
	size   int64     // of all its files
	// problem is what no model can have: a link, a fifo, too many files, a
	// folder that can't be read.
	problem error
	// foreign is a folder with a model that labels may come beside, labelled one
	// where they have.
	foreign, labelled bool
}

// mayGrow tells a folder that looks complete and may still get the labels that
// a model in it does without.
func (f *found) mayGrow() bool { return f.foreign && !f.labelled }

// note takes in what a file's name says of the folder that it is in.
func (f *found) note(name string) {
	switch filepath.Ext(name) {
	case ".pb", ".keras", ".h5", ".hdf5", ".tflite", ".onnx":
		f.foreign = true
	case ".txt", ".json":
		f.labelled = f.labelled || name == labelsFile || name == indicesFile || name == manifestName
	}
}

// snapshot is one look at the watched folder.
type snapshot struct {
	identity string // changes when another folder lies at the same path
	entries  map[string]found
}

// scanFolder looks at every entry of folder that has no temporary name. watch
// is called with each folder before it is read, so that a change is either
// seen by this scan or told by a watch.
func scanFolder(folder string, watch func(folder string)) (*snapshot, error) {
	watch(folder)
	info, err := os.Stat(folder)
	if err != nil {
		return nil, err
	}
	list, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	if len(list) > maxEntries {
		return nil, fmt.Errorf("%s holds more than %d entries: it is not a folder of models", folder, maxEntries)
	}
	s := &snapshot{identity: inode(info), entries: make(map[string]found, len(list))}
	beside := companionState(folder)
	for _, d := range list {
		if temporary(d.Name()) || slices.Contains(companions, d.Name()) || d.Name() == "lost+found" {
			continue
		}
		s.entries[d.Name()] = scanEntry(folder, d, beside, watch)
	}
	return s, nil
}

// scanAgain looks at one entry; found.sum tells whether it changed. An entry
// that is gone has the zero sum.
func scanAgain(folder, name string) found {
	info, err := os.Lstat(filepath.Join(folder, name))
	if err != nil {
		return found{name: name}
	}
	return scanEntry(folder, fs.FileInfoToDirEntry(info), companionState(folder), func(string) {})
}

// companions are files of the watched folder itself that are no models but
// serve the single-file models beside them.
var companions = []string{labelsFile, indicesFile, preprocessFile}

func companionState(folder string) (state []byte) {
	for _, name := range companions {
		if info, err := os.Lstat(filepath.Join(folder, name)); err == nil {
			state = append(state, fileState(name, fs.FileInfoToDirEntry(info))...)
		}
	}
	return state
}

type entryScan struct {
	found
	folder string
	files  int
	hash   hash.Hash
	watch  func(string)
}

func scanEntry(folder string, d fs.DirEntry, beside []byte, watch func(string)) found {
	s := entryScan{found: found{name: d.Name()}, folder: folder, hash: sha256.New(), watch: watch}
	if d.Type().IsRegular() {
		s.hash.Write(beside)
	}
	s.visit(d.Name(), d, 0)
	s.hash.Sum(s.sum[:0])
	return s.found
}

// visit adds the file or folder at name, relative to the watched folder.
func (s *entryScan) visit(name string, d fs.DirEntry, depth int) {
	if s.files++; s.files > maxEntryFiles || depth > maxEntryDepth {
		s.refuse(&DamagedError{File: s.name, Reason: fmt.Sprintf("it holds more than %d files or %d levels of folders", maxEntryFiles, maxEntryDepth)})
		return
	}
	fmt.Fprint(s.hash, fileState(name, d))
	switch info, err := d.Info(); {
	case err != nil: // it vanished after the folder was read
	case info.IsDir():
		s.children(name, depth)
	case temporary(d.Name()):
	case info.Mode().IsRegular():
		if s.size += info.Size(); s.size > maxEntrySize {
			s.refuse(&DamagedError{File: name, Reason: fmt.Sprintf("with it the model has more than the %d GB that edged accepts", maxEntrySize>>30)})
		}
		if info.ModTime().After(s.newest) {
			s.newest = info.ModTime()
		}
		if depth > 0 {
			s.note(d.Name())
		}
	case info.Mode()&fs.ModeSymlink != 0:
		s.refuse(&DamagedError{File: name, Reason: "it is a symbolic link: copy the file itself (cp -rL)"})
	default:
		s.refuse(&DamagedError{File: name, Reason: "it is neither a file nor a folder"})
	}
}

func (s *entryScan) children(name string, depth int) {
	path := filepath.Join(s.folder, name)
	s.watch(path)
	list, err := os.ReadDir(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprint(s.hash, err)
		s.refuse(err)
		return
	}
	for _, child := range list {
		if s.files > maxEntryFiles {
			return
		}
		s.visit(filepath.Join(name, child.Name()), child, depth+1)
	}
}

func (s *entryScan) refuse(err error) {
	if s.problem == nil {
		s.problem = err
	}
}

// fileState writes down what the file system says about one file. The change
// time is among it, which no program can set back as cp -p and rsync -t do with
// the modification time.
func fileState(name string, d fs.DirEntry) string {
	info, err := d.Info()
	if err != nil {
		return fmt.Sprintf("%q gone\n", name)
	}
	if info.IsDir() { // its size and times change with the names in it, which are listed themselves
		return fmt.Sprintf("%q %v %s\n", name, info.Mode(), inode(info))
	}
	return fmt.Sprintf("%q %v %d %d %s %s\n", name, info.Mode(), info.Size(), info.ModTime().UnixNano(), inode(info), changeTime(info))
}
