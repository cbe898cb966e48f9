package storage

import (
	"context"
	"io/fs"
	"path/filepath"
)

// persist flushes the files and folders at path, which who copied them may not
// have done, so that a power cut leaves the model that serves whole.
func persist(ctx context.Context, path string) (struct{}, error) {
	err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case entry.IsDir() || entry.Type().IsRegular():
			return flush(path)
		}
		return nil
	})
	if err == nil {
		err = flush(filepath.Dir(path))
	}
	return struct{}{}, err
}
