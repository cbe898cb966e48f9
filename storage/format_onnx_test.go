package storage

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestONNXFile loads a file with labels beside it, and tells a copy under way
// from a damaged one.
func TestONNXFile(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(reference, "seed_small", "model.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "model.onnx")
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("model.onnx", data)
	write("labels.txt", []byte("a\nb\nc\nd\ne\n"))
	for _, at := range []string{path, dir} {
		m, err := Load(at, LoadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if m.Format != "onnx" || len(m.Labels) != 5 || m.Labels[4] != "e" {
			t.Errorf("%s: got format %q, labels %q", at, m.Format, m.Labels)
		}
	}
	write("model.onnx", data[:len(data)/2])
	var incomplete *IncompleteError
	if err := Verify(path); !errors.As(err, &incomplete) {
		t.Errorf("half a file: got %v", err)
	}
	var damaged *DamagedError
	write("model.onnx", append([]byte{0x0f}, data...))
	if err := Verify(path); !errors.As(err, &damaged) {
		t.Errorf("a damaged file: got %v", err)
	}
}
