package storage

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExport reads back what was written, from models of both Keras versions
// and with models in them: it answers the same to the bit.
func TestExport(t *testing.T) {
	models, err := filepath.Glob(reference + "/*/keras[23].*5")
	if err != nil || len(models) != 16 {
		t.Fatal(models, err)
	}
	models = append(models, "keras/testdata/nested", "keras/testdata/teachable", "keras/testdata/keras213.keras", "../testdata/digits/model")
	for _, path := range models {
		m := mustLoad(t, path)
		for name, format := range map[string]ExportFormat{"m.keras": ExportKeras, "m.h5": ExportH5, "m": ExportSavedModel} {
			out := filepath.Join(t.TempDir(), name)
			if err := Export(out, m, format); err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			got := mustLoad(t, out)
			if got.Format != string(format) {
				t.Errorf("%s as %s is read as %s", path, format, got.Format)
			}
			input := make([]float32, m.Network.InputShape().Size())
			for i := range input {
				input[i] = float32(i%17) / 17
			}
			if !slices.Equal(predict(t, got.Network, input), predict(t, m.Network, input)) {
				t.Errorf("%s as %s answers otherwise", path, format)
			}
			if (got.Network.Compile == nil) != (m.Network.Compile == nil) {
				t.Errorf("%s as %s: compiled as %s, was %s", path, format, got.Network.Compile, m.Network.Compile)
			}
		}
	}
}

func TestExportRefuses(t *testing.T) {
	dir := t.TempDir()
	m := mustLoad(t, reference+"/mlp/keras2.h5")
	path := filepath.Join(dir, "m.keras")
	if err := writeText(dir, "m.keras", "mine"); err != nil {
		t.Fatal(err)
	}
	if err := Export(path, m, ExportKeras); err == nil {
		t.Error("a file was overwritten")
	}
	if err := Export(filepath.Join(dir, "m.onnx"), m, "onnx"); err == nil {
		t.Error("an unknown form was written")
	}
	m.Network.Weights()[0].Value = nil
	if err := Export(filepath.Join(dir, "n.h5"), m, ExportH5); err == nil {
		t.Error("a model without weights was written")
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		t.Errorf("%v is left, %v", list, err)
	}
	if diff := cmp.Diff([]ExportFormat{ExportKeras, ExportH5, ""}, []ExportFormat{ExportFormatOf("a.KERAS"), ExportFormatOf("b/a.h5"), ExportFormatOf("a")}); diff != "" {
		t.Error(diff)
	}
}
