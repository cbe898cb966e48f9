// Package storagetest spoils model directories in the ways in which copies,
// cards and strangers spoil them, for tests of whatever reads models.
package storagetest

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// Damage is one way to spoil a copy of a model directory.
type Damage struct {
	Name  string // "cut variables/variables.index to 17 bytes"
	File  string // the damaged file, relative to the directory
	Apply func(dir string) error
}

// Damages lists ways to spoil copies of the model directory at model: each file
// cut, its bits flipped, missing, replaced by the one of the model at other, by
// a fifo, a folder, a link out of the directory, an endless file, emptied or
// filled with zeros. They are the same each time.
func Damages(model, other string) ([]Damage, error) {
	files, err := list(model)
	if err != nil {
		return nil, err
	}
	var all []Damage
	for _, f := range files {
		all = append(all, cuts(f)...)
		all = append(all, flips(f)...)
		all = append(all, replacements(f)...)
		if theirs := filepath.Join(other, f.name); exists(theirs) {
			all = append(all, Damage{"swap " + f.name + " with another model's", f.name, func(dir string) error {
				return copyFile(theirs, filepath.Join(dir, f.name))
			}})
		}
	}
	return all, nil
}

// Copy copies a model directory to dir, which need not exist.
func Copy(dir, model string) error { return os.CopyFS(dir, os.DirFS(model)) }

type file struct {
	name string // relative, with slashes
	size int64
}

func list(model string) ([]file, error) {
	var files []file
	err := fs.WalkDir(os.DirFS(model), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			files = append(files, file{name, info.Size()})
		}
		return err
	})
	return files, err
}

// cuts end the file early.
func cuts(f file) []Damage {
	sizes := []int64{0, 1, f.size / 4, f.size / 2, f.size - f.size/8, f.size - 1}
	slices.Sort(sizes)
	var all []Damage
	for _, size := range slices.Compact(sizes) {
		all = append(all, Damage{fmt.Sprintf("cut %s to %d of %d bytes", f.name, size, f.size), f.name, func(dir string) error {
			return os.Truncate(filepath.Join(dir, f.name), size)
		}})
	}
	return all
}

// flips change one bit each, at the file's ends and all over it.
func flips(f file) []Damage {
	random := rand.New(rand.NewPCG(uint64(f.size), 1))
	bits := []int64{0, 8*f.size - 1}
	for range 14 {
		bits = append(bits, random.Int64N(8*f.size))
	}
	var all []Damage
	for _, bit := range bits {
		all = append(all, Flip(f.name, bit))
	}
	return all
}

// Flip changes one bit of a file.
func Flip(name string, bit int64) Damage {
	return Damage{fmt.Sprintf("flip bit %d of %s", bit, name), name, func(dir string) error {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		var b [1]byte
		if _, err := f.ReadAt(b[:], bit/8); err != nil {
			return err
		}
		b[0] ^= 1 << (bit % 8)
		_, err = f.WriteAt(b[:], bit/8)
		return err
	}}
}

// replacements put something else where the file was.
func replacements(f file) []Damage {
	instead := func(what string, do func(path string) error) Damage {
		return Damage{f.name + " " + what, f.name, func(dir string) error {
			path := filepath.Join(dir, f.name)
			if err := os.Remove(path); err != nil {
				return err
			}
			return do(path)
		}}
	}
	return []Damage{
		instead("is missing", func(string) error { return nil }),
		instead("is a fifo", func(path string) error { return syscall.Mkfifo(path, 0o666) }),
		instead("is a folder", func(path string) error { return os.Mkdir(path, 0o777) }),
		instead("is a link out of the folder", func(path string) error { return os.Symlink("/etc/passwd", path) }),
		instead("is a link to a device", func(path string) error { return os.Symlink("/dev/zero", path) }),
		instead("is a link to itself", func(path string) error { return os.Symlink(filepath.Base(path), path) }),
		instead("is endless", func(path string) error { return sparse(path, 1<<40) }),
		instead("is all zeros", func(path string) error { return sparse(path, f.size) }),
		instead("is all ones", func(path string) error {
			return os.WriteFile(path, slices.Repeat([]byte{0xff}, int(f.size)), 0o666)
		}),
	}
}

// sparse makes a file of zeros that takes no room.
func sparse(path string, size int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Truncate(size)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o666)
}
