package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"edged/nn"
)

func TestHeadTrainsOnMovedCopies(t *testing.T) {
	dir := patterns(t, 12, 8)
	m := taught(t)
	f := headFit(t, m, dir)
	f.Copies = 2
	got, err := f.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Copies != 2*got.Training || got.Computed != 32 || !got.Committed {
		t.Fatalf("got %+v", got)
	}
	// The same copies make the same head, from the features of before.
	again := taught(t)
	f = headFit(t, again, dir)
	f.Copies = 2
	if got, err = f.Run(t.Context()); err != nil || got.Computed != 0 || got.Reused != 32 {
		t.Fatalf("got %+v, %v", got, err)
	}
	one, two := m.Network.Weights(), again.Network.Weights()
	for i := range one {
		for k, v := range one[i].Value {
			if two[i].Value[k] != v {
				t.Fatalf("%s differs", one[i].Name)
			}
		}
	}
	// Nothing is new any more, and copies are left out.
	f = headFit(t, m, dir)
	f.Copies = 2
	if got, err = f.Run(t.Context()); err != nil || got.Copies != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCopiesFitTheLimit(t *testing.T) {
	f := headFit(t, taught(t), patterns(t, 12, 8))
	f.Copies, f.Limit = 5, 80
	got, err := f.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if all := got.Training + got.Copies; all > 64 || got.Copies == 0 {
		t.Errorf("%d captures and %d copies", got.Training, got.Copies)
	}
}

func TestCopiesAreMovedInside(t *testing.T) {
	picture := nn.Image{Width: 20, Height: 20, Pixels: make([]byte, 20*20*3)}
	for y := 8; y < 12; y++ {
		for x := 8; x < 12; x++ {
			for c := range 3 {
				picture.Pixels[(y*20+x)*3+c] = 255
			}
		}
	}
	taken := []keyed{{key: FeatureKey{1}}, {key: FeatureKey{2}}}
	moved := copies(taken, 3)
	if len(moved) != 6 || moved[0].origin.row != 0 || moved[5].origin.row != 1 || taken[0].draw() != nil {
		t.Fatalf("got %+v", moved)
	}
	seen := map[string]bool{}
	for _, k := range moved {
		change := k.draw()(20, 20)
		out := change.Apply(picture)
		if out.Pixels[(10*20+10)*3] < 128 || out.Pixels[0] != 0 {
			t.Errorf("%+v moves the picture's middle away", change)
		}
		seen[string(out.Pixels)] = true
	}
	if len(seen) != 6 {
		t.Errorf("%d different copies of 6", len(seen))
	}
}

// TestCalibrationGivesNewLabelsTheirShare takes heads that give too little to a
// new label that they do tell apart.
func TestCalibrationGivesNewLabelsTheirShare(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	d := &dual{samples: 0, units: 3}
	g := &gate{d: d, known: 2, labels: 3}
	for row := range 300 {
		class := row % 3
		logits := make([]float32, 3)
		for j := range logits {
			logits[j] = float32(r.NormFloat64())
		}
		logits[class] += 3
		d.logits, d.classes = append(d.logits, logits...), append(d.classes, class)
		g.held = append(g.held, row)
	}
	c := &candidate{keep: 1, solution: &solution{bias: []float64{0, 0, -2}}}
	scores := make([]float32, 3)
	answer := func(row int) []float32 {
		g.answer(scores, row, c)
		return scores
	}
	before := g.score("", g.held, answer)
	g.calibrate([]*candidate{c}, g.held, answer)
	after := g.score("", g.held, answer)
	if got := c.solution.bias[2]; math.Abs(got) > 0.5 {
		t.Errorf("the bias became %.2f, want about 0", got)
	}
	if *after.New < *before.New+0.1 || after.Known < g.incumbent().Known-mayForget || after.Loss > before.Loss {
		t.Errorf("from %+v to %+v", before, after)
	}
}
