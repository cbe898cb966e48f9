package storage

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"edged/storage/folder"
)

// format is one way in which a model lies on disk.
type format struct {
	name string
	// weights is the file that is to blame for weights without sense.
	weights string
	// detect tells by the content whether s is in this format, however
	// incomplete or damaged.
	detect func(s *source) bool
	// verify checks that all is there and whole and keeps nothing.
	verify func(s *source) error
	// load reads the model. What it leaves empty of labels and preprocessing is
	// looked for beside the model.
	load func(s *source, o LoadOptions) (*Model, error)
}

// formats are all known ones, those of directories before those of files.
func formats() []format {
	return slices.Concat([]format{ownFormat(), savedModelFormat()}, wholeFormats(), kerasFormats())
}

// source is where a model lies: a directory, or a file in one.
type source struct {
	path string           // absolute, of what the user named
	dir  *folder.Folder   // the directory, or the one that the file is in
	file string           // the file's name; empty for a directory
	near []*folder.Folder // where labels and preprocessing may be, best first
}

// name is what errors call the model as a whole.
func (s *source) name() string { return filepath.Base(s.path) }

// find opens what lies at path and finds out its format. The caller closes the
// source.
func find(path string) (*source, *format, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, err
	}
	if base := filepath.Base(path); strings.HasPrefix(base, ".") {
		return nil, nil, &DamagedError{File: base, Reason: "a name that starts with a dot is that of an unfinished copy"}
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	dir, file := path, ""
	switch {
	case info.Mode().IsRegular():
		dir, file = filepath.Split(path)
	case !info.IsDir():
		return nil, nil, &DamagedError{File: filepath.Base(path), Reason: "it is neither a folder nor a regular file"}
	}
	opened, err := folder.Open(dir)
	if err != nil {
		return nil, nil, err
	}
	s := &source{path: path, dir: opened, file: file, near: []*folder.Folder{opened}}
	f, err := s.detect()
	if err != nil {
		s.close()
		return nil, nil, err
	}
	return s, f, nil
}

func (s *source) close() {
	for _, dir := range s.near {
		dir.Close()
	}
}

// detect finds the format of s. A directory that is no model itself stands for
// the only model in it.
func (s *source) detect() (*format, error) {
	if f := s.match(); f != nil {
		return f, nil
	}
	if s.file != "" {
		return nil, &DamagedError{File: s.file, Reason: "it is no model in a form that edged knows: " + known}
	}
	return s.detectInside()
}

const known = "its own, a SavedModel folder of Keras 2, or a .keras, .h5, .tflite or .onnx file"

func (s *source) match() *format {
	for _, f := range formats() {
		if f.detect(s) {
			return &f
		}
	}
	return nil
}

// detectInside looks for the only model among the entries of a directory.
func (s *source) detectInside() (*format, error) {
	list, err := s.dir.Names()
	if err != nil {
		return nil, err
	}
	var found []string
	var inner *source
	var format *format
	for _, e := range list {
		candidate := s.entry(e)
		if candidate == nil {
			continue
		}
		if f := candidate.match(); f != nil {
			found = append(found, e.Name())
			if inner == nil {
				inner, format = candidate, f
				continue
			}
		}
		if candidate.dir != s.dir {
			candidate.dir.Close()
		}
	}
	if len(found) == 1 {
		s.dir, s.file = inner.dir, inner.file
		if inner.dir != s.near[0] {
			s.near = []*folder.Folder{inner.dir, s.near[0]}
		}
		return format, nil
	}
	if inner != nil && inner.dir != s.dir {
		inner.dir.Close()
	}
	if len(found) > 1 {
		return nil, &DamagedError{File: s.name(), Reason: fmt.Sprintf("it holds several models, name one of them: %s", strings.Join(found, ", "))}
	}
	return nil, &IncompleteError{File: s.name(), Reason: "it holds no model in a form that edged knows: " + known}
}

// entry is an entry of a directory as a source, or nil where it can't be one.
func (s *source) entry(e fs.DirEntry) *source {
	switch {
	case e.Type().IsRegular():
		return &source{path: s.path, dir: s.dir, file: e.Name()}
	case e.IsDir():
		if dir, err := s.dir.Sub(e.Name()); err == nil {
			return &source{path: s.path, dir: dir}
		}
	}
	return nil
}
