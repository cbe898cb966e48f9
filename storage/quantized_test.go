package storage

import (
	"bytes"
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"edged/nn"
	"edged/storage/safetensors"
)

// int8Model is a reference, quantized.
func int8Model(t testing.TB, name string, float ...string) *Model {
	t.Helper()
	m := mustLoad(t, filepath.Join(reference, name, "savedmodel"))
	flat, err := nn.Quantizable(m.Network)
	if err != nil {
		t.Fatal(err)
	}
	c, err := nn.NewCalibration(flat, "minmax", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Input() {
		c.Input()[i] = float32(math.Sin(float64(i * i)))
	}
	c.Observe()
	if m.Network, err = c.Quantize(float...); err != nil {
		t.Fatal(err)
	}
	m.Precision = Int8
	return m
}

// TestCommitInt8 stores int8 weights and what they stand for, to the bit.
func TestCommitInt8(t *testing.T) {
	for _, name := range []string{"separable", "leaky_batchnorm", "mlp", "preprocessing"} {
		for _, float := range [][]string{nil, {"dense"}} {
			m := int8Model(t, name, float...)
			dir := filepath.Join(t.TempDir(), "own")
			if err := Commit(dir, m, CommitOptions{}); err != nil {
				t.Fatal(err)
			}
			if err := Verify(dir); err != nil {
				t.Error(err)
			}
			got := mustLoad(t, dir)
			if got.Precision != Int8 {
				t.Errorf("%s: precision %q", name, got.Precision)
			}
			want := m.Network.Weights()
			for i, w := range got.Network.Weights() {
				if !slices.Equal(w.Scales, want[i].Scales) {
					t.Errorf("%s: scales of weight %d are %v, were %v", name, i, w.Scales, want[i].Scales)
				}
			}
			predict := func(m *Model) []float32 {
				plan, err := nn.Compile(m.Network, nn.Options{Precision: nn.Int8})
				if err != nil {
					t.Fatal(err)
				}
				r := plan.NewRunner(nil)
				for i := range r.Input() {
					r.Input()[i] = float32(math.Cos(float64(i * i)))
				}
				return slices.Clone(r.Predict())
			}
			if a, b := predict(got), predict(m); !slices.Equal(a, b) {
				t.Errorf("%s: answers %v, was %v", name, a, b)
			}
		}
	}
}

func TestCommitRefusesInt8OfFloats(t *testing.T) {
	m := mustLoad(t, reference+"/mlp/savedmodel")
	err := Commit(filepath.Join(t.TempDir(), "v"), m, CommitOptions{Precision: Int8})
	if err == nil || !strings.Contains(err.Error(), "not quantized") {
		t.Errorf("got %v", err)
	}
}

func TestInt8WeightsRefuse(t *testing.T) {
	network := func() *nn.Model { return int8Model(t, "mlp").Network }
	good, err := encodeWeights(network(), Int8)
	if err != nil {
		t.Fatal(err)
	}
	f, err := safetensors.Open(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil func(name string, tensor safetensors.Tensor) (safetensors.Tensor, bool)
		want  string
	}{
		"no scales": {func(name string, s safetensors.Tensor) (safetensors.Tensor, bool) {
			return s, name != "dense/kernel_scale"
		}, "0 scales"},
		"zero scale": {func(name string, s safetensors.Tensor) (safetensors.Tensor, bool) {
			if name == "dense/kernel_scale" {
				clear(s.Data)
			}
			return s, true
		}, "no positive number"},
		"few scales": {func(name string, s safetensors.Tensor) (safetensors.Tensor, bool) {
			if name == "dense/kernel_scale" {
				s.Shape, s.Data = []int{3}, s.Data[:12]
			}
			return s, true
		}, "3 scales"},
		"int8 bias": {func(name string, s safetensors.Tensor) (safetensors.Tensor, bool) {
			if name == "dense/bias" {
				s.DType, s.Data = safetensors.I8, s.Data[:len(s.Data)/4]
			}
			return s, true
		}, "bias"},
	} {
		var tensors []safetensors.Tensor
		for _, info := range f.Tensors() {
			data, err := f.Bytes(info.Name)
			if err != nil {
				t.Fatal(err)
			}
			one, keep := c.spoil(info.Name, safetensors.Tensor{Name: info.Name, DType: info.DType, Shape: info.Shape, Data: data})
			if keep {
				tensors = append(tensors, one)
			}
		}
		var b bytes.Buffer
		if err := safetensors.Write(&b, tensors, nil); err != nil {
			t.Fatal(err)
		}
		err := fillWeights(bytes.NewReader(b.Bytes()), int64(b.Len()), network(), false)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestQuantizationsRefuse(t *testing.T) {
	for text, want := range map[string]string{
		`{}`:                                "0 quantizations",
		`{"dense":{"scale":0,"zero":0}}`:    "no positive number",
		`{"dense":{"scale":-1,"zero":0}}`:   "no positive number",
		`{"nobody":{"scale":1,"zero":0}}`:   "called 0 times",
		`{"dense":{"scale":1,"zero":200}}`:  "cannot unmarshal",
		`{"dense":{"scale":1e60,"zero":0}}`: "cannot unmarshal",
	} {
		var all map[string]quantization
		err := json.Unmarshal([]byte(text), &all)
		if err == nil {
			err = setQuantization(int8Model(t, "mlp").Network, Int8, all)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
