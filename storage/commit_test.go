package storage

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"edged/nn"
	"edged/storage/safetensors"
	"edged/storage/storagetest"
)

func TestCommit(t *testing.T) {
	m := mustLoad(t, "keras/testdata/nested")
	probe(t, m)
	m.Labels = []string{"Schraube M4", "ナット", "none"}
	m.Parent, m.Tool, m.Created = "20261122T000000Z-0000", "edged v1", time.Date(2026, 11, 23, 10, 15, 0, 0, time.UTC)
	m.Preprocessing = nn.Preprocessing{Resize: "area", Color: "bgr", Scale: 0.25, Offset: -1}
	parent := t.TempDir()
	dir := filepath.Join(parent, VersionName(m.Created))
	if err := Commit(dir, m, CommitOptions{Report: []byte("{}"), Files: map[string][]byte{"loss.svg": []byte("<svg/>")}}); err != nil {
		t.Fatal(err)
	}
	if err := Verify(dir); err != nil {
		t.Error(err)
	}
	got := mustLoad(t, dir)
	if got.Format != "edged" || got.Parent != m.Parent || got.Tool != m.Tool || !got.Created.Equal(m.Created) ||
		got.Preprocessing != m.Preprocessing || got.Precision != Float32 || !slices.Equal(got.Labels, m.Labels) {
		t.Errorf("got %+v", got)
	}
	if !slices.Equal(got.Probe.Input, m.Probe.Input) || !slices.Equal(got.Probe.Output, m.Probe.Output) || got.Probe.Tolerance != m.Probe.Tolerance {
		t.Error("the probe changed")
	}
	if !same(t, got, m) {
		t.Error("the model changed")
	}
	if err := Commit(dir, m, CommitOptions{}); err == nil {
		t.Error("a version was overwritten")
	}
	if list, _ := os.ReadDir(parent); len(list) != 1 {
		t.Errorf("%v is left in the folder", list)
	}
}

