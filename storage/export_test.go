package storage

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// exported are models of both Keras versions, with models in them, and in
// edged's own form.
func exported(t *testing.T) []string {
	t.Helper()
	models, err := filepath.Glob(reference + "/*/keras[23].*5")
	if err != nil || len(models) != 16 {
		t.Fatal(models, err)
	}
	return append(models, "keras/testdata/nested", "keras/testdata/teachable", "keras/testdata/keras213.keras", "../testdata/digits/model")
}

// ramp is an input for a network.
func ramp(m *Model) []float32 {
	input := make([]float32, m.Network.InputShape().Size())
	for i := range input {
		input[i] = float32(i%17) / 17
	}
	return input
}

// TestExport reads back what was written: it answers the same to the bit.
func TestExport(t *testing.T) {
	for _, path := range exported(t) {
		m := mustLoad(t, path)
		for name, format := range map[string]ExportFormat{"m.keras": ExportKeras, "m.h5": ExportH5, "m": ExportSavedModel} {
			out := filepath.Join(t.TempDir(), name)
			if err := Export(out, m, ExportOptions{Format: format}); err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			got := mustLoad(t, out)
			if got.Format != string(format) {
				t.Errorf("%s as %s is read as %s", path, format, got.Format)
			}
			input := ramp(m)
			if !slices.Equal(predict(t, got.Network, input), predict(t, m.Network, input)) {
				t.Errorf("%s as %s answers otherwise", path, format)
			}
			if (got.Network.Compile == nil) != (m.Network.Compile == nil) {
				t.Errorf("%s as %s: compiled as %s, was %s", path, format, got.Network.Compile, m.Network.Compile)
			}
		}
	}
}

// TestExportTFLite reads back what was written: it answers the same but for what
// folding and the weights' precision round.
func TestExportTFLite(t *testing.T) {
	for _, path := range exported(t) {
		m := mustLoad(t, path)
		input := ramp(m)
		want := predict(t, m.Network, input)
		for precision, bound := range map[Precision]float64{Float32: 1e-6, Float16: 2e-3} {
			out := filepath.Join(t.TempDir(), "m.tflite")
			if err := Export(out, m, ExportOptions{ExportTFLite, precision}); err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			for i, got := range predict(t, mustLoad(t, out).Network, input) {
				if math.Abs(float64(got-want[i])) > bound {
					t.Errorf("%s in %s: output %d is %g, was %g", path, precision, i, got, want[i])
				}
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
	if err := Export(path, m, ExportOptions{Format: ExportKeras}); err == nil {
		t.Error("a file was overwritten")
	}
	if err := Export(filepath.Join(dir, "m.onnx"), m, ExportOptions{Format: "onnx"}); err == nil {
		t.Error("an unknown form was written")
	}
	for _, format := range []ExportFormat{ExportKeras, ExportH5, ExportSavedModel} {
		if err := Export(filepath.Join(dir, "o"), m, ExportOptions{format, Float16}); err == nil || !strings.Contains(err.Error(), "float32") {
			t.Errorf("float16 as %s: %v", format, err)
		}
	}
	if err := Export(filepath.Join(dir, "o.tflite"), m, ExportOptions{ExportTFLite, Int8}); err == nil || !strings.Contains(err.Error(), "edged quantize") {
		t.Errorf("int8 of a model that is not quantized: %v", err)
	}
	m.Network.Weights()[0].Value = nil
	if err := Export(filepath.Join(dir, "n.h5"), m, ExportOptions{Format: ExportH5}); err == nil {
		t.Error("a model without weights was written")
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 {
		t.Errorf("%v is left, %v", list, err)
	}
	if diff := cmp.Diff([]ExportFormat{ExportKeras, ExportH5, ExportTFLite, ""}, []ExportFormat{ExportFormatOf("a.KERAS"), ExportFormatOf("b/a.h5"), ExportFormatOf("c.TFLite"), ExportFormatOf("a")}); diff != "" {
		t.Error(diff)
	}
}
