package train

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// FuzzCheckpoint goes on from whatever is in a checkpoint; one that is refused
// changes nothing.
func FuzzCheckpoint(f *testing.F) {
	fit := newFit(f, stripes(f, 8), 1)
	fit.Checkpoint, fit.Identity = filepath.Join(f.TempDir(), "checkpoint"), "this"
	if _, err := fit.Run(f.Context()); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(fit.Checkpoint)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte{})
	sameBits := func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }
	f.Fuzz(func(t *testing.T, data []byte) {
		weights := fit.Trainer.Model().Weights()
		before, iterations := snapshot(nil, weights), fit.Trainer.State().Iterations
		err := fit.restore(&progress{}, bytes.NewReader(data), int64(len(data)))
		if err == nil {
			return
		}
		for i, w := range weights {
			if !slices.EqualFunc(w.Value, before[i], sameBits) {
				t.Fatalf("%s was changed by a checkpoint that is refused: %v", w.Name, err)
			}
		}
		if got := fit.Trainer.State().Iterations; got != iterations {
			t.Fatalf("%d steps were made of %d by a checkpoint that is refused: %v", got, iterations, err)
		}
	})
}
