package nn

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"edged/quant"
)

// TestWeightsInFloat16 compiles models that hold their weights in float16: they
// compute, to the bit, what those compute that hold the same values in float32.
func TestWeightsInFloat16(t *testing.T) {
	for _, dir := range referenceCases(t) {
		for _, precision := range []Precision{Float32, Float16} {
			t.Run(fmt.Sprintf("%s/%s", filepath.Base(dir), precision), func(t *testing.T) {
				ref := loadReference(t, dir, "keras2.json")
				full := map[*Weight][]float32{}
				for w := range ref.model.weights() {
					bits := make([]uint16, len(w.Value))
					quant.NarrowFloat16(bits, w.Value)
					quant.WidenFloat16(w.Value, bits)
					full[w], w.Float16 = w.Value, bits
				}
				predict := func() []float32 {
					r := compile(t, ref.model, Options{Precision: precision}).NewRunner(nil)
					copy(r.Input(), ref.sample("input", 0))
					return slices.Clone(r.Predict())
				}
				for w := range full {
					w.Value = nil
				}
				got := predict()
				ref.model.Widen()
				for w, value := range full {
					if w.Float16 != nil || !slices.Equal(w.Value, value) {
						t.Errorf("%s is not widened", w.Name)
					}
				}
				if want := predict(); !slices.Equal(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	}
}

// TestCheckFindsTheFirstOfMany spoils weights in several places.
func TestCheckFindsTheFirstOfMany(t *testing.T) {
	const n = 3*weightRun + 7
	for _, at := range [][]int{{0}, {n - 1}, {weightRun - 1, n - 2}, {weightRun, 2 * weightRun}} {
		full, half := make([]float32, n), make([]uint16, n)
		for _, i := range at {
			full[i], half[i] = float32(math.Inf(-1)), 0xfc00
		}
		want := fmt.Sprintf("has the value -Inf at %d", at[0])
		for _, w := range []Weight{{Shape: Shape{n}, Value: full}, {Shape: Shape{n}, Float16: half}} {
			if err := w.check(); err == nil || !strings.HasSuffix(err.Error(), want) {
				t.Errorf("%v: %v, want %q", at, err, want)
			}
			w.Shape = Shape{n + 1}
			if err := w.check(); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("has %d values", n)) {
				t.Errorf("a shape of one more: %v", err)
			}
		}
		if err := (&Weight{Shape: Shape{at[0]}, Value: full[:at[0]]}).check(); err != nil {
			t.Error(err)
		}
	}
}
