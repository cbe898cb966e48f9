package train

import (
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestWritersOfOneFile lets writers sweep after each other: none takes what another
// has just begun.
func TestWritersOfOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.csv")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 100 {
				if err := writeAtomically(path, func(w io.Writer) error { _, err := io.WriteString(w, "all"); return err }); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	if data, err := os.ReadFile(path); err != nil || string(data) != "all" {
		t.Errorf("got %q, %v", data, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}
