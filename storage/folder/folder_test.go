package folder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestOpenRefuses(t *testing.T) {
	outside := t.TempDir()
	dir := t.TempDir()
	write(t, filepath.Join(outside, "secret"), "x")
	write(t, filepath.Join(dir, "plain"), "hello")
	for _, err := range []error{
		os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "out")),
		os.Symlink("../"+filepath.Base(outside)+"/secret", filepath.Join(dir, "up")),
		os.Symlink("plain", filepath.Join(dir, "inside")),
		os.Symlink("nowhere", filepath.Join(dir, "dangling")),
		os.Symlink("loop", filepath.Join(dir, "loop")),
		syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o666),
		os.Mkdir(filepath.Join(dir, "sub"), 0o777),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, want := range map[string]string{
		"plain": "", "inside": "",
		"out": "link out of the folder", "up": "link out of the folder", "../" + filepath.Base(outside) + "/secret": "link out of the folder",
		"fifo": "not a regular file", "sub": "not a regular file", "loop": "symbolic links",
		"dangling": "missing", "absent": "missing", "sub/absent": "missing",
	} {
		data, err := f.Read(name, 5)
		if want == "" {
			if err != nil || string(data) != "hello" {
				t.Errorf("%s: %q %v", name, data, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
		var incomplete *IncompleteError
		if got := errors.As(err, &incomplete); got != (want == "missing") {
			t.Errorf("%s: incomplete is %v: %v", name, got, err)
		}
	}
	var damaged *DamagedError
	if _, err := f.Read("plain", 4); !errors.As(err, &damaged) || damaged.File != "plain" {
		t.Errorf("a file over the limit: %v", err)
	}
}

func TestNames(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b", "a", ".hidden"} {
		write(t, filepath.Join(dir, name), "")
	}
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := f.Names()
	if err != nil || len(list) != 2 || list[0].Name() != "a" || list[1].Name() != "b" {
		t.Errorf("got %v, %v", list, err)
	}
	if f.Name() != filepath.Base(dir) || !f.Has("a") || f.Has("c") {
		t.Errorf("name %q", f.Name())
	}
	if _, err := f.Sub("a"); err == nil {
		t.Error("a file was opened as a folder")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
