package storage

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"edged/nn"
	"edged/storage/safetensors"
	"edged/storage/storagetest"
)

// TestKerasForms reads every reference case from each form that Keras writes:
// all answer the same to the bit, and every layer as Keras does.
func TestKerasForms(t *testing.T) {
	cases, err := filepath.Glob(reference + "/*/savedmodel")
	if err != nil || len(cases) != 8 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, saved := range cases {
		dir := filepath.Dir(saved)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			recorded, err := safetensors.ReadFile(filepath.Join(dir, "io.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			unzipped, deflated := repack(t, filepath.Join(dir, "keras3.keras"))
			var want [][]float32
			for path, format := range map[string]string{
				saved:                              "savedmodel",
				filepath.Join(dir, "keras2.h5"):    "h5",
				filepath.Join(dir, "keras3.h5"):    "h5",
				filepath.Join(dir, "keras3.keras"): "keras",
				unzipped:                           "keras",
				deflated:                           "keras",
			} {
				if err := Verify(path); err != nil {
					t.Error(err)
				}
				m := mustLoad(t, path)
				if m.Format != format {
					t.Errorf("%s is %q, want %q", path, m.Format, format)
				}
				got := compareLayers(t, m, recorded)
				if want == nil {
					want = got
				}
				for i := range want {
					if !slices.Equal(got[i], want[i]) {
						t.Errorf("%s answers otherwise than another form", path)
					}
				}
			}
		})
	}
}

// compareLayers compares the output of every layer with what was recorded,
// relative to the layer's largest value, and returns the network's outputs.
func compareLayers(t *testing.T, m *Model, recorded safetensors.Tensors) [][]float32 {
	t.Helper()
	plan, err := nn.Compile(m.Network, nn.Options{KeepLayers: true})
	if err != nil {
		t.Fatal(err)
	}
	r := plan.NewRunner(nil)
	inputs, size := recorded["input"].Float32s(), m.Network.InputShape().Size()
	var outputs [][]float32
	for i := range len(inputs) / size {
		copy(r.Input(), inputs[i*size:(i+1)*size])
		outputs = append(outputs, slices.Clone(r.Predict()))
		for k, l := range plan.LayerOutputs() {
			key := fmt.Sprintf("layer%02d.%s", k, l.Class)
			all, got := recorded[key].Float32s(), r.LayerOutput(k)
			if len(all) == 0 {
				t.Fatalf("layer %s was not recorded as %s", l.Name, key)
			}
			compareValues(t, key, got, all[i*len(got):(i+1)*len(got)])
		}
	}
	return outputs
}

func compareValues(t *testing.T, name string, got, want []float32) {
	t.Helper()
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(float64(v)))
	}
	for i := range want {
		if d := math.Abs(float64(got[i]) - float64(want[i])); d > 1e-5*largest {
			t.Errorf("%s[%d] is %g, want %g", name, i, got[i], want[i])
			return
		}
	}
}

// repack unpacks a .keras file into a directory and packs it again with
// compression.
func repack(t *testing.T, path string) (unzipped, deflated string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	unzipped, deflated = filepath.Join(t.TempDir(), "unzipped"), filepath.Join(t.TempDir(), "deflated.keras")
	if err := os.CopyFS(unzipped, z); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if err := errors.Join(w.AddFS(os.DirFS(unzipped)), w.Close(), os.WriteFile(deflated, b.Bytes(), 0o666)); err != nil {
		t.Fatal(err)
	}
	return unzipped, deflated
}

// TestOldArchives reads what Keras 2.13 and 2.14 wrote, which count the groups
// of layers each in their own way.
func TestOldArchives(t *testing.T) {
	files, err := filepath.Glob("keras/testdata/keras2*.keras")
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		answers, err := safetensors.ReadFile(strings.TrimSuffix(path, ".keras") + ".safetensors")
		if err != nil {
			t.Fatal(err)
		}
		compare(t, mustLoad(t, path), answers, 1e-5)
	}
}

// TestSingleFileInFolder is how most people hand over a model: the file and its
// labels in a folder of their own.
func TestSingleFileInFolder(t *testing.T) {
	for _, file := range []string{"keras2.h5", "keras3.keras"} {
		dir := t.TempDir()
		data, err := os.ReadFile(reference + "/mlp/" + file)
		if err != nil {
			t.Fatal(err)
		}
		units := mustLoad(t, reference+"/mlp/"+file).Network.OutputShape().Size()
		labels := strings.Join(strings.Split("abcdefghijklmnopqrst", "")[:units], "\n")
		if err := errors.Join(writeText(dir, file, string(data)), writeText(dir, labelsFile, labels), writeText(dir, preprocessFile, `{"scale": 2}`)); err != nil {
			t.Fatal(err)
		}
		m := mustLoad(t, dir)
		if m.Labels[1] != "b" || m.Preprocessing.Scale != 2 || m.Name != filepath.Base(dir) {
			t.Errorf("%s: %q %+v %q", file, m.Labels, m.Preprocessing, m.Name)
		}
	}
}

