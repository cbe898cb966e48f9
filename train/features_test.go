package train

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// FuzzFeatures opens whatever is in a features file: what is read back is what
// was put there, or made again.
func FuzzFeatures(f *testing.F) {
	body, key, values := FeatureKey{1}, FeatureKey{2}, []byte{1, 0, 2, 0, 3, 0}
	name := func(dir string) string { return filepath.Join(dir, "0100000000000000"+featuresEnding) }
	dir := f.TempDir()
	features, err := OpenFeatures(dir, body, len(values)/2, nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, k := range []FeatureKey{{3}, key} {
		if err := features.Put(k, values); err != nil {
			f.Fatal(err)
		}
	}
	features.Close()
	whole, err := os.ReadFile(name(dir))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add(whole[:featuresHeader])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(name(dir), data, 0o600); err != nil {
			t.Fatal(err)
		}
		for round := range 2 {
			features, err := OpenFeatures(dir, body, len(values)/2, map[FeatureKey]bool{key: true})
			if err != nil {
				t.Fatal(err)
			}
			defer features.Close()
			has, err := features.Has(key)
			if err != nil {
				t.Fatal(err)
			}
			if round == 1 && !has {
				t.Fatal("what was put there is not there")
			}
			if !has {
				if err := features.Put(key, values); err != nil {
					t.Fatal(err)
				}
			}
			if err := features.Map(); err != nil {
				t.Fatal(err)
			}
			if got := features.Get(key, 0, len(values)/2); !has && !slices.Equal(got, values) {
				t.Fatalf("got %v, want %v", got, values)
			}
			if err := features.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
