package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestConvertToKeras(t *testing.T) {
	dir := filepath.Join(reference, "separable")
	recorded := filepath.Join(dir, "io.safetensors")
	folder := t.TempDir()
	for out, options := range map[string][]string{"a.keras": nil, "b.h5": nil, "c": {"--format", "savedmodel"}} {
		path := filepath.Join(folder, out)
		if got := edged(t, append([]string{"convert", filepath.Join(dir, "savedmodel"), path}, options...)...); got.status != 0 || got.output != path+"\n" || got.errors != "" {
			t.Fatalf("got %+v", got)
		}
		tensors := path + ".safetensors"
		if got := edged(t, "activations", "--model", path, "--input", recorded, "--output", tensors); got.status != 0 {
			t.Fatalf("got %+v", got)
		}
		compareTensors(t, tensors, recorded)
	}
	got := edged(t, "convert", filepath.Join(dir, "savedmodel"), filepath.Join(folder, "d.h5"), "--precision", "float16")
	if got.status != 1 || !strings.Contains(got.errors, "float32") {
		t.Errorf("got %+v", got)
	}
}
