package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// sample is a small file of every kind of thing that is written.
func sample(t testing.TB, members, strings int) []byte {
	t.Helper()
	root := &Group{}
	root.SetText("empty", "")
	root.SetText("model_config", `{"name": "é"}`)
	var names []string
	for i := range strings {
		names = append(names, fmt.Sprint("s", i))
	}
	root.SetStrings("names", names)
	root.SetStrings("none", nil)
	for i := range members {
		if err := root.Put(fmt.Sprintf("g%d/h/kernel:%d", i%7, i), &Dataset{Shape: []int{1, 2}, Values: []float32{float32(i), -1}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := root.Put("scalar", &Dataset{Values: []float32{7}}); err != nil {
		t.Fatal(err)
	}
	if err := root.Put("nothing", &Dataset{Shape: []int{0}}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, root); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWrite(t *testing.T) {
	for _, size := range [][2]int{{0, 0}, {1, 1}, {5000, 10000}} {
		data := sample(t, size[0], size[1])
		f, err := Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		root, err := f.Root()
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"empty": "", "model_config": `{"name": "é"}`} {
			a, err := root.Attribute(name)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := a.Text(); err != nil || got != want {
				t.Errorf("%s is %q %v, want %q", name, got, err, want)
			}
		}
		names, err := root.SplitStrings("names")
		if err != nil || len(names) != size[1] || size[1] > 0 && names[size[1]-1] != fmt.Sprint("s", size[1]-1) {
			t.Errorf("%d names, %v", len(names), err)
		}
		groups := map[int]*Object{}
		for i := range size[0] {
			if groups[i%7] == nil {
				if groups[i%7], err = root.Open(fmt.Sprintf("g%d/h", i%7)); err != nil {
					t.Fatal(err)
				}
			}
			o, err := groups[i%7].Open(fmt.Sprintf("kernel:%d", i))
			if err != nil {
				t.Fatal(err)
			}
			values, err := o.Floats(2)
			if shape, _ := o.Shape(); err != nil || !slices.Equal(values, []float32{float32(i), -1}) || !slices.Equal(shape, []int{1, 2}) {
				t.Fatalf("dataset %d is %v %v", i, values, err)
			}
		}
		var short *ShortError
		if _, err := Open(bytes.NewReader(data[:len(data)-1]), int64(len(data)-1)); !errors.As(err, &short) {
			t.Errorf("cut by one byte: %v", err)
		}
	}
}

func TestPutRefuses(t *testing.T) {
	root := &Group{}
	put := func(path string, n int) error { return root.Put(path, &Dataset{Shape: []int{n}, Values: []float32{1}}) }
	for _, c := range []struct {
		path string
		n    int
		want string
	}{{"a/b", 1, ""}, {"a/b", 1, "already"}, {"a", 1, "already"}, {"a/b/c", 1, "is a dataset"}, {"d", 2, "asks for 2"}, {"", 1, "already"}} {
		if err := put(c.path, c.n); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.path, err, c.want)
		}
	}
}
