package nn

import (
	"errors"
	"slices"
	"testing"
)

func TestSplitHeadInsideNestedModels(t *testing.T) {
	softmax := Activation{Name: "softmax"}
	inner, err := NewSequential("inner", Shape{4}, &Dense{Units: 3, Activation: Activation{Name: "relu"}, UseBias: true}, &Dense{Units: 2, Activation: softmax, UseBias: true})
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewSequential("", Shape{2, 2, 1}, &Flatten{}, inner)
	if err != nil {
		t.Fatal(err)
	}
	if err := Initialize(m, 1); err != nil {
		t.Fatal(err)
	}
	h, err := SplitHead(m)
	if err != nil {
		t.Fatal(err)
	}
	if h.Inputs() != 3 || !h.Body.OutputShape().Equal(Shape{3}) || len(h.Body.Weights()) != 2 {
		t.Errorf("got a body of %v and %d inputs", h.Body.OutputShape(), h.Inputs())
	}
	if _, err := Compile(h.Body, Options{}); err != nil {
		t.Error(err)
	}
	if err := h.Set(make([]float32, 15), []float32{0, 0, 1, 0, 0}); err != nil {
		t.Fatal(err)
	}
	plan, err := Compile(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := plan.NewRunner(nil).Predict()
	if len(got) != 5 || slices.Max(got) != got[2] {
		t.Errorf("got %v", got)
	}
	if err := h.Set(make([]float32, 14), make([]float32, 5)); err == nil {
		t.Error("a kernel of the wrong size was taken")
	}
}

func TestSplitHeadRefuses(t *testing.T) {
	for name, layers := range map[string][]Layer{
		"no dense":   {&Flatten{}, &Softmax{}},
		"sigmoid":    {&Flatten{}, &Dense{Units: 2, Activation: Activation{Name: "sigmoid"}}},
		"no softmax": {&Flatten{}, &Dense{Units: 2}},
		"twice":      {&Flatten{}, &Dense{Units: 2, Activation: Activation{Name: "softmax"}}, &Softmax{}},
	} {
		m, err := NewSequential("", Shape{2, 2, 1}, layers...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := SplitHead(m); !errors.Is(err, ErrNoHead) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestProducts(t *testing.T) {
	p, err := NewProducts(nil, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	a, aTurned := []float32{1, 2, 3, 4, 5, 6}, []float32{1, 4, 2, 5, 3, 6}
	b, bTurned := []float32{1, 0, 0, 1, 1, 1}, []float32{1, 0, 1, 0, 1, 1}
	for name, add := range map[string]func(dst []float32){
		"Add":           func(dst []float32) { p.Add(dst, a, b, 2, 3, 2) },
		"AddTurned":     func(dst []float32) { p.AddTurned(dst, a, bTurned, 2, 3, 2) },
		"AddFromTurned": func(dst []float32) { p.AddFromTurned(dst, aTurned, b, 2, 3, 2) },
	} {
		dst := []float32{1, 1, 1, 1}
		add(dst)
		if want := []float32{5, 6, 11, 12}; !slices.Equal(dst, want) {
			t.Errorf("%s: got %v, want %v", name, dst, want)
		}
	}
}
