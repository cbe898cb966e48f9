package nn

import "testing"

func TestTutorial(t *testing.T) {
	m, err := Tutorial(25)
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ name, shape string }{
		{"conv2d_input", "(None, 224, 224, 3)"},
		{"conv2d", "(None, 224, 224, 32)"},
		{"max_pooling2d", "(None, 112, 112, 32)"},
		{"conv2d_1", "(None, 112, 112, 64)"},
		{"max_pooling2d_1", "(None, 56, 56, 64)"},
		{"flatten", "(None, 200704)"},
		{"dense", "(None, 25)"},
	}
	for i, w := range want {
		if n := m.Nodes[i]; n.Layer.Name() != w.name || n.Shape.String() != w.shape {
			t.Errorf("node %d is %s %v, want %s %s", i, n.Layer.Name(), n.Shape, w.name, w.shape)
		}
	}
}
