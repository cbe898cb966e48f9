package nn

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLayerOrder holds the order of layers to Keras's, on which the numbering
// of weights in files depends.
func TestLayerOrder(t *testing.T) {
	names, err := filepath.Glob("testdata/*/*.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	more, _ := filepath.Glob("testdata/*.json.gz")
	for _, name := range append(names, more...) {
		data := read(t, name)
		m, err := ParseConfig(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !m.Functional {
			continue
		}
		var config struct {
			Config struct{ Layers []struct{ Name string } }
		}
		if err := json.Unmarshal(data, &config); err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, l := range config.Config.Layers {
			want = append(want, l.Name)
		}
		for _, l := range m.Layers {
			got = append(got, l.Name())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: layers are\n%s\nwant\n%s", name, strings.Join(got, " "), strings.Join(want, " "))
		}
	}
}
