package train

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edged/nn"
)

// TestLandmarksLearnALabelAndAreFittedAgain grows a head that compares, and then
// fits that one to more captures, of which it has learned a part.
func TestLandmarksLearnALabelAndAreFittedAgain(t *testing.T) {
	m := taught(t)
	dir := patterns(t, 20, 12)
	f := headFit(t, m, dir)
	f.Method = "landmarks"
	got, err := f.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !got.Committed || strings.Join(m.Labels, " ") != "across along spots" || m.Network.OutputShape()[0] != 3 {
		t.Fatalf("got %+v", got)
	}
	if answered := evaluated(t, m, dir); answered.Accuracy < 0.95 {
		t.Errorf("got %+v", answered)
	}
	again := headFit(t, m, dir)
	if got, err = again.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(got.Candidates) != 1 || got.Candidates[0].Method != "landmarks" || got.Incumbent.Captures != got.HeldOut || got.Candidates[0].Captures != got.HeldOut+got.Training {
		t.Errorf("got %+v: what the incumbent keeps as landmarks is not compared", got)
	}
	// Where a label has no captures, only the last layer is fitted.
	if err := os.RemoveAll(filepath.Join(dir, "along")); err != nil {
		t.Fatal(err)
	}
	if got, err = headFit(t, m, dir).Run(t.Context()); err != nil || len(got.Candidates) != 1 || got.Candidates[0].Method != "fit" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestInvertedRoot(t *testing.T) {
	const n = 7
	r := rand.New(rand.NewPCG(1, 2))
	a := make([]float64, n*n)
	for i := range n {
		for j := range i + 1 {
			a[i*n+j] = r.Float64() / n
			a[j*n+i] = a[i*n+j]
		}
		a[i*n+i]++
	}
	root, err := invertedRoot(append([]float64(nil), a...), n)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		for j := range n {
			sum := 0.0 // of R'AR
			for k := range n {
				for l := range n {
					sum += float64(root[k*n+i]) * a[k*n+l] * float64(root[l*n+j])
				}
			}
			want := 0.0
			if i == j {
				want = 1
			}
			if math.Abs(sum-want) > 1e-6 {
				t.Fatalf("got %g at %d, %d", sum, i, j)
			}
		}
	}
	if _, err := invertedRoot(make([]float64, n*n), n); err == nil {
		t.Error("a matrix of zeros was taken")
	}
}

// TestMapsMove draws a ramp: between its edges a moved one is still a ramp.
func TestMapsMove(t *testing.T) {
	products, err := nn.NewProducts(nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer products.Close()
	m, moved := newFeatureMap(9, 9, 2), newFeatureMap(9, 9, 2)
	for y := range 9 {
		for x := range 9 {
			m.at(y, x)[0], m.at(y, x)[1] = float32(x), float32(y)
		}
	}
	m.move(moved, rand.New(rand.NewPCG(3, 4)), products.Blend)
	for c := range 2 {
		if d := moved.at(4, 5)[c] + moved.at(4, 3)[c] - 2*moved.at(4, 4)[c]; math.Abs(float64(d)) > 1e-5 {
			t.Errorf("channel %d bends by %g", c, d)
		}
	}
	if d := moved.at(4, 4)[0] - 4; math.Abs(float64(d)) > 9*moveShift+1e-5 {
		t.Errorf("the middle moved by %g", d)
	}
	f := HeadFit{Compile: func(m *nn.Model) (*nn.Plan, error) { return nn.Compile(m, nn.Options{}) }}
	plan, err := f.pooling(nn.Shape{9, 9, 2}, 2)
	if err != nil {
		t.Fatal(err)
	}
	pool := plan.NewRunner(nil)
	copy(pool.Input(), m.values)
	half := featureMap{4, 4, 2, pool.Predict()}
	if half.at(1, 2)[0] != 4.5 || half.at(1, 2)[1] != 2.5 {
		t.Errorf("got %v", half.at(1, 2))
	}
}

// TestWhatMayBeForgotten widens the bound where the incumbent may have been
// taught with what measures.
func TestWhatMayBeForgotten(t *testing.T) {
	g := &gate{d: &dual{classes: make([]int, 100)}, known: 1, labels: 2}
	for i := range 100 {
		g.train = append(g.train, i)
	}
	old, c := &HeadScore{right: map[int]bool{}}, &HeadScore{right: map[int]bool{}}
	for i := range 90 {
		old.right[i], c.right[99-i] = i < 85, true
	}
	if got := g.mayForget(old, c); got != mayForget {
		t.Errorf("got %g with captures held out", got)
	}
	if g.folded = true; g.mayForget(old, old) != mayForget {
		t.Error("equal answers leave a doubt")
	}
	if got := g.mayForget(old, c); got <= mayForget || got > mostForgotten {
		t.Errorf("got %g", got)
	}
}
