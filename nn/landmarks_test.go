package nn

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// TestLandmarksAnswerAsTheirFormula builds a head on a network's map and compares
// it with the sum of exponentials that it stands for; then it is found again.
func TestLandmarksAnswerAsTheirFormula(t *testing.T) {
	m, err := NewSequential("", Shape{4, 6, 2}, &Conv2D{Filters: 3, KernelSize: [2]int{1, 1}, UseBias: true}, &Flatten{}, &Dropout{Rate: 0.5},
		&Dense{Units: 2, Activation: Activation{Name: "softmax"}, UseBias: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := Initialize(m, 1); err != nil {
		t.Fatal(err)
	}
	grid, err := SplitMap(m)
	if err != nil {
		t.Fatal(err)
	}
	if grid.Compares || !grid.Map.Equal(Shape{4, 6, 3}) {
		t.Fatalf("got %v, compares %v", grid.Map, grid.Compares)
	}
	if _, err := grid.Nearness(); !errors.Is(err, ErrNoHead) {
		t.Errorf("got %v", err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	some := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = r.Float32() - 0.5
		}
		return v
	}
	const count, features, units = 5, 2 * 3 * 3, 4
	l := &Landmarks{Pool: 2, Gamma: 0.7, Points: some(count * features), Kernel: some(count * units), Bias: some(units)}
	with, err := grid.With(l)
	if err != nil {
		t.Fatal(err)
	}
	again, err := SplitMap(with)
	if err != nil || !again.Compares || !again.Map.Equal(grid.Map) {
		t.Fatalf("got %+v, %v", again, err)
	}
	input := some(4 * 6 * 2)
	grown := predict(t, with, input)
	want := l.answer(pooled(predict(t, again.Body, input), grid.Map, 2))
	for i, w := range want {
		if math.Abs(float64(grown[i])-w) > 1e-6 {
			t.Fatalf("got %v, want %v", grown, want)
		}
	}
	nearness, err := again.Nearness()
	if err != nil || !nearness.OutputShape().Equal(Shape{count}) {
		t.Errorf("got %v, %v", nearness, err)
	}
	l.Points = l.Points[1:]
	if _, err := grid.With(l); err == nil {
		t.Error("landmarks of the wrong size were taken")
	}
}

func predict(t *testing.T, m *Model, input []float32) []float32 {
	t.Helper()
	plan, err := Compile(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	runner := plan.NewRunner(nil)
	copy(runner.Input(), input)
	return runner.Predict()
}

// pooled are means over size x size places.
func pooled(v []float32, s Shape, size int) []float64 {
	out := make([]float64, s.Size()/size/size)
	for y := range s[0] {
		for x := range s[1] {
			for c := range s[2] {
				out[(y/size*(s[1]/size)+x/size)*s[2]+c] += float64(v[(y*s[1]+x)*s[2]+c]) / float64(size*size)
			}
		}
	}
	return out
}

// answer is the formula in float64.
func (l *Landmarks) answer(x []float64) []float64 {
	units := len(l.Bias)
	scores, sum := make([]float64, units), 0.0
	for k := range scores {
		scores[k] = float64(l.Bias[k])
		for j := range len(l.Points) / len(x) {
			d := 0.0
			for i, v := range x {
				d += (v - float64(l.Points[j*len(x)+i])) * (v - float64(l.Points[j*len(x)+i]))
			}
			scores[k] += math.Exp(-l.Gamma*d) * float64(l.Kernel[j*units+k])
		}
		scores[k] = math.Exp(scores[k])
		sum += scores[k]
	}
	for k := range scores {
		scores[k] /= sum
	}
	return scores
}

func TestSplitMapRefuses(t *testing.T) {
	softmax := Activation{Name: "softmax"}
	for name, layers := range map[string][]Layer{
		"no map":        {&Flatten{}, &Dense{Units: 3}, &Dense{Units: 2, Activation: softmax}},
		"activation":    {&Flatten{}, &ReLU{}, &Dense{Units: 2, Activation: softmax}},
		"global":        {&GlobalAveragePooling2D{}, &Dense{Units: 2, Activation: softmax}},
		"other pooling": {&AveragePooling2D{}, &Conv2D{Filters: 1, KernelSize: [2]int{1, 1}}},
	} {
		m, err := NewSequential("", Shape{2, 2, 1}, layers...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := SplitMap(m); !errors.Is(err, ErrNoHead) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
