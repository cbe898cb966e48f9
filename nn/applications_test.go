package nn

import "testing"

// TestApplicationsRun compiles the networks of keras.applications, on smaller
// pictures than theirs, and checks that fusing changes nothing.
func TestApplicationsRun(t *testing.T) {
	for name, steps := range map[string]int{
		"MobileNet": 30, "MobileNetV2": 65, "MobileNetV3Small": 90, "EfficientNetB0": 126, "ResNet50": 72,
	} {
		t.Run(name, func(t *testing.T) {
			m, err := ParseConfig(read(t, "testdata/applications/"+name+".keras3.json.gz"))
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range m.Layers {
				if in, ok := l.(*InputLayer); ok {
					in.Shape = Shape{64, 64, 3}
				}
			}
			if _, err := m.Build(nil); err != nil {
				t.Fatal(err)
			}
			p := agree(t, fill(m), Float32)
			if n := len(p.Steps()); n > steps {
				t.Errorf("%d steps, want at most %d", n, steps)
			}
			t.Logf("%d steps, arena %d KB, weights %d KB", len(p.Steps()), p.ArenaBytes()>>10, p.WeightBytes()>>10)
		})
	}
}
