package train

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// writeAtomically writes a file under a temporary name, flushes and renames it.
// What killed processes left of such files is removed.
func writeAtomically(path string, write func(io.Writer) error) error {
	sweep(path)
	file, err := createLocked(filepath.Dir(path), temporary(path))
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	buffered := bufio.NewWriter(file)
	if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := file.Chmod(0o644); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// createLocked creates a temporary file that no sweep takes: one that took it
// before it was locked has removed its name by the time that it is.
func createLocked(dir, pattern string) (*os.File, error) {
	for {
		file, err := os.CreateTemp(dir, pattern)
		if err != nil {
			return nil, err
		}
		var stat unix.Stat_t
		err = errors.Join(unix.Flock(int(file.Fd()), unix.LOCK_EX), unix.Fstat(int(file.Fd()), &stat))
		if err == nil && stat.Nlink > 0 {
			return file, nil
		}
		file.Close()
		if err != nil {
			os.Remove(file.Name())
			return nil, err
		}
	}
}

// regular returns what is known of a file that writeAtomically may replace, or nil
// if there is none yet. It is an error if it is no regular file, or has no folder
// to be in.
func regular(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return nil, fmt.Errorf("%s: there is no folder for it: %w", path, err)
		}
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: is no regular file", path)
	}
	return info, nil
}

// temporary is how the temporary names for a file begin; a number follows.
func temporary(path string) string { return "." + filepath.Base(path) + "." }

// sweep removes the temporary files for a file that no process has locked.
func sweep(path string) {
	dir := filepath.Dir(path)
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), temporary(path))
		if _, err := strconv.ParseUint(number, 10, 64); !ok || err != nil || !e.Type().IsRegular() {
			continue
		}
		file, err := os.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		if unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
			os.Remove(file.Name())
		}
		file.Close()
	}
}
