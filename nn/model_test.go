package nn

import "testing"

func tutorial(classes int) []Layer {
	return []Layer{
		&Conv2D{Filters: 32, KernelSize: [2]int{3, 3}, Padding: Same, Activation: Activation{Name: "relu"}, UseBias: true},
		&MaxPooling2D{},
		&Conv2D{Filters: 64, KernelSize: [2]int{3, 3}, Padding: Same, Activation: Activation{Name: "relu"}, UseBias: true},
		&MaxPooling2D{},
		&Flatten{},
		&Dense{Units: classes, Activation: Activation{Name: "softmax"}, UseBias: true},
	}
}

func TestNewSequential(t *testing.T) {
	m, err := NewSequential("", Shape{224, 224, 3}, tutorial(25)...)
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