// TestHalfCopied cuts files everywhere: they are not complete, never damaged.
func TestHalfCopied(t *testing.T) {
	for _, file := range []string{"keras2.h5", "keras3.h5", "keras3.keras"} {
		data, err := os.ReadFile(reference + "/mlp/" + file)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), file)
		for size := 0; size < len(data); size += 1 + size/3 {
			for _, content := range [][]byte{data[:size], make([]byte, size)} {
				if err := os.WriteFile(path, content, 0o666); err != nil {
					t.Fatal(err)
				}
				for _, err := range []error{Verify(path), second(Load(path, LoadOptions{}))} {
					var incomplete *IncompleteError
					if !errors.As(err, &incomplete) {
						t.Errorf("%d of %d bytes of %s: %v", size, len(data), file, err)
					}
				}
			}
		}
	}
}

// TestArchiveDamage refuses .keras files spoilt in every way: their checksums
// find each flipped bit that matters.
func TestArchiveDamage(t *testing.T) {
	dir := t.TempDir()
	good, other := filepath.Join(dir, "good"), filepath.Join(dir, "other")
	if err := errors.Join(os.Mkdir(good, 0o777), os.Mkdir(other, 0o777)); err != nil {
		t.Fatal(err)
	}
	for to, from := range map[string]string{good: "seed_small", other: "mlp"} {
		data, err := os.ReadFile(reference + "/" + from + "/keras3.keras")
		if err := errors.Join(err, os.WriteFile(filepath.Join(to, "m.keras"), data, 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	damages, err := storagetest.Damages(good, "")
	if err != nil {
		t.Fatal(err)
	}
	model := mustLoad(t, good)
	for _, d := range damages {
		spoilt := filepath.Join(t.TempDir(), filepath.Base(good))
		if err := errors.Join(storagetest.Copy(spoilt, good), d.Apply(spoilt)); err != nil {
			t.Fatal(err)
		}
		checkDamage(t, d, spoilt, model)
	}
}

// archiveOf makes a .keras file of entries.
func archiveOf(t *testing.T, write func(w *zip.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	path := filepath.Join(t.TempDir(), "m.keras")
	if err := errors.Join(write(w), w.Close(), os.WriteFile(path, b.Bytes(), 0o666)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestArchiveRefuses(t *testing.T) {
	config := `{"class_name": "Sequential", "config": {"name": "m", "layers": [{"class_name": "InputLayer", "config": {"batch_shape": [null, 2]}}, {"class_name": "Dense", "config": {"name": "d", "units": 3}}]}}`
	put := func(w *zip.Writer, name, text string) error {
		f, err := w.Create(name)
		if err != nil {
			return err
		}
		_, err = io.WriteString(f, text)
		return err
	}
	for _, c := range []struct {
		name  string
		write func(w *zip.Writer) error
		want  string
	}{
		{"no config", func(w *zip.Writer) error { return put(w, "model.weights.h5", "") }, "no config.json"},
		{"no weights", func(w *zip.Writer) error { return put(w, "config.json", config) }, "no model.weights.h5"},
		{"npz", func(w *zip.Writer) error {
			return errors.Join(put(w, "config.json", config), put(w, "model.weights.npz", ""))
		}, "model.weights.npz"},
		{"empty weights", func(w *zip.Writer) error {
			return errors.Join(put(w, "config.json", config), put(w, "model.weights.h5", ""))
		}, "cut short"},
		{"twice", func(w *zip.Writer) error { return errors.Join(put(w, "config.json", "a"), put(w, "config.json", "b")) }, "twice"},
		{"up", func(w *zip.Writer) error { return put(w, "../config.json", config) }, "leads out"},
		{"absolute", func(w *zip.Writer) error { return put(w, "/etc/config.json", config) }, "leads out"},
		{"bomb", func(w *zip.Writer) error { return put(w, "model.weights.h5", strings.Repeat("\x00", 32<<20)) }, "unpack to more"},
		{"bomb of values", func(w *zip.Writer) error {
			return errors.Join(put(w, "config.json", "["+strings.Repeat("0,", 1<<20)+"0]"), put(w, "model.weights.h5", ""))
		}, "values"},
		{"many entries", func(w *zip.Writer) error {
			for i := range 1001 {
				if err := put(w, fmt.Sprint(i), ""); err != nil {
					return err
				}
			}
			return nil
		}, "more than 1000 entries"},
		{"huge layer", func(w *zip.Writer) error {
			return errors.Join(put(w, "config.json", strings.Replace(config, `"units": 3`, `"units": 99999999`, 1)), put(w, "model.weights.h5", "x"))
		}, "bytes of weights"},
		{"no JSON", func(w *zip.Writer) error {
			return errors.Join(put(w, "config.json", "{"), put(w, "model.weights.h5", "x"))
		}, "JSON"},
	} {
		path := archiveOf(t, c.write)
		for _, err := range []error{Verify(path), second(Load(path, LoadOptions{}))} {
			var damaged *DamagedError
			if !errors.As(err, &damaged) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
		}
	}
}
