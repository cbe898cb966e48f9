package storage

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"edged/nn"
	"edged/storage/picture"
	"edged/storage/safetensors"
	"edged/storage/storagetest"
)

// TestReference compares what loaded models answer with what Keras did, read
// from a SavedModel and from edged's own form.
func TestReference(t *testing.T) {
	cases, err := filepath.Glob(reference + "/*/savedmodel")
	if err != nil || len(cases) != 8 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	answers := map[string]string{
		"keras/testdata/nested":    "keras/testdata/nested.safetensors",
		"keras/testdata/teachable": "keras/testdata/teachable.safetensors",
		"keras/testdata/sharded":   "keras/testdata/teachable.safetensors",
	}
	for _, path := range cases {
		answers[path] = filepath.Join(filepath.Dir(path), "io.safetensors")
	}
	for path, answer := range answers {
		t.Run(strings.TrimPrefix(path, reference+"/"), func(t *testing.T) {
			io, err := safetensors.ReadFile(answer)
			if err != nil {
				t.Fatal(err)
			}
			m := mustLoad(t, path)
			if m.Format != "savedmodel" || m.Precision != Float32 || m.Name != filepath.Base(path) {
				t.Errorf("format %q, precision %q, name %q", m.Format, m.Precision, m.Name)
			}
			compare(t, m, io, 1e-5)
			compare(t, mustLoad(t, own(t, path, CommitOptions{})), io, 1e-5)
		})
	}
}

// compare predicts the recorded inputs and compares with the outputs.
func compare(t *testing.T, m *Model, io safetensors.Tensors, bound float64) {
	t.Helper()
	inputs, outputs := io["input"].Float32s(), io["output"].Float32s()
	in, out := m.Network.InputShape().Size(), m.Network.OutputShape().Size()
	for i := range len(inputs) / in {
		got := predict(t, m.Network, inputs[i*in:(i+1)*in])
		for j, want := range outputs[i*out : (i+1)*out] {
			if d := math.Abs(float64(got[j]) - float64(want)); d > bound*max(1, math.Abs(float64(want))) {
				t.Errorf("sample %d, output %d is %g, want %g", i, j, got[j], want)
			}
		}
	}
}

// TestDigits predicts pictures with the bundled model as Keras did.
func TestDigits(t *testing.T) {
	const dir = "../testdata/digits"
	m := mustLoad(t, dir+"/model")
	if m.Format != "edged" || m.Precision != Float16 || m.Probe == nil || len(m.Labels) != 10 {
		t.Fatalf("format %q, precision %q, labels %q, probe %v", m.Format, m.Precision, m.Labels, m.Probe != nil)
	}
	answers, err := safetensors.ReadFile(dir + "/valid_output.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(dir + "/valid_files.json")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	if err := json.Unmarshal(list, &files); err != nil {
		t.Fatal(err)
	}
	plan, err := nn.Compile(m.Network, nn.Options{Precision: nn.Float16})
	if err != nil {
		t.Fatal(err)
	}
	r := plan.NewRunner(nil)
	if err := m.Probe.Check(r); err != nil {
		t.Error(err)
	}
	p, err := nn.NewPreprocessor(m.Preprocessing, plan.InputShape())
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(files); i += 6 {
		image, err := picture.Read(filepath.Join(dir, "valid", files[i]))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Apply(r.Input(), image); err != nil {
			t.Fatal(err)
		}
		for j, got := range r.Predict() {
			if want := answers["output"].Float32s()[10*i+j]; math.Abs(float64(got-want)) > 1e-4 {
				t.Errorf("%s: score of %d is %v, want %v", files[i], j, got, want)
			}
		}
	}
}

