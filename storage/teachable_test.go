package storage

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"edged/nn"
	"edged/storage/safetensors"
	"edged/storage/storagetest"
)

// TestTeachable loads Teachable Machine's Keras export as it is: pixels become
// -1 to 1, labels lose their numbers, and the scores are Keras's.
func TestTeachable(t *testing.T) {
	const dir = "../testdata/teachable"
	m := mustLoad(t, dir+"/model")
	if want := []string{"Cup", "Red ball", "Nothing"}; !slices.Equal(m.Labels, want) {
		t.Errorf("labels %q, want %q", m.Labels, want)
	}
	if want := (nn.Preprocessing{Resize: "bilinear", Color: "rgb", Scale: 1 / 127.5, Offset: -1}); m.Preprocessing != want {
		t.Errorf("preprocessing %+v, want %+v", m.Preprocessing, want)
	}
	answer, err := safetensors.ReadFile(dir + "/answer.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	image := nn.Image{Width: 24, Height: 24}
	for _, v := range answer["picture"].Float32s() {
		image.Pixels = append(image.Pixels, uint8(v))
	}
	p, err := nn.NewPreprocessor(m.Preprocessing, m.Network.InputShape())
	if err != nil {
		t.Fatal(err)
	}
	input := make([]float32, m.Network.InputShape().Size())
	if err := p.Apply(input, image); err != nil {
		t.Fatal(err)
	}
	for i, got := range predict(t, m.Network, input) {
		if want := answer["output"].Float32s()[i]; math.Abs(float64(got-want)) > 1e-5 {
			t.Errorf("score %d is %v, want %v", i, got, want)
		}
	}
}

// TestTeachableOrNot keeps the scaling from models that only look similar, and
// lets preprocess.json have the last word.
func TestTeachableOrNot(t *testing.T) {
	for _, c := range []struct {
		name, labels, preprocess string
		want                     float32
	}{
		{"numbered", "0 a\n1 b\n2 c\n", "", 1 / 127.5},
		{"plain labels", "a\nb\nc\n", "", 1.0 / 255},
		{"no labels", "", "", 1.0 / 255},
		{"preprocess.json", "0 a\n1 b\n2 c\n", `{"scale": 3}`, 3},
	} {
		dir := filepath.Join(t.TempDir(), "model")
		if err := storagetest.Copy(dir, "../testdata/teachable/model"); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, labelsFile)); err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string]string{labelsFile: c.labels, preprocessFile: c.preprocess} {
			if text != "" {
				if err := writeText(dir, file, text); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := mustLoad(t, dir).Preprocessing.Scale; got != c.want {
			t.Errorf("%s: scale %v, want %v", c.name, got, c.want)
		}
	}
}
