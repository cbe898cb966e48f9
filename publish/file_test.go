package publish

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func write(t *testing.T, f *File, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if _, err := f.Write([]byte(line + "\n")); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFileAppendsAndRotates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events", "events.jsonl")
	f := &File{Path: path, Limit: 20, Keep: 2, Mode: 0o640}
	for i := range 10 {
		write(t, f, fmt.Sprintf("line %03d", i)) // 9 bytes: two a file
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		path:        "line 008\nline 009\n",
		path + ".1": "line 006\nline 007\n",
		path + ".2": "line 004\nline 005\n",
	} {
		if got := read(t, name); got != want {
			t.Errorf("%s: got %q, want %q", filepath.Base(name), got, want)
		}
	}
	files, _ := filepath.Glob(path + "*")
	if len(files) != 3 {
		t.Errorf("got %d files, want 3", len(files))
	}
	write(t, f, "again")
	if got, want := read(t, path), "again\n"; got != want {
		t.Errorf("a reopened file must count what it holds: got %q, want %q", got, want)
	}
}

func TestFileWithoutOldFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	f := &File{Path: path, Limit: 10, Mode: 0o640}
	defer f.Close()
	write(t, f, "first", "second")
	if got, want := read(t, path), "second\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := f.Write(bytes.Repeat([]byte{'x'}, 11)); err == nil {
		t.Error("a line longer than the limit was taken")
	}
}

func TestFileEndsALineThatAPowerCutLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	if err := os.WriteFile(path, []byte("{}\n{\"eve"), 0o640); err != nil {
		t.Fatal(err)
	}
	f := &File{Path: path, Mode: 0o640}
	defer f.Close()
	write(t, f, "{}")
	if got, want := read(t, path), "{}\n{\"eve\n{}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFileOnAFullDisk(t *testing.T) {
	f := &File{Path: "/dev/full", Mode: 0o640}
	defer f.Close()
	for range 2 {
		if _, err := f.Write([]byte("{}\n")); err == nil {
			t.Error("a write to a full disk succeeded")
		}
	}
}

func TestFileThatCannotBeOpenedIsTriedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	f := &File{Path: path, Mode: 0o640}
	defer f.Close()
	if _, err := f.Write([]byte("{}\n")); err == nil {
		t.Fatal("wrote to a folder")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("{}\n")); err == nil {
		t.Error("tried again at once")
	}
	f.retry = time.Time{}
	write(t, f, "{}")
	if got, want := read(t, path), "{}\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
