package safetensors

import (
	"bytes"
	"testing"
)

// FuzzOpen reads whatever it is given and everything that it describes.
func FuzzOpen(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, []Tensor{
		Float32("kernel", []int{2, 1}, []float32{1, 2}),
		Float16("bias", []int{1}, []float32{3}),
		Int8("q", []int{3}, []int8{1, 2, 3}),
	}, map[string]string{"k": "v"}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(file(`{}`, 0))
	f.Add(file(`{"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}`, 8))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := open(data)
		if err != nil {
			return
		}
		total := 0
		for _, i := range file.Tensors() {
			raw, err := file.Bytes(i.Name)
			if err != nil {
				t.Fatal(err)
			}
			values, err := file.Float32s(i.Name)
			if err != nil || len(values) != i.Elements() {
				t.Fatalf("%s: %d values, %v", i.Name, len(values), err)
			}
			if half, err := file.Float16s(i.Name); (err == nil) != (i.DType == F16) || err == nil && len(half) != i.Elements() {
				t.Fatalf("%s: %d values in float16, %v", i.Name, len(half), err)
			}
			total += len(raw)
		}
		if total > len(data) {
			t.Fatalf("%d bytes out of %d", total, len(data))
		}
	})
}
