package picture

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Extensions are the endings, in lower case, of files that are taken for pictures.
func Extensions() []string { return []string{".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp"} }

// List returns the pictures that paths name: files as they are, folders with
// all pictures below them in lexical order.
func List(paths ...string) ([]string, error) {
	var out []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			out = append(out, path)
			continue
		}
		found, err := Below(path)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s: no pictures are in it (%s)", path, strings.Join(Extensions(), " "))
		}
		out = append(out, found...)
	}
	return out, nil
}

// Below returns the pictures in a folder and in folders below it, in lexical
// order; there may be none. The folder may be a symbolic link.
func Below(folder string) ([]string, error) {
	var out []string
	root := folder + string(filepath.Separator) // what a link leads to
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && path != root
		switch {
		case entry.IsDir() && hidden:
			return filepath.SkipDir
		case !entry.IsDir() && !hidden && slices.Contains(Extensions(), strings.ToLower(filepath.Ext(path))):
			out = append(out, path)
		}
		return nil
	})
	return out, err
}