// TestProbe finds out a model whose weights changed.
func TestProbe(t *testing.T) {
	m := mustLoad(t, own(t, reference+"/mlp/savedmodel", CommitOptions{}))
	check := func() error {
		plan, err := nn.Compile(m.Network, nn.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return m.Probe.Check(plan.NewRunner(nil))
	}
	if err := check(); err != nil {
		t.Error(err)
	}
	weights := m.Network.Weights()
	weights[len(weights)-1].Value[0] += 10
	var wrong *ProbeError
	if err := check(); !errors.As(err, &wrong) {
		t.Errorf("changed weights: %v, want a ProbeError", err)
	}
	m.Probe.Input = m.Probe.Input[1:]
	if err := check(); err == nil {
		t.Error("a probe of another model passed")
	}
}

// TestWhereModelsLie finds models inside folders, with what lies beside them.
func TestWhereModelsLie(t *testing.T) {
	labels := "one\ntwo\nthree\n"
	for _, c := range []struct {
		name string
		make func(dir string) error
		want string // labels, or the error
	}{
		{"Teachable Machine's folder", func(dir string) error {
			return errors.Join(storagetest.Copy(dir+"/model.savedmodel", "keras/testdata/teachable"), writeText(dir, "labels.txt", "0 one\n1 two\n2 three\n"))
		}, "one two three"},
		{"labels inside win", func(dir string) error {
			return errors.Join(storagetest.Copy(dir+"/m", "keras/testdata/teachable"), writeText(dir, "m/labels.txt", labels), writeText(dir, "labels.txt", "a\nb\nc\n"))
		}, "one two three"},
		{"several models", func(dir string) error {
			return errors.Join(storagetest.Copy(dir+"/a", "keras/testdata/teachable"), storagetest.Copy(dir+"/b", "keras/testdata/nested"))
		}, "name one of them: a, b"},
		{"nothing", func(string) error { return nil }, "not complete yet"},
		{"only labels", func(dir string) error { return writeText(dir, "labels.txt", labels) }, "not complete yet"},
		{"a hidden model", func(dir string) error { return storagetest.Copy(dir+"/.a", "keras/testdata/teachable") }, "not complete yet"},
		{"half a model", func(dir string) error {
			return errors.Join(storagetest.Copy(dir, "keras/testdata/teachable"), os.RemoveAll(dir+"/variables"))
		}, "variables/variables.index: it is missing"},
		{"variables behind a link", func(dir string) error {
			return errors.Join(storagetest.Copy(dir, "keras/testdata/teachable"), os.Rename(dir+"/variables", dir+"/../elsewhere"), os.Symlink("../elsewhere", dir+"/variables"))
		}, "link out of the folder"},
		{"NaN", func(dir string) error { return storagetest.Copy(dir, "keras/testdata/nan") }, `variables: layer "dense`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "model")
			if err := errors.Join(os.Mkdir(dir, 0o777), c.make(dir)); err != nil {
				t.Fatal(err)
			}
			m, err := Load(dir, LoadOptions{})
			if err != nil {
				if !strings.Contains(err.Error(), c.want) || blamed(err) == "" {
					t.Errorf("got %v, want %q", err, c.want)
				}
				return
			}
			if got := strings.Join(m.Labels, " "); got != c.want || m.Name != "model" || m.Path != dir {
				t.Errorf("labels %q, name %q, path %q", got, m.Name, m.Path)
			}
		})
	}
}

func writeText(dir, name, text string) error {
	return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666)
}

// TestWhatIsNoModel refuses other things than folders and files, and waits for
// none of them.
func TestWhatIsNoModel(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(writeText(dir, "notes", "no model"), storagetest.Copy(dir+"/.tmp", "keras/testdata/nan")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir + "/notes": "no model in a form that edged knows",
		dir + "/.tmp":  "starts with a dot",
		"/dev/zero":    "neither a folder nor a regular file",
	} {
		for _, err := range []error{Verify(path), second(Load(path, LoadOptions{}))} {
			var damaged *DamagedError
			if !errors.As(err, &damaged) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", path, err, want)
			}
		}
	}
	if err := Verify(dir + "/absent"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent model: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestForeignPreprocessing follows the order: the network's own Rescaling,
// preprocess.json, the caller, the default.
func TestForeignPreprocessing(t *testing.T) {
	options := LoadOptions{Preprocessing: nn.Preprocessing{Resize: "area", Color: "bgr", Scale: 2, Offset: 3}}
	for _, c := range []struct {
		name, model, file string
		options           LoadOptions
		want              nn.Preprocessing
		wrong             string
	}{
		{name: "default", model: "seed_small", want: nn.Preprocessing{Resize: "bilinear", Color: "rgb", Scale: 1.0 / 255}},
		{name: "caller", model: "seed_small", options: options, want: options.Preprocessing},
		{name: "file", model: "seed_small", options: options, file: `{"scale": 0.5, "offset": -1}`, want: nn.Preprocessing{Resize: "area", Color: "bgr", Scale: 0.5, Offset: -1}},
		{name: "Rescaling", model: "preprocessing", options: options, file: `{"scale": 0.5, "offset": -1, "resize": "nearest"}`, want: nn.Preprocessing{Resize: "nearest", Color: "bgr", Scale: 1}},
		{name: "unknown entry", model: "seed_small", file: `{"size": 3}`, wrong: `preprocess.json: json: unknown field "size"`},
		{name: "unknown resize", model: "seed_small", file: `{"resize": "cubic"}`, wrong: "resize is"},
		{name: "scale 0", model: "seed_small", file: `{"scale": 0}`, wrong: "scale is 0"},
		{name: "overflow", model: "seed_small", file: `{"scale": 1e50}`, wrong: "preprocess.json"},
		{name: "gray", model: "seed_small", file: `{"color": "gray"}`, wrong: "3 channels"},
		{name: "no object", model: "seed_small", file: `[]`, wrong: "preprocess.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "model")
			if err := storagetest.Copy(dir, reference+"/"+c.model+"/savedmodel"); err != nil {
				t.Fatal(err)
			}
			if c.file != "" {
				if err := writeText(dir, preprocessFile, c.file); err != nil {
					t.Fatal(err)
				}
			}
			m, err := Load(dir, c.options)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("got %v, want %q", err, c.wrong)
				}
				return
			}
			if err != nil || m.Preprocessing != c.want {
				t.Errorf("got %+v %v, want %+v", m, err, c.want)
			}
		})
	}
}

