//go:build keras

package nn

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestConfigLoadsInKeras has the Keras of $PYTHON (python3 by default) load
// what Config writes.
func TestConfigLoadsInKeras(t *testing.T) {
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "python3"
	}
	for _, keras := range []int{2, 3} {
		dir := t.TempDir()
		models := map[string]*Model{}
		args := []string{"testdata/check_configs.py", fmt.Sprint(keras)}
		for i, name := range modelNames(t) {
			m, err := ParseConfig(read(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := m.Build([]Shape{buildShape(m)}); err != nil {
				t.Fatal(err)
			}
			if !inKeras(m, keras) {
				continue
			}
			data, err := m.Config(keras)
			if err != nil {
				t.Fatal(name, err)
			}
			file := fmt.Sprintf("%d.json", i)
			models[file] = m
			path := filepath.Join(dir, file)
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
			args = append(args, path)
		}
		cmd := exec.Command(python, args...)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(out))
		lines.Buffer(nil, 1<<20)
		loaded := 0
		for lines.Scan() {
			var got struct {
				File              string
				Params, Trainable int
				Layers            [][2]string
			}
			if err := json.Unmarshal(lines.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			m := models[got.File]
			loaded++
			if total, trainable := m.Params(); total != got.Params || trainable != got.Trainable {
				t.Errorf("%s: Keras %d counts %d parameters, %d trainable; want %d, %d", m.ModelName, keras, got.Params, got.Trainable, total, trainable)
			}
			names := (&modelWriter{keras: keras}).names(m)
			var want [][2]string
			for _, l := range m.Layers {
				class := l.Class()
				if op, ok := l.(*Operation); ok {
					class = op.Equivalent.Class()
				}
				want = append(want, [2]string{names[l], class})
			}
			if fmt.Sprint(got.Layers) != fmt.Sprint(want) {
				t.Errorf("%s: Keras %d has layers\n%v\nwant\n%v", m.ModelName, keras, got.Layers, want)
			}
		}
		if loaded != len(models) {
			t.Errorf("Keras %d loaded %d of %d models", keras, loaded, len(models))
		}
	}
}
