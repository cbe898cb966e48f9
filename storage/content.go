package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// contentID names what lies at path, a file or a folder, by its content alone:
// a SHA-256 over the names and bytes of its files in order. Copies of a model
// share it whatever their times and owners. Temporary names do not count; the
// companions of a file do.
func contentID(ctx context.Context, path string) (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case file != path && temporary(d.Name()) && d.IsDir():
			return fs.SkipDir
		case file != path && temporary(d.Name()), d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is not a regular file", file)
		}
		name, err := filepath.Rel(path, file)
		if err != nil {
			return err
		}
		return hashFile(ctx, sum, name, file)
	})
	if err == nil {
		err = hashCompanions(ctx, sum, path)
	}
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)[:16]), nil
}

// hashCompanions adds the files beside a single-file model that belong to it.
func hashCompanions(ctx context.Context, sum hash.Hash, path string) error {
	if info, err := os.Lstat(path); err != nil || info.IsDir() {
		return err
	}
	for _, name := range companions {
		file := filepath.Join(filepath.Dir(path), name)
		err := hashFile(ctx, sum, name, file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func hashFile(ctx context.Context, sum hash.Hash, name, file string) error {
	f, err := openRegular(file)
	if err != nil {
		return err
	}
	defer f.Close()
	own := sha256.New()
	buf := make([]byte, 256<<10)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := f.Read(buf)
		own.Write(buf[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(sum, "%q %x\n", name, own.Sum(nil))
	return nil
}

// openRegular opens a file for reading and never waits, as opening a fifo does.
func openRegular(file string) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, fmt.Errorf("%s is not a regular file", file)
	}
	return f, nil
}