// TestForeignLabels reads the labels that lie beside a model of three classes.
func TestForeignLabels(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             string // labels joined with "|", or the error
	}{
		{"none", "", "", "0|1|2"},
		{"lines", labelsFile, "a b\n c \nd", "a b|c|d"},
		{"Windows", labelsFile, "\ufeffa\r\nb\r\nc\r\n\r\n", "a|b|c"},
		{"numbers before", labelsFile, "0 a\n1 b c\n2 d\n", "a|b c|d"},
		{"numbers only", labelsFile, "0\n1\n2\n", "0|1|2"},
		{"numbers of something", labelsFile, "3 apples\n1 b\n2 d\n", "3 apples|1 b|2 d"},
		{"indices", indicesFile, `{"c": 2, "a": 0, "b": 1}`, "a|b|c"},
		{"too few", labelsFile, "a\nb\n", "labels.txt: it has 2 labels and the network has 3 outputs"},
		{"too many indices", indicesFile, `{"c": 2, "a": 0, "b": 1, "d": 3}`, "class_indices.json: it has 4 labels and the network has 3 outputs"},
		{"empty", labelsFile, "\n\n", "no labels"},
		{"hole", labelsFile, "a\n\nc\n", "class 1: a label is empty"},
		{"separator", labelsFile, "a\nb/c\nd\n", `class 1: the label "b/c"`},
		{"up", labelsFile, "a\n..\nd\n", "starts with a dot"},
		{"control", labelsFile, "a\nb\x07\nd\n", "no label may have"},
		{"not UTF-8", labelsFile, "a\n\xff\nd\n", "not UTF-8"},
		{"long", labelsFile, "a\n" + strings.Repeat("é", 65) + "\nd\n", "has 65 characters and may have 64"},
		{"as long as may be", labelsFile, "a\n" + strings.Repeat("é", 64) + "\nd\n", "a|" + strings.Repeat("é", 64) + "|d"},
		{"same number", indicesFile, `{"a": 0, "b": 0, "c": 1}`, "the same number 0"},
		{"number missing", indicesFile, `{"a": 0, "b": 1, "c": 3}`, "no label has the number 2"},
		{"number is no number", indicesFile, `{"a": 0, "b": 1, "c": "2"}`, "class_indices.json"},
		{"no object", indicesFile, `["a"]`, "not a JSON object"},
		{"more", indicesFile, `{"a": 0, "b": 1, "c": 2} x`, "class_indices.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "model")
			if err := storagetest.Copy(dir, "keras/testdata/nested"); err != nil {
				t.Fatal(err)
			}
			if c.file != "" {
				if err := writeText(dir, c.file, c.text); err != nil {
					t.Fatal(err)
				}
			}
			m, err := Load(dir, LoadOptions{})
			if err != nil {
				if !strings.Contains(err.Error(), c.want) || blamed(err) != c.file {
					t.Errorf("got %v, want %q", err, c.want)
				}
			} else if !slices.Equal(m.Labels, strings.Split(c.want, "|")) {
				t.Errorf("got %q, want %q", m.Labels, c.want)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, path := range []string{"../testdata/digits/model", reference + "/seed_small/savedmodel"} {
		b.Run(path[strings.LastIndex(path, "testdata/")+9:], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				mustLoad(b, path)
			}
		})
	}
}

// FuzzLabels reads both forms of labels; what is accepted is fit for folders.
func FuzzLabels(f *testing.F) {
	f.Add("0 a\n1 b\n")
	f.Add(`{"a": 1, "b": 0}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func([]byte) ([]string, error){parseLabels, parseIndices} {
			labels, err := parse([]byte(text))
			if err != nil || checkLabels(labels) != nil {
				continue
			}
			for _, l := range labels {
				if !filepath.IsLocal(l) || filepath.Base(l) != l {
					t.Errorf("label %q", l)
				}
			}
		}
	})
}
