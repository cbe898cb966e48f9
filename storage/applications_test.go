package storage

import (
	"compress/gzip"
	"io"
	"math"
	"os"
	"testing"

	"edged/nn"
	"edged/storage/safetensors"
)

// uniform is number i of the sequence that make_applications.py fills weights
// and input from, from 0 to 1.
func uniform(i, seed int) float64 {
	x := uint32(uint64(i+seed*7919) * 2654435761)
	x ^= x >> 15
	x *= 2246822519
	return float64(x^x>>13) / (1 << 32)
}

func fillFormula(m *nn.Model, headGain float64) {
	seed := 0
	for _, p := range m.Places() {
		for _, w := range p.Layer.Weights() {
			seed++
			w.Value = make([]float32, w.Shape.Size())
			for i := range w.Value {
				w.Value[i] = formula(w.Shape, i, seed, headGain)
			}
		}
	}
}

func formula(shape nn.Shape, i, seed int, gain float64) float32 {
	last := len(shape) - 1
	switch {
	case len(shape) == 0:
		return 1
	case len(shape) == 1:
		return float32(0.9 + 0.2*uniform(i, seed))
	case len(shape) == 4:
		gain = 1
	}
	fan := shape[:last].Size()
	if shape[last] == 1 {
		fan = shape[0] * shape[1]
	}
	return float32((2*uniform(i, seed) - 1) * (gain * math.Sqrt(6/float64(fan))))
}

// TestApplications predicts with the networks of keras.applications, on
// smaller pictures than theirs, as Keras 3 did, with weights from a formula.
func TestApplications(t *testing.T) {
	answers, err := safetensors.ReadFile("../testdata/keras/applications.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		gain  float64
		scale bool // from -1 to 1
	}{
		"MobileNet": {1, true}, "MobileNetV2": {1, true}, "ResNet50": {0.02, true},
		"MobileNetV3Small": {1, false}, "EfficientNetB0": {1, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := application(t, name)
			fillFormula(m, c.gain)
			input := make([]float32, m.InputShape().Size())
			for i := range input {
				input[i] = float32(255 * uniform(i, 0))
				if c.scale {
					input[i] = input[i]/127.5 - 1
				}
			}
			got, want := predict(t, m, input), answers[name].Float32s()
			if best(got) != best(want) {
				t.Errorf("class %d, want %d", best(got), best(want))
			}
			for i := range want {
				if math.Abs(float64(got[i]-want[i])) > 1e-4*max(1e-2, float64(want[best(want)])) {
					t.Fatalf("score %d is %g, want %g", i, got[i], want[i])
				}
			}
		})
	}
}

func best(scores []float32) int {
	at := 0
	for i, v := range scores {
		if v > scores[at] {
			at = i
		}
	}
	return at
}

// application builds one of the networks on 64x64 pixels.
func application(t *testing.T, name string) *nn.Model {
	t.Helper()
	f, err := os.Open("../nn/testdata/applications/" + name + ".keras3.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	m, err := nn.ParseConfig(text)
	if err == nil {
		m.Nodes[m.Inputs[0]].Layer.(*nn.InputLayer).Shape = nn.Shape{64, 64, 3}
		_, err = m.Build(nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}
