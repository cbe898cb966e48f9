package nn

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// modelNames are all the configurations under testdata, as load takes them.
func modelNames(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.json.gz", "applications/*.json.gz"} {
		files, err := filepath.Glob("testdata/" + pattern)
		if err != nil || len(files) == 0 {
			t.Fatal("no models", err)
		}
		names = append(names, files...)
	}
	for _, dir := range referenceCases(t) {
		names = append(names, filepath.Join(dir, "keras2.json"), filepath.Join(dir, "keras3.json"))
	}
	return names
}

// TestConfigRoundTrip writes every model for both Keras versions, reads it back
// and expects the same layers with the same connections and weights.
func TestConfigRoundTrip(t *testing.T) {
	same := cmp.Options{
		cmpopts.IgnoreUnexported(Base{}, Normalization{}, Node{}, Operation{}),
		cmpopts.IgnoreFields(Base{}, "LayerName"), // Keras 3 has no slashes
		cmpopts.EquateEmpty(),
	}
	for _, name := range modelNames(t) {
		for _, keras := range []int{2, 3} {
			m, err := ParseConfig(read(t, name))
			if err != nil {
				t.Fatal(name, err)
			}
			if _, err := m.Build([]Shape{buildShape(m)}); err != nil {
				t.Fatal(name, err)
			}
			data, err := m.Config(keras)
			if expressible := inKeras(m, keras); (err == nil) != expressible {
				t.Errorf("%s for Keras %d: %v", name, keras, err)
			}
			if err != nil {
				continue
			}
			back, err := ParseConfig(data)
			if err != nil {
				t.Errorf("%s for Keras %d: %v", name, keras, err)
				continue
			}
			if _, err := back.Build([]Shape{buildShape(m)}); err != nil {
				t.Errorf("%s for Keras %d: %v", name, keras, err)
				continue
			}
			if diff := cmp.Diff(plain(m), plain(back), same); diff != "" {
				t.Errorf("%s for Keras %d (-want +got):\n%s", name, keras, diff)
			}
		}
	}
}

func buildShape(m *Model) Shape {
	if s := m.Nodes[m.Inputs[0]].Layer.(*InputLayer).Shape; s != nil && s[0] != unknown {
		return s
	}
	return Shape{224, 224, 3}
}

// inKeras tells whether a Keras has all the model's functions.
func inKeras(m *Model, keras int) bool {
	for _, l := range m.Layers {
		var a Activation
		switch l := l.(type) {
		case *ActivationLayer:
			a = l.Activation
		case *Dense:
			a = l.Activation
		}
		if a.Name == "hard_silu" && keras == 2 || a.Name == "hard_sigmoid" && a.Keras2 != (keras == 2) {
			return false
		}
	}
	return true
}

type plainNode struct {
	Class  string
	Layer  any
	Inputs []int
	Call   int
	Shape  Shape
}

// plain lists the nodes with their layers, operations as what they do.
func plain(m *Model) []plainNode {
	var nodes []plainNode
	for _, n := range m.Nodes {
		p := plainNode{Class: n.Layer.Class(), Layer: n.Layer, Inputs: n.Inputs, Call: n.call, Shape: n.Shape}
		switch l := n.Layer.(type) {
		case *Operation:
			p.Class, p.Layer = l.Equivalent.Class(), l.Equivalent
		case *Model:
			p.Layer = plain(l)
		}
		nodes = append(nodes, p)
	}
	return nodes
}

func TestCompileConfig(t *testing.T) {
	for _, dir := range referenceCases(t) {
		two, err := ModelFromConfig(read(t, filepath.Join(dir, "keras2.json")))
		if err != nil {
			t.Fatal(err)
		}
		three, err := ModelFromConfig(read(t, filepath.Join(dir, "keras3.json")))
		if err != nil {
			t.Fatal(err)
		}
		for _, keras := range []int{2, 3} {
			for _, m := range []*Model{two, three} {
				got := string(m.CompileConfig(keras))
				for _, want := range []string{`"categorical_crossentropy"`, `"accuracy"`, `Adam"`, `"learning_rate":0.00009999999747378752`} {
					if !strings.Contains(got, want) {
						t.Errorf("%s for Keras %d is %s, want %s in it", dir, keras, got, want)
					}
				}
			}
		}
	}
}
