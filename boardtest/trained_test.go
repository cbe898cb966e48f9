//go:build board

package boardtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// network is a small one: QEMU computes with floating point by software.
const network = `{"class_name":"Sequential","config":{"name":"small","layers":[
{"class_name":"InputLayer","config":{"batch_input_shape":[null,48,48,3],"dtype":"float32","sparse":false,"ragged":false,"name":"in"}},
{"class_name":"Conv2D","config":{"name":"conv2d","filters":8,"kernel_size":[3,3],"activation":"relu","use_bias":true}},
{"class_name":"MaxPooling2D","config":{"name":"pool","pool_size":[2,2],"strides":[2,2],"padding":"valid"}},
{"class_name":"Flatten","config":{"name":"flatten"}},
{"class_name":"Dense","config":{"name":"dense","units":10,"activation":"softmax","use_bias":true}}]},"keras_version":"2.15.0","backend":"tensorflow"}`

// trained is a model of the small network that knows digits, in the folder first.
func trained(t *testing.T) map[string][]byte {
	t.Helper()
	folder := t.TempDir()
	config, model := filepath.Join(folder, "config.json"), filepath.Join(folder, "first")
	if err := os.WriteFile(config, []byte(network), 0o600); err != nil {
		t.Fatal(err)
	}
	command(t, "../build/bin/edged", "fit", "--train", "../testdata/digits/valid", "--arch", config, "--epochs", "3", "--out", model)
	files := map[string][]byte{}
	err := filepath.WalkDir(model, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files["first"+strings.TrimPrefix(path, model)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
