package storage

import (
	"bytes"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"edged/nn"
	"edged/storage/picture"
	"edged/storage/safetensors"
)

// TestExemplarsStay commits a model with exemplars and reads them from it.
func TestExemplarsStay(t *testing.T) {
	m := mustLoad(t, "keras/testdata/nested")
	m.Labels = []string{"Schraube M4", "ナット", "none"}
	red := nn.Image{Width: 8, Height: 8, Pixels: bytes.Repeat([]byte{250, 0, 0}, 64)}
	var want []Exemplar
	for i, label := range m.Labels {
		e, err := NewExemplar(label, i == 1, red)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, e, e)
	}
	dir := filepath.Join(t.TempDir(), "model")
	if err := Commit(dir, m, CommitOptions{Exemplars: want}); err != nil {
		t.Fatal(err)
	}
	got, err := mustLoad(t, dir).Exemplars()
	slices.SortStableFunc(want, func(a, b Exemplar) int { return strings.Compare(a.Label, b.Label) })
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %d exemplars, %v, want %d", len(got), err, len(want))
	}
	back, err := picture.Decode(bytes.NewReader(got[0].Picture))
	if err != nil || back.Width != 8 || back.Pixels[0] < 240 || back.Pixels[1] > 10 {
		t.Errorf("got %+v, %v", back, err)
	}
	if got, err := m.Exemplars(); got != nil || err != nil {
		t.Errorf("got %v, %v from Keras's form, want none", got, err)
	}
}

// exemplarFile is an exemplars.safetensors of one tensor.
func exemplarFile(t testing.TB, tensor safetensors.Tensor) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, []safetensors.Tensor{tensor}, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestExemplarsRefuse(t *testing.T) {
	byteVector := safetensors.Tensor{DType: safetensors.U8, Shape: []int{2}, Data: []byte("ab")}
	for name, want := range map[string]string{
		"seven":             "must be named as 7/training/0",
		"7/test/0":          "must be named as 7/training/0",
		"7/training":        "must be named as 7/training/0",
		"/training/0":       "a label is empty",
		".hidden/training/": "starts with a dot",
	} {
		tensor := byteVector
		tensor.Name = name
		if got, err := parseExemplars(exemplarFile(t, tensor)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v, want %q", name, got, err, want)
		}
	}
	for _, tensor := range []safetensors.Tensor{
		{Name: "7/training/0", DType: safetensors.I8, Shape: []int{2}, Data: []byte("ab")},
		{Name: "7/training/0", DType: safetensors.U8, Shape: []int{1, 2}, Data: []byte("ab")},
	} {
		if _, err := parseExemplars(exemplarFile(t, tensor)); err == nil || !strings.Contains(err.Error(), "must be a vector of U8") {
			t.Errorf("%v: got %v", tensor, err)
		}
	}
}

// FuzzExemplars reads whatever it is given; what it accepts is written as it was.
func FuzzExemplars(f *testing.F) {
	f.Add(exemplarFile(f, safetensors.Tensor{Name: "cat/validation/0", DType: safetensors.U8, Shape: []int{3}, Data: []byte("abc")}))
	f.Fuzz(func(t *testing.T, data []byte) {
		exemplars, err := parseExemplars(data)
		if err != nil {
			return
		}
		again, err := encodeExemplars(exemplars)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parseExemplars(again); err != nil || len(got) != len(exemplars) {
			t.Errorf("got %d, %v, want %d", len(got), err, len(exemplars))
		}
	})
}
