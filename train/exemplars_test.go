package train

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"edged/nn"
	"edged/storage"
)

// kept commits a model of stripes with exemplars of its own pictures, and loads it.
func kept(t *testing.T) *storage.Model {
	t.Helper()
	m := taught(t)
	samples, err := ListFolder(stripes(t, 30), m.Labels)
	if err != nil {
		t.Fatal(err)
	}
	training, validation := SplitFolders(samples, 0.2)
	exemplars, err := Exemplars(training, validation, m.Labels, m.Preprocessing, m.Network.InputShape())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "stripes")
	if err := storage.Commit(dir, m, storage.CommitOptions{Exemplars: exemplars}); err != nil {
		t.Fatal(err)
	}
	if m, err = storage.Load(dir, storage.LoadOptions{}); err != nil {
		t.Fatal(err)
	}
	return m
}

// counts are how many exemplars there are of each label, and how many of these are
// of validation.
func counts(exemplars []storage.Exemplar) map[string][2]int {
	n := map[string][2]int{}
	for _, e := range exemplars {
		c := n[e.Label]
		if c[0]++; e.Validation {
			c[1]++
		}
		n[e.Label] = c
	}
	return n
}

func TestExemplarsOfEachClass(t *testing.T) {
	labels := []string{"across", "along"}
	samples, err := ListFolder(stripes(t, 30), labels)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(samples[0].File, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	training, validation := SplitFolders(samples, 0.2)
	for _, test := range []struct {
		name                 string
		training, validation []Sample
		want                 string
	}{
		{"with validation", training, validation, "map[across:[19 3] along:[20 4]]"},
		{"without", training, nil, "map[across:[20 0] along:[20 0]]"},
		{"few", training[:3], nil, "map[across:[3 0]]"},
	} {
		got, err := Exemplars(test.training, test.validation, labels, nn.Preprocessing{Resize: "bilinear", Color: nn.RGB, Scale: 1}, nn.Shape{12, 12, 3})
		if text := fmt.Sprint(counts(got)); err != nil || text != test.want {
			t.Errorf("%s: got %s, %v, want %s", test.name, text, err, test.want)
		}
	}
}

// TestExemplarsAreBounded keeps fewer of each class where pictures are large.
func TestExemplarsAreBounded(t *testing.T) {
	var samples []Sample
	dir, labels := noise(t, 700), []string{"a", "b", "c"}
	for class := range labels {
		for k := range 20 {
			samples = append(samples, Sample{filepath.Join(dir, fmt.Sprint(k%2)+".png"), class})
		}
	}
	got, err := Exemplars(samples, nil, labels, nn.Preprocessing{Resize: "bilinear", Color: nn.RGB, Scale: 1}, nn.Shape{700, 700, 3})
	if err != nil {
		t.Fatal(err)
	}
	bytes := 0
	for _, e := range got {
		bytes += len(e.Picture)
	}
	n := counts(got)
	if bytes > exemplarRoom || n["a"][0] < 2 || n["a"] != n["b"] || n["a"] != n["c"] {
		t.Errorf("got %d bytes of %v", bytes, n)
	}
}

func TestSpread(t *testing.T) {
	samples := make([]Sample, 103)
	for i := range samples {
		samples[i].Class = i
	}
	for _, n := range []int{4, 16, 20} {
		var got []int
		for _, s := range spread(samples, n) {
			got = append(got, s.Class)
		}
		if slices.Sort(got); len(slices.Compact(got)) != n || got[0] != 0 || got[n-1] < 103-103/n-1 {
			t.Errorf("%d: got %v", n, got)
		}
	}
}

// TestExemplarsFillUp counts what a label with some captures is given.
func TestExemplarsFillUp(t *testing.T) {
	exemplars, err := kept(t).Exemplars()
	if err != nil {
		t.Fatal(err)
	}
	plain := slices.Clone(exemplars)
	for i := range plain {
		plain[i].Validation = false
	}
	for _, test := range []struct {
		name                   string
		exemplars              []storage.Exemplar
		training, heldOut      int
		wantTraining, wantHeld int
	}{
		{"no captures", exemplars, 0, 0, 16, 4},
		{"no captures, none of validation", plain, 0, 0, 16, 0},
		{"some", exemplars, 10, 2, 6, 2},
		{"enough", exemplars, 16, 0, 0, 0},
		{"no exemplars", nil, 0, 0, 0, 0},
	} {
		var set captureSet
		taken := set.rehearse(1, "along", test.exemplars, test.training, test.heldOut)
		if taken != len(set.rehearsed) || taken != test.wantTraining || len(set.rehearsedHeldOut) != test.wantHeld {
			t.Errorf("%s: got %d and %d, want %d and %d", test.name, taken, len(set.rehearsedHeldOut), test.wantTraining, test.wantHeld)
		}
	}
}

// TestNothingIsForgotten teaches a new label beside captures of one old label: the
// other is known as before.
func TestNothingIsForgotten(t *testing.T) {
	m := kept(t)
	dir := patterns(t, 30, 20)
	along := filepath.Join(dir, "along")
	elsewhere := filepath.Join(t.TempDir(), "along")
	if err := os.Rename(along, elsewhere); err != nil {
		t.Fatal(err)
	}
	got, err := headFit(t, m, dir).Run(t.Context())
	if err != nil || !got.Committed || len(got.Unseen) != 0 || got.Exemplars != 20 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if err := os.Rename(elsewhere, along); err != nil {
		t.Fatal(err)
	}
	for _, c := range evaluated(t, m, dir).Classes {
		if c.Recall < 0.9 {
			t.Errorf("got a recall of %.2f of %s", c.Recall, c.Label)
		}
	}
}

// noise writes two pictures that no encoder makes small.
func noise(t *testing.T, size int) string {
	t.Helper()
	dir, r := t.TempDir(), rand.New(rand.NewPCG(3, 4))
	for k := range 2 {
		m := image.NewNRGBA(image.Rect(0, 0, size, size))
		for i := range m.Pix {
			m.Pix[i] = uint8(r.Uint32()) | uint8(i%4/3*0xff)
		}
		file, err := os.Create(filepath.Join(dir, fmt.Sprint(k)+".png"))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(png.Encode(file, m), file.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
