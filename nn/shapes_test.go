package nn

import (
	"encoding/json"
	"testing"
)

// TestShapes compares output shapes with Keras's for random settings.
func TestShapes(t *testing.T) {
	var cases [][4]json.RawMessage
	if err := json.Unmarshal(read(t, "testdata/shapes.gz"), &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		var class string
		var settings map[string]any
		var in, want Shape
		for i, p := range []any{&class, &settings, &in, &want} {
			if err := json.Unmarshal(c[i], p); err != nil {
				t.Fatal(err)
			}
		}
		l, ok := newLayer(class)
		if !ok {
			t.Fatal(class)
		}
		err := readConfig(l, settings, 3)
		var got Shape
		if err == nil {
			got, err = l.Build([]Shape{in})
		}
		switch {
		case want == nil && err == nil:
			t.Errorf("%s %s on %v gives %v, Keras refuses", class, c[1], in, got)
		case want != nil && (err != nil || !got.Equal(want)):
			t.Errorf("%s %s on %v gives %v (%v), Keras %v", class, c[1], in, got, err, want)
		}
	}
}

// TestSamePadding holds to TensorFlow's uneven split.
func TestSamePadding(t *testing.T) {
	for _, tt := range []struct{ in, window, stride, dilation, out, before int }{
		{224, 3, 1, 1, 224, 1},
		{224, 3, 2, 1, 112, 0}, // one zero in all, after the last
		{37, 5, 2, 1, 19, 2},
		{10, 3, 1, 2, 10, 2},
		{5, 1, 3, 1, 2, 0}, // the windows skip cells: nothing to pad
	} {
		if out := Same.Output(tt.in, tt.window, tt.stride, tt.dilation); out != tt.out {
			t.Errorf("%+v: output %d", tt, out)
		}
		if before := Same.Before(tt.in, tt.window, tt.stride, tt.dilation); before != tt.before {
			t.Errorf("%+v: before %d", tt, before)
		}
	}
}
