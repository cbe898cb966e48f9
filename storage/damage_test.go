package storage

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"edged/nn"
	"edged/storage/storagetest"
)

const reference = "../testdata/reference"

func mustLoad(t testing.TB, path string) *Model {
	t.Helper()
	m, err := Load(path, LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// own commits the model at path in edged's own form and returns where.
func own(t testing.TB, path string, o CommitOptions) string {
	t.Helper()
	m := mustLoad(t, path)
	probe(t, m)
	dir := filepath.Join(t.TempDir(), "own")
	if err := Commit(dir, m, o); err != nil {
		t.Fatal(err)
	}
	return dir
}

// probe gives m a probe.
func probe(t testing.TB, m *Model) {
	t.Helper()
	input := make([]float32, m.Network.InputShape().Size())
	for i := range input {
		input[i] = float32(math.Sin(float64(i)))
	}
	m.Probe = &Probe{Input: input, Output: predict(t, m.Network, input), Tolerance: 1e-3}
}

func predict(t testing.TB, m *nn.Model, input []float32) []float32 {
	t.Helper()
	plan, err := nn.Compile(m, nn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := plan.NewRunner(nil)
	copy(r.Input(), input)
	return slices.Clone(r.Predict())
}

// TestDamage loads models spoilt in every way: each is refused with file and
// reason, or was spoilt where nobody reads and answers the same to the bit.
func TestDamage(t *testing.T) {
	saved := reference + "/mlp/savedmodel"
	for form, pair := range map[string][2]string{
		"savedmodel":       {saved, reference + "/seed_small/savedmodel"},
		"savedmodel pools": {reference + "/avgpool_elu/savedmodel", saved},
		"edged":            {own(t, saved, CommitOptions{}), own(t, reference+"/seed_small/savedmodel", CommitOptions{})},
		"edged float16":    {own(t, reference+"/seed_small/savedmodel", CommitOptions{Precision: Float16, Report: []byte("{}")}), own(t, saved, CommitOptions{})},
	} {
		t.Run(form, func(t *testing.T) {
			damages, err := storagetest.Damages(pair[0], pair[1])
			if err != nil {
				t.Fatal(err)
			}
			if len(damages) < 40 {
				t.Errorf("%d kinds of damage, want 40 or more", len(damages))
			}
			good := mustLoad(t, pair[0])
			harmless := map[string]int{}
			for _, d := range damages {
				dir := filepath.Join(t.TempDir(), "model")
				if err := errors.Join(storagetest.Copy(dir, pair[0]), d.Apply(dir)); err != nil {
					t.Fatal(err)
				}
				if checkDamage(t, d, dir, good) {
					harmless[d.File]++
				}
				os.RemoveAll(dir)
			}
			t.Logf("%d kinds of damage, harmless: %v", len(damages), harmless)
		})
	}
}

// checkDamage reports whether the damage did no harm.
func checkDamage(t *testing.T, d storagetest.Damage, dir string, good *Model) (harmless bool) {
	t.Helper()
	m, err := Load(dir, LoadOptions{})
	verified := Verify(dir)
	if _, kept := Load(dir, LoadOptions{KeepFloat16: true}); (kept == nil) != (err == nil) {
		t.Errorf("%s: with float16 kept, %v; else, %v", d.Name, kept, err)
	}
	if err != nil {
		file := blamed(err)
		if file == "" || !strings.Contains(err.Error(), file+": ") || strings.HasSuffix(err.Error(), ": ") {
			t.Errorf("%s: the error names no file and reason: %v", d.Name, err)
		}
		return false
	}
	if verified != nil {
		t.Errorf("%s: Load takes what Verify refuses: %v", d.Name, verified)
	}
	if !same(t, m, good) {
		t.Errorf("%s: loaded as another model", d.Name)
	}
	return true
}

// blamed is the file that err names.
func blamed(err error) string {
	var incomplete *IncompleteError
	var damaged *DamagedError
	switch {
	case errors.As(err, &incomplete):
		return incomplete.File
	case errors.As(err, &damaged):
		return damaged.File
	}
	return ""
}

// same tells whether two models answer the same, to the bit.
func same(t *testing.T, a, b *Model) bool {
	t.Helper()
	if a.Preprocessing != b.Preprocessing || !slices.Equal(a.Labels, b.Labels) {
		return false
	}
	input := make([]float32, b.Network.InputShape().Size())
	for i := range input {
		input[i] = float32(math.Cos(float64(i)))
	}
	return len(input) == a.Network.InputShape().Size() && slices.Equal(predict(t, a.Network, input), predict(t, b.Network, input))
}
