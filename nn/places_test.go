package nn

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPlaces compares with where Keras put each weight of a model with nested
// ones.
func TestPlaces(t *testing.T) {
	for _, name := range []string{"nested.keras2", "nested.keras3", "transfer.keras2", "transfer.keras3", "teachable.keras2", "teachable.keras3"} {
		t.Run(name, func(t *testing.T) {
			m := load(t, name)
			var want struct {
				Archive    map[string][]int
				Checkpoint []string
				Legacy     map[string][][]int
			}
			if err := json.Unmarshal(read(t, "testdata/"+name+".places.gz"), &want); err != nil {
				t.Fatal(err)
			}
			archive, checkpoint := map[string][]int{}, []string(nil)
			for _, p := range m.Places() {
				for k, w := range p.Layer.Weights() {
					archive[fmt.Sprintf("%s/vars/%d", p.Archive, k)] = append([]int{}, w.Shape...)
					checkpoint = append(checkpoint, p.Checkpoint+"/"+w.Name)
				}
			}
			if diff := cmp.Diff(want.Archive, archive); diff != "" {
				t.Errorf("archive (-want +got):\n%s", diff)
			}
			if len(want.Checkpoint) > 0 {
				if diff := cmp.Diff(want.Checkpoint, checkpoint); diff != "" {
					t.Errorf("checkpoint (-want +got):\n%s", diff)
				}
			}
			legacy := map[string][][]int{}
			for _, l := range m.Layers {
				if _, ok := l.(*Operation); ok && want.Legacy[l.Name()] == nil {
					continue // Keras 3 doesn't list operations
				}
				shapes := [][]int{}
				for _, w := range m.LegacyWeights(l) {
					shapes = append(shapes, append([]int{}, w.Shape...))
				}
				legacy[l.Name()] = shapes
			}
			if diff := cmp.Diff(want.Legacy, legacy); diff != "" {
				t.Errorf("legacy (-want +got):\n%s", diff)
			}
		})
	}
}
