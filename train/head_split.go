package train

import (
	"slices"

	"edged/nn"
)

// HeadMethods are the ways to fit a head.
var HeadMethods = []string{"landmarks", "fit", "mean", "cosine"}

// splitHead is how a network is divided into a body, which runs once for each
// capture, and its head.
type splitHead struct {
	dense *nn.Head    // nil where the head compares with landmarks
	grid  *nn.MapHead // nil where the body ends with no feature map
}

// split divides the network. Where all is to be fitted anew, a head that compares
// with landmarks goes as a whole, else its last layer alone.
func (f *HeadFit) split(whole bool) (*splitHead, error) {
	grid, err := nn.SplitMap(f.Model.Network)
	if err == nil && grid.Compares && whole {
		return &splitHead{grid: grid}, nil
	}
	head, headErr := nn.SplitHead(f.Model.Network)
	if headErr != nil {
		return nil, headErr
	}
	if err != nil || grid.Compares || !whole {
		grid = nil
	}
	return &splitHead{dense: head, grid: grid}, nil
}

func (h *splitHead) body() *nn.Model {
	if h.dense == nil {
		return h.grid.Body
	}
	return h.dense.Body
}

// misses says why a method can't be used.
func (h *splitHead) misses(method string, unseen bool) string {
	switch {
	case unseen && method != "fit":
		return method + " needs captures of every label"
	case method == "landmarks" && h.grid == nil:
		return method + " needs a feature map before the head"
	case method != "landmarks" && h.dense == nil:
		return method + " needs a head without landmarks"
	}
	return ""
}

// incumbent scores the old head, which gives new labels nothing.
func (f *HeadFit) incumbent(g *gate, head *splitHead, features *Features, captures []keyed) (HeadScore, error) {
	scores := make([]float32, g.labels)
	if head.dense != nil {
		return g.score("incumbent", g.fresh(), func(row int) []float32 {
			copy(scores, g.d.logits[row*g.labels:][:g.labels])
			softmax(scores[:g.known])
			clear(scores[g.known:])
			return scores
		}), nil
	}
	plan, err := nn.Compile(head.grid.Tail, nn.Options{})
	if err != nil {
		return HeadScore{}, err
	}
	if err := f.findTaught(g, head.grid, features, captures); err != nil {
		return HeadScore{}, err
	}
	runner := plan.NewRunner(nil)
	defer features.Release()
	return g.score("incumbent", g.fresh(), func(row int) []float32 {
		f.Products.Widen(runner.Input(), features.Get(captures[row].key, 0, len(runner.Input())))
		clear(scores)
		copy(scores[:g.known], runner.Predict())
		return scores
	}), nil
}

// findTaught notes the captures that are landmarks of the incumbent.
func (f *HeadFit) findTaught(g *gate, grid *nn.MapHead, features *Features, captures []keyed) error {
	nearness, err := grid.Nearness()
	if err != nil {
		return err
	}
	plan, err := nn.Compile(nearness, nn.Options{})
	if err != nil {
		return err
	}
	runner := plan.NewRunner(nil)
	g.taught = map[int]bool{}
	for _, row := range g.train {
		f.Products.Widen(runner.Input(), features.Get(captures[row].key, 0, len(runner.Input())))
		// The layer puts out the nearness less one.
		if 1+slices.Max(runner.Predict()) > asNear {
			g.taught[row] = true
		}
	}
	return nil
}
