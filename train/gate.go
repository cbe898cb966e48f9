package train

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"edged/nn"
)

// The settings of a fit of heads, chosen on digits: docs/learning.md.
const (
	headDecay = 1e-3 // the pull towards the old weights
	headSteps = 100
	keepOld   = 0.5 // of the old weights where labels are new: room for them
	// fewHeldOut is how many captures must be held out to decide alone.
	fewHeldOut = 50
	folds      = 5
	// mayForget is how much of its mean recall on known labels a candidate may
	// lose where it learns new ones.
	mayForget = 0.05
	// doubt widens that by so many standard errors where the incumbent may have
	// been taught with what it is measured on, and mostForgotten bounds both.
	doubt         = 2
	mostForgotten = 0.1
	// asNear is how near a capture is to the landmark that it is.
	asNear = 0.98
)

// HeadScore is how a head answers for captures that it was not trained on.
type HeadScore struct {
	Method   string  `json:"method"`
	Captures int     `json:"captures"`
	Right    int     `json:"right"`
	Loss     float64 `json:"loss"`
	// Recall is the mean of the labels' recalls; Known that of the labels that
	// the incumbent has, New that of the others.
	Recall float64  `json:"recall"`
	Known  float64  `json:"recall_known"`
	New    *float64 `json:"recall_new,omitempty"`

	chance   float64 // recall by guessing
	perLabel []float64
	right    map[int]bool // by row
	fresh    *HeadScore   // on what the incumbent has not learned, if that is known
	captured *HeadScore   // without exemplars, if there are any
}

func (s *HeadScore) better(o *HeadScore) bool {
	if s.Recall != o.Recall {
		return s.Recall > o.Recall
	}
	return s.Loss < o.Loss
}

// candidate is a head, in the span of the captures, and its score. It keeps
// that share of the old head.
type candidate struct {
	solution  *solution
	keep      float64
	landmarks *nn.Landmarks // instead of solution
	score     HeadScore
}

// gate measures candidates and decides. Where fewer than fewHeldOut captures
// are held out, the others are measured too, each by a head fitted without it
// (cross-validation in five parts).
type gate struct {
	d      *dual
	known  int // labels of the incumbent
	labels int
	train  []int // rows
	held   []int
	folded bool
	taught map[int]bool // rows that the incumbent is known to have learned
	kept   map[int]bool // rows that are exemplars
	steps  *fitSteps
}

func newGate(d *dual, captures []keyed, training, known, labels int) *gate {
	g := &gate{d: d, known: known, labels: labels, kept: map[int]bool{}}
	for i, k := range captures {
		if i < training {
			g.train = append(g.train, i)
		} else {
			g.held = append(g.held, i)
		}
		if k.picture != nil {
			g.kept[i] = true
		}
	}
	g.folded = len(g.captured(g.held)) < fewHeldOut
	return g
}

// captured are those rows that are captures.
func (g *gate) captured(rows []int) []int {
	return slices.DeleteFunc(slices.Clone(rows), func(row int) bool { return g.kept[row] })
}

// measured are the rows that candidates are scored on. Exemplars to train on are
// none of them: the network was taught with them.
func (g *gate) measured() []int {
	if g.folded {
		return slices.Concat(g.held, g.captured(g.train))
	}
	return g.held
}

// fresh are those of the measured rows that the incumbent is not known to have
// learned: only on these the two are compared.
func (g *gate) fresh() []int {
	return slices.DeleteFunc(slices.Clone(g.measured()), func(row int) bool { return g.taught[row] })
}

// scoreCandidate scores answers on all that is measured, on what is fresh and on
// captures.
func (g *gate) scoreCandidate(method string, answer func(row int) []float32) HeadScore {
	s := g.score(method, g.measured(), answer)
	if len(g.taught) > 0 {
		fresh := g.score(method, g.fresh(), answer)
		s.fresh = &fresh
	}
	if len(g.kept) > 0 {
		captured := g.score(method, g.captured(g.measured()), answer)
		s.captured = &captured
	}
	return s
}

// score scores the answers for rows.
func (g *gate) score(method string, rows []int, answer func(row int) []float32) HeadScore {
	s := HeadScore{Method: method, Captures: len(rows), perLabel: make([]float64, g.labels), right: map[int]bool{}}
	counts := make([]int, g.labels)
	for _, row := range rows {
		scores, class := answer(row), g.d.classes[row]
		counts[class]++
		s.Loss += crossEntropy(scores, class) / float64(len(rows))
		best := 0
		for j, v := range scores {
			if v > scores[best] {
				best = j
			}
		}
		if best == class {
			s.Right++
			s.perLabel[class]++
			s.right[row] = true
		}
	}
	var known, added, all []float64
	for j, n := range counts {
		if n == 0 {
			s.perLabel[j] = math.NaN()
			continue
		}
		s.perLabel[j] /= float64(n)
		all = append(all, s.perLabel[j])
		if j < g.known {
			known = append(known, s.perLabel[j])
		} else {
			added = append(added, s.perLabel[j])
		}
	}
	s.Recall, s.Known, s.chance = average(all), average(known), 1/float64(max(len(all), 2))
	if len(added) > 0 {
		v := average(added)
		s.New = &v
	}
	return s
}

func average(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(max(len(v), 1))
}

// fold divides rows for a part of a cross-validation: those to fit to, and those
// left for the fit to answer.
func fold(rows []int, part int) (rest, left []int) {
	for i, row := range rows {
		if i%folds == part {
			left = append(left, row)
		} else {
			rest = append(rest, row)
		}
	}
	return rest, left
}