// TestCommitFloat16 stores kernels in half precision, rounded to the nearest,
// and vectors as they are.
func TestCommitFloat16(t *testing.T) {
	path := reference + "/leaky_batchnorm/savedmodel"
	full, half := mustLoad(t, path), mustLoad(t, own(t, path, CommitOptions{Precision: Float16}))
	if half.Precision != Float16 {
		t.Errorf("precision %q", half.Precision)
	}
	want := full.Network.Weights()
	for i, w := range half.Network.Weights() {
		bound := 0.0
		if len(w.Shape) > 1 {
			bound = 1.0 / 2048
		}
		for j, v := range w.Value {
			if exact := float64(want[i].Value[j]); math.Abs(float64(v)-exact) > bound*math.Abs(exact)+3e-8*bound*2048 {
				t.Errorf("%s[%d] is %g, was %g", w.Name, j, v, exact)
			}
		}
	}
	again := filepath.Join(t.TempDir(), "again")
	if err := Commit(again, half, CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	if !same(t, mustLoad(t, again), half) {
		t.Error("storing half precision again changed it")
	}
}

// TestFloat16IsKept loads kernels in half precision as they lie there, from
// which the same model is compiled and stored.
func TestFloat16IsKept(t *testing.T) {
	dir := own(t, reference+"/leaky_batchnorm/savedmodel", CommitOptions{Precision: Float16})
	wide := mustLoad(t, dir)
	kept, err := Load(dir, LoadOptions{KeepFloat16: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range kept.Network.Weights() {
		if kernel := len(w.Shape) > 1; kernel != (w.Float16 != nil) || kernel != (w.Value == nil) {
			t.Errorf("%s of shape %v has %d values and %d in float16", w.Name, w.Shape, len(w.Value), len(w.Float16))
		}
	}
	if !same(t, kept, wide) {
		t.Error("it computes something else")
	}
	again := filepath.Join(t.TempDir(), "again")
	if err := Commit(again, kept, CommitOptions{Precision: Float16}); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{weightsFile, modelFile} {
		want, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(again, file)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s changed: %v", file, err)
		}
	}
}

func TestCommitRefuses(t *testing.T) {
	for _, c := range []struct {
		name    string
		spoil   func(m *Model)
		options CommitOptions
		want    string
	}{
		{"no labels", func(m *Model) { m.Labels = nil }, CommitOptions{}, "0 labels"},
		{"bad label", func(m *Model) { m.Labels[0] = "a/b" }, CommitOptions{}, "class 0"},
		{"NaN", func(m *Model) { m.Network.Weights()[0].Value[2] = float32(math.NaN()) }, CommitOptions{}, "layer"},
		{"no values", func(m *Model) { m.Network.Weights()[0].Value = nil }, CommitOptions{}, "layer"},
		{"beyond float16", func(m *Model) { m.Network.Weights()[0].Value[2] = 70000 }, CommitOptions{Precision: Float16}, "use float32"},
		{"precision", func(*Model) {}, CommitOptions{Precision: "int4"}, "precision"},
		{"preprocessing", func(m *Model) { m.Preprocessing.Resize = "" }, CommitOptions{}, "resize"},
		{"probe", func(m *Model) { m.Probe = &Probe{} }, CommitOptions{}, "probe"},
		{"file in another folder", func(*Model) {}, CommitOptions{Files: map[string][]byte{"../x": nil}}, "../x"},
		{"file of its own", func(*Model) {}, CommitOptions{Files: map[string][]byte{labelsFile: nil}}, labelsFile},
	} {
		parent := t.TempDir()
		m := mustLoad(t, reference+"/mlp/savedmodel")
		c.spoil(m)
		err := Commit(filepath.Join(parent, "v"), m, c.options)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if list, _ := os.ReadDir(parent); len(list) != 0 {
			t.Errorf("%s: %v is left", c.name, list)
		}
	}
}

// TestCrash stops a commit at every file, and within it: whatever the name of
// the directory, nothing of it can be loaded before the last byte.
func TestCrash(t *testing.T) {
	m := mustLoad(t, reference+"/mlp/savedmodel")
	probe(t, m)
	files, err := contents(m, CommitOptions{Precision: Float16, Report: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	for i, f := range files {
		for _, size := range []int{-1, 0, len(f.data) / 2, len(f.data) - 2} {
			dir := filepath.Join(parent, "v")
			if err := os.Mkdir(dir, 0o777); err != nil {
				t.Fatal(err)
			}
			for _, whole := range files[:i] {
				if err := whole.write(dir); err != nil {
					t.Fatal(err)
				}
			}
			if size >= 0 {
				if err := (content{f.name, f.data[:size]}).write(dir); err != nil {
					t.Fatal(err)
				}
			}
			var incomplete *IncompleteError
			if _, err := Load(dir, LoadOptions{}); !errors.As(err, &incomplete) {
				t.Errorf("after %d bytes of %s: %v, want an IncompleteError", size, f.name, err)
			}
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// reseal writes a new content of a file and a manifest that fits, as somebody
// does who means harm.
func reseal(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	var m manifest
	text, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	for i := range m.Files {
		if m.Files[i].Name == name {
			sum := sha256.Sum256(data)
			m.Files[i].Size, m.Files[i].SHA256 = int64(len(data)), hex.EncodeToString(sum[:])
		}
	}
	if text, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, name), data, 0o666), os.WriteFile(filepath.Join(dir, manifestName), text, 0o666)); err != nil {
		t.Fatal(err)
	}
}

// TestSealedDamage refuses what fits the manifest and is wrong all the same.
func TestSealedDamage(t *testing.T) {
	good := own(t, reference+"/mlp/savedmodel", CommitOptions{})
	weights := func(change func(all safetensors.Tensors)) func([]byte) []byte {
		return func([]byte) []byte {
			all, err := safetensors.ReadFile(filepath.Join(good, weightsFile))
			if err != nil {
				t.Fatal(err)
			}
			change(all)
			var list []safetensors.Tensor
			for _, tensor := range all {
				list = append(list, tensor)
			}
			var b bytes.Buffer
			if err := safetensors.Write(&b, list, nil); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
	}
	replace := func(from, to string) func([]byte) []byte {
		return func(data []byte) []byte { return bytes.Replace(data, []byte(from), []byte(to), 1) }
	}
	const bias = "dense_1/bias"
	for _, c := range []struct {
		name, file string
		change     func(data []byte) []byte
		want       string
	}{
		{"endless header", weightsFile, func(data []byte) []byte {
			return binary.LittleEndian.AppendUint64(nil, math.MaxUint64)
		}, "header"},
		{"header as long as the file", weightsFile, func(data []byte) []byte {
			binary.LittleEndian.PutUint64(data, uint64(len(data)-8))
			return data
		}, "header"},
		{"weight missing", weightsFile, weights(func(all safetensors.Tensors) { delete(all, bias) }), "weight bias is not there"},
		{"weight too many", weightsFile, weights(func(all safetensors.Tensors) {
			all["x"] = safetensors.Float32("x", []int{1}, []float32{1})
		}), `it holds "x"`},
		{"wrong shape", weightsFile, weights(func(all safetensors.Tensors) {
			all[bias] = safetensors.Float32(bias, []int{1}, []float32{1})
		}), "has shape [1]"},
		{"NaN", weightsFile, weights(func(all safetensors.Tensors) {
			values := all[bias].Float32s()
			values[1] = float32(math.NaN())
			all[bias] = safetensors.Float32(bias, all[bias].Shape, values)
		}), "dense_1"},
		{"infinite float16", weightsFile, weights(func(all safetensors.Tensors) {
			values := all[bias].Float32s()
			values[1] = 1e6
			all[bias] = safetensors.Float16(bias, all[bias].Shape, values)
		}), "dense_1"},
		{"integers", weightsFile, weights(func(all safetensors.Tensors) {
			all[bias] = safetensors.Int32(bias, all[bias].Shape, make([]int32, all[bias].Shape[0]))
		}), "stored as I32"},
		{"labels", labelsFile, func([]byte) []byte { return []byte("a\nb\n") }, "2 labels"},
		{"label with a path", labelsFile, replace("0", "../0"), "label"},
		{"units", modelFile, replace(`"units": `, `"units": 1`), "dense"},
		{"activation", modelFile, replace(`"relu"`, `"telu"`), "dense"},
		{"network", modelFile, replace(`"Sequential"`, `"Lambda"`), "class"},
		{"format", modelFile, replace(`"format": 1`, `"format": 2`), "update edged"},
		{"precision", modelFile, replace(`"float32",`, `"int8",`), "precision"},
		{"scale", modelFile, replace(`"scale": 0`, `"scale": 7e99, "offset": 0`), "scale"},
		{"no JSON", modelFile, func([]byte) []byte { return []byte("{") }, "EOF"},
		{"probe of another model", probeFile, func([]byte) []byte {
			var b bytes.Buffer
			_ = safetensors.Write(&b, []safetensors.Tensor{
				safetensors.Float32("input", []int{1}, []float32{1}), safetensors.Float32("output", []int{1}, []float32{1}),
				safetensors.Float32("tolerance", nil, []float32{1}),
			}, nil)
			return b.Bytes()
		}, "the network has"},
	} {
		dir := filepath.Join(t.TempDir(), "v")
		if err := storagetest.Copy(dir, good); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, c.file))
		if err != nil {
			t.Fatal(err)
		}
		reseal(t, dir, c.file, c.change(data))
		for _, keep := range []bool{false, true} {
			_, err = Load(dir, LoadOptions{KeepFloat16: keep})
			if err == nil || !strings.Contains(err.Error(), c.want) || blamed(err) == "" {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
		}
	}
}

// FuzzManifest reads whatever it is given; what it accepts names plain files.
func FuzzManifest(f *testing.F) {
	text, err := os.ReadFile("../testdata/digits/model/" + manifestName)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		var m manifest
		if decodeStrictly(text, &m) != nil || m.check() != nil {
			return
		}
		for _, file := range m.Files {
			if !filepath.IsLocal(file.Name) || file.Size < 0 {
				t.Errorf("%+v", file)
			}
		}
	})
}

func TestCheckTarget(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"new":          "",
		"new/er/model": "",
		"none/../new":  "",
		"file":         "already",
		".hidden":      "starts with a dot",
		"file/model":   "is no folder",
		"file/a/model": "not a directory",
	} {
		if err := CheckTarget(dir + "/" + name); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
}
