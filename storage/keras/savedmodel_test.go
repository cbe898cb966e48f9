package keras

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"edged/nn"
	"edged/storage/folder"
	"edged/storage/safetensors"
)

const reference = "../../testdata/reference"

func load(t testing.TB, path string) (*nn.Model, error) {
	t.Helper()
	dir, err := folder.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	return LoadSavedModel(dir)
}

// TestReference compares every weight with what Keras says it is.
func TestReference(t *testing.T) {
	cases, err := filepath.Glob(reference + "/*/savedmodel")
	if err != nil || len(cases) != 8 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, path := range cases {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			m, err := load(t, path)
			if err != nil {
				t.Fatal(err)
			}
			want, err := safetensors.ReadFile(filepath.Join(filepath.Dir(path), "weights.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			got := 0
			for _, l := range m.Layers {
				for _, w := range l.Weights() {
					name := fmt.Sprintf("%02d.%s/%s:0", got, l.Name(), w.Name)
					got++
					tensor, ok := want[name]
					if !ok || !slices.Equal(tensor.Float32s(), w.Value) {
						t.Errorf("%s differs from Keras's (there: %v)", name, ok)
					}
				}
			}
			if got != len(want) {
				t.Errorf("%d weights, want %d", got, len(want))
			}
		})
	}
}

// TestNested compares models whose weights the checkpoint has under other
// names than the layers' paths.
func TestNested(t *testing.T) {
	for name, answers := range map[string]string{"nested": "nested", "teachable": "teachable", "sharded": "teachable"} {
		t.Run(name, func(t *testing.T) {
			m, err := load(t, "testdata/"+name)
			if err != nil {
				t.Fatal(err)
			}
			want, err := safetensors.ReadFile("testdata/" + answers + ".safetensors")
			if err != nil {
				t.Fatal(err)
			}
			weights := m.Weights()
			if len(weights)+2 != len(want) {
				t.Errorf("%d weights, want %d", len(weights), len(want)-2)
			}
			for i, w := range weights {
				if tensor := want[fmt.Sprintf("%02d", i)]; !slices.Equal(tensor.Float32s(), w.Value) {
					t.Errorf("weight %d (%s) is %v, want %v", i, w.Name, w.Value, tensor.Float32s())
				}
			}
		})
	}
}

// TestExport sees Keras 3's export for what it is, and a Keras 2 model whose
// metadata are still to come for that.
func TestWithoutMetadata(t *testing.T) {
	_, err := load(t, "testdata/exported")
	var damaged *folder.DamagedError
	if !errors.As(err, &damaged) || !strings.Contains(err.Error(), `model.save("name.keras")`) {
		t.Errorf("an export of Keras 3: %v", err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/nested")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, metadataFile)); err != nil {
		t.Fatal(err)
	}
	var incomplete *folder.IncompleteError
	if _, err := load(t, dir); !errors.As(err, &incomplete) || incomplete.File != metadataFile {
		t.Errorf("a copy without %s: %v", metadataFile, err)
	}
}

func BenchmarkLoadSavedModel(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := load(b, reference+"/seed_small/savedmodel"); err != nil {
			b.Fatal(err)
		}
	}
}