// try makes a candidate and scores it.
func (g *gate) try(ctx context.Context, method string) (*candidate, error) {
	c, err := g.make(ctx, method, g.train, len(g.held) > 0)
	if err != nil {
		return nil, err
	}
	g.steps.step()
	answers := map[int]*candidate{}
	if g.folded {
		for part := range folds {
			rest, left := fold(g.train, part)
			if len(rest) < 2 {
				g.steps.step()
				continue
			}
			one, err := g.make(ctx, method, rest, false)
			if err != nil {
				return nil, err
			}
			g.steps.step()
			for _, row := range left {
				answers[row] = one
			}
		}
	}
	scores := make([]float32, g.labels)
	c.score = g.scoreCandidate(method, func(row int) []float32 {
		by := answers[row]
		if by == nil {
			by = c
		}
		d := *g.d
		if by.keep != 1 {
			d.logits = scaled(g.d.logits[row*g.labels:][:g.labels], by.keep)
			d.products = g.d.products[row*g.d.samples:][:g.d.samples]
			d.scores(scores, 0, by.solution)
			return scores
		}
		d.scores(scores, row, by.solution)
		return scores
	})
	return c, nil
}

func scaled(v []float32, by float64) []float32 {
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = x * float32(by)
	}
	return out
}

// make fits a head to some rows by a method. watch lets the captures that are
// held out say when to stop.
func (g *gate) make(ctx context.Context, method string, train []int, watch bool) (*candidate, error) {
	switch method {
	case "mean":
		return &candidate{solution: g.d.means(train, false)}, nil
	case "cosine":
		return &candidate{solution: g.d.means(train, true)}, nil
	}
	c := &candidate{keep: 1}
	if g.labels > g.known {
		c.keep = keepOld
	}
	d := *g.d
	d.logits = scaled(g.d.logits, c.keep)
	best, scores := math.Inf(1), make([]float32, g.labels)
	var kept *solution
	stop := func(_ int, s *solution) bool {
		loss := 0.0
		for _, row := range g.held {
			d.scores(scores, row, s)
			loss += crossEntropy(scores, d.classes[row])
		}
		if loss < best {
			best, kept = loss, s
			return false
		}
		return loss > 1.05*best
	}
	if !watch {
		stop = nil
	}
	last, err := d.solve(ctx, train, stop)
	c.solution = last
	if kept != nil {
		c.solution = kept
	}
	return c, err
}

// decide says whether the candidate takes the incumbent's place, and why.
func (g *gate) decide(old, c *HeadScore) (bool, string) {
	captured := cmp.Or(c.captured, c)
	n := float64(captured.Captures)
	if n == 0 {
		return false, "there are no captures to measure with"
	}
	share, chance := float64(captured.Right)/n, captured.chance
	if guess := chance + 3*math.Sqrt(chance*(1-chance)/n); captured.Recall < 0.5 || share < guess {
		return false, fmt.Sprintf("it is right for %d of %d captures that it was not trained on, which is not far enough from guessing: are the labels right?", captured.Right, captured.Captures)
	}
	if c.fresh != nil {
		c = c.fresh
	}
	if c.Captures == 0 {
		return false, "the incumbent has learned all captures that there are to measure with"
	}
	if c.New == nil {
		switch {
		case c.Right > old.Right, c.Right == old.Right && c.Loss < 0.99*old.Loss:
			return true, fmt.Sprintf("it is right for %d of %d captures that it was not trained on, the incumbent for %d, with loss %.4f and %.4f", c.Right, c.Captures, old.Right, c.Loss, old.Loss)
		}
		return false, fmt.Sprintf("it is right for %d of %d captures that it was not trained on and the incumbent for %d, with loss %.4f and %.4f: no better", c.Right, c.Captures, old.Right, c.Loss, old.Loss)
	}
	if may := g.mayForget(old, c); c.Known < old.Known-may {
		return false, fmt.Sprintf("it forgets: its mean recall on known labels is %.3f and the incumbent's %.3f, and it may lose %.3f at most", c.Known, old.Known, may)
	}
	for j := g.known; j < g.labels; j++ {
		if r := c.perLabel[j]; r < 0.5 {
			return false, fmt.Sprintf("it knows only %.0f %% of the captures of a new label: more captures are needed", 100*r)
		}
	}
	if c.Recall <= old.Recall {
		return false, fmt.Sprintf("its mean recall is %.3f and the incumbent's %.3f: no better", c.Recall, old.Recall)
	}
	if !slices.ContainsFunc(c.perLabel[:g.known], func(r float64) bool { return !math.IsNaN(r) }) {
		return true, fmt.Sprintf("it knows the new labels with a mean recall of %.3f; of the others there are no captures to measure with", *c.New)
	}
	return true, fmt.Sprintf("it knows the new labels with a mean recall of %.3f, and the others with %.3f, the incumbent with %.3f", *c.New, c.Known, old.Known)
}

// mayForget is how much of the recall on known labels a candidate may lose. The
// incumbent looks better than it is on captures that it was taught with, so that
// where these may be among the measured ones a loss must be beyond doubt: the
// standard error is that of the difference of two answers to the same captures.
func (g *gate) mayForget(old, c *HeadScore) float64 {
	if !g.folded {
		return mayForget
	}
	n, differ, balance := 0.0, 0.0, 0.0
	for _, row := range g.fresh() {
		if g.d.classes[row] >= g.known {
			continue
		}
		n++
		if old.right[row] != c.right[row] {
			differ++
			if old.right[row] {
				balance++
			} else {
				balance--
			}
		}
	}
	if n == 0 {
		return mayForget
	}
	return min(mayForget+doubt*math.Sqrt(max(differ-balance*balance/n, 0))/n, mostForgotten)
}
