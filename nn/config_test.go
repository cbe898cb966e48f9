package nn

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// referenceCases are the folders of models that Keras recorded.
func referenceCases(t testing.TB) []string {
	dirs, err := filepath.Glob("../testdata/reference/*/summary.txt")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no reference cases", err)
	}
	for i := range dirs {
		dirs[i] = filepath.Dir(dirs[i])
	}
	return dirs
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestReferenceConfigs(t *testing.T) {
	for _, dir := range referenceCases(t) {
		for _, name := range []string{"keras2.json", "keras3.json"} {
			t.Run(filepath.Base(dir)+"/"+name, func(t *testing.T) {
				m, err := ModelFromConfig(read(t, filepath.Join(dir, name)))
				if err != nil {
					t.Fatal(err)
				}
				want := string(read(t, filepath.Join(dir, "summary.txt")))
				if got := m.Summary(); name == "keras2.json" && got != want {
					t.Errorf("summary is\n%s\nwant\n%s", got, want)
				}
				if got, _ := m.Params(); !strings.Contains(want, "Total params: "+strconv.Itoa(got)+" ") {
					t.Errorf("%d parameters, want those of\n%s", got, want)
				}
				if !strings.Contains(string(m.Compile), "categorical_crossentropy") {
					t.Errorf("compile information is %q", m.Compile)
				}
			})
		}
	}
}

func TestApplications(t *testing.T) {
	for _, tt := range []struct {
		name             string
		total, trainable int // as keras.applications prints them
	}{
		{"MobileNet", 4253864, 4231976},
		{"MobileNetV2", 3538984, 3504872},
		{"MobileNetV3Small", 2554968, 2542856},
		{"EfficientNetB0", 5330571, 5288548},
		{"ResNet50", 25636712, 25583592},
	} {
		for _, keras := range []string{"2", "3"} {
			t.Run(tt.name+"/"+keras, func(t *testing.T) {
				m, err := ParseConfig(read(t, "testdata/applications/"+tt.name+".keras"+keras+".json.gz"))
				if err != nil {
					t.Fatal(err)
				}
				out, err := m.Build([]Shape{{224, 224, 3}})
				if err != nil {
					t.Fatal(err)
				}
				if out.String() != "(None, 1000)" {
					t.Errorf("output is %v, want (None, 1000)", out)
				}
				if total, trainable := m.Params(); total != tt.total || trainable != tt.trainable {
					t.Errorf("parameters %d, %d trainable; want %d, %d", total, trainable, tt.total, tt.trainable)
				}
			})
		}
	}
}

// TestOperationsWithoutModule reads operations as Keras 3 writes them to .h5
// files, where nothing but what their configuration lacks tells them from
// layers.
func TestOperationsWithoutModule(t *testing.T) {
	tensor := `{"class_name": "__keras_tensor__", "config": {"shape": [null, 4], "dtype": "float32", "keras_history": ["in", 0, 0]}}`
	m, err := ModelFromConfig([]byte(`{"class_name": "Functional", "config": {"name": "f", "layers": [
		{"class_name": "InputLayer", "config": {"batch_shape": [null, 4], "dtype": "float32", "name": "in"}, "name": "in", "inbound_nodes": []},
		{"class_name": "Add", "config": {"name": "add"}, "name": "add", "inbound_nodes": [{"args": [` + tensor + `, 3.0], "kwargs": {}}]},
		{"class_name": "Multiply", "config": {"name": "multiply"}, "name": "multiply", "inbound_nodes": [{"args": [` + strings.Replace(tensor, `"in"`, `"add"`, 1) + `, 0.5], "kwargs": {}}]}],
		"input_layers": ["in", 0, 0], "output_layers": ["multiply", 0, 0]}}`))
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Compile(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := plan.NewRunner(nil)
	copy(r.Input(), []float32{-3, 0, 1, 5})
	if got, want := r.Predict(), []float32{0, 1.5, 2, 4}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
