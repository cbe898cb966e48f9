package hdf5

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// forms are files of the same content in the structures of different versions
// of HDF5; testdata/make_forms.py wrote them.
func forms(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.h5.gz")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in testdata: %v", err)
	}
	out := map[string][]byte{}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		out[filepath.Base(path)] = data
	}
	return out
}

func root(t testing.TB, data []byte) *Object {
	t.Helper()
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	o, err := f.Root()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func open(t testing.TB, o *Object, path string) *Object {
	t.Helper()
	child, err := o.Open(path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return child
}

func TestFloats(t *testing.T) {
	ramp := func(n int, from float32) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = from + float32(i)
		}
		return v
	}
	tests := []struct {
		path  string
		shape []int
		want  []float32
	}{
		{"float32", []int{5, 4, 3}, ramp(60, 0)},
		{"float64", []int{5, 4, 3}, ramp(60, 0)},
		{"float16", []int{5, 4, 3}, ramp(60, 0)},
		{"big", []int{5, 4, 3}, ramp(60, 0)},
		{"int8", []int{5, 4, 3}, ramp(60, -30)},
		{"uint16", []int{5, 4, 3}, ramp(60, 0)},
		{"int64", []int{5, 4, 3}, ramp(60, -30)},
		{"bigint", []int{5, 4, 3}, ramp(60, -30)},
		{"chunked", []int{5, 4, 3}, ramp(60, 0)},
		{"deflated", []int{5, 4, 3}, ramp(60, 0)},
		{"single", []int{5, 4, 3}, ramp(60, 0)},
		{"long", []int{600}, ramp(600, 0)},
		{"scalar", nil, []float32{7}},
		{"empty", []int{0, 3}, []float32{}},
		{"compact", []int{4}, []float32{1, 2, 3, 4}},
		{"many/member_041", nil, []float32{41}},
		{"nested/a/b", []int{2}, []float32{1, 2}},
	}
	for name, data := range forms(t) {
		for _, tt := range tests {
			t.Run(name+"/"+tt.path, func(t *testing.T) {
				o := open(t, root(t, data), tt.path)
				shape, err := o.Shape()
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(shape, tt.shape) {
					t.Errorf("shape: got %v, want %v", shape, tt.shape)
				}
				got, err := o.Floats(1000)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("got %v, want %v", got, tt.want)
				}
			})
		}
	}
}

func TestNames(t *testing.T) {
	for name, data := range forms(t) {
		t.Run(name, func(t *testing.T) {
			got, err := open(t, root(t, data), "many").Names()
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for i := range 60 {
				want = append(want, fmt.Sprintf("member_%03d", i))
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestAttributes(t *testing.T) {
	list := make([]string, 20)
	for i := range list {
		list[i] = fmt.Sprintf("name%d", i)
	}
	tests := []struct {
		name string
		want []string
	}{
		{"text", []string{"grüße"}},
		{"fixed", []string{"fixed"}},
		{"list", list},
		{"bytes", []string{"x", "yy"}},
		{"split", []string{"p", "q", "r"}},
	}
	for name, data := range forms(t) {
		for _, tt := range tests {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				got, err := root(t, data).SplitStrings(tt.name)
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got, tt.want) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		}
		t.Run(name+"/of many", func(t *testing.T) {
			a, err := open(t, root(t, data), "attributes").Attribute("attr33")
			if err != nil {
				t.Fatal(err)
			}
			if got, err := a.Text(); err != nil || got != "value 33" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestStrings(t *testing.T) {
	for name, data := range forms(t) {
		t.Run(name, func(t *testing.T) {
			got, err := open(t, root(t, data), "strings").Strings(10)
			if want := []string{"one", "two", "three"}; err != nil || !slices.Equal(got, want) {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		})
	}
}

func TestWhatIsNotThere(t *testing.T) {
	for name, data := range forms(t) {
		r := root(t, data)
		var missing *NotFoundError
		if _, err := r.Open("nested/none"); !errors.As(err, &missing) {
			t.Errorf("%s: a missing member: got %v", name, err)
		}
		if _, err := r.Attribute("none"); !errors.As(err, &missing) {
			t.Errorf("%s: a missing attribute: got %v", name, err)
		}
		if _, err := open(t, r, "long").Floats(599); err == nil {
			t.Errorf("%s: 600 elements were read where 599 were allowed", name)
		}
	}
}

func TestTruncatedFilesAreRefused(t *testing.T) {
	for name, data := range forms(t) {
		for _, n := range []int{0, 1, 7, 8, 40, 95, 100, len(data) / 2, len(data) - 1} {
			if _, err := Open(bytes.NewReader(data[:n]), int64(n)); err == nil {
				t.Errorf("%s cut to %d of %d bytes was opened", name, n, len(data))
			}
		}
	}
}

// readEverything walks over all that a file holds, as deep as it goes.
func readEverything(data []byte) {
	f, err := Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return
	}
	r, err := f.Root()
	if err != nil {
		return
	}
	visit(r, 4)
}

func visit(o *Object, depth int) {
	if attrs, err := o.attributes(); err == nil {
		for _, a := range attrs {
			_, _ = a.Strings()
		}
	}
	if o.IsDataset() {
		_, _ = o.Floats(1 << 20)
		_, _ = o.Strings(1 << 16)
		return
	}
	names, err := o.Names()
	if err != nil || depth == 0 {
		return
	}
	for _, name := range names {
		if child, err := o.Open(name); err == nil {
			visit(child, depth-1)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(sample(f, 0, 0))
	f.Add(sample(f, 2, 1))
	f.Fuzz(func(_ *testing.T, data []byte) { readEverything(data) })
}
