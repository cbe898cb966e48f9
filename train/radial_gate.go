package train

import (
	"cmp"
	"context"
	"math"
	"runtime"

	"golang.org/x/sync/errgroup"

	"edged/nn"
)

// tryRadial makes the candidate with landmarks and scores it. The answers to
// captures trained on are those of heads fitted without them (cross-validation);
// they also calibrate it: a number is added to each class's logit, for which the
// class-balanced loss of these answers is least, as a class of few captures is
// less sure of new pictures than of its own.
func (g *gate) tryRadial(ctx context.Context, r *radial) (*candidate, error) {
	whole, answers, err := r.fitAndCross(ctx, g.train)
	if err != nil {
		return nil, err
	}
	shift := r.calibrate(answers, g.train)
	for j, v := range shift {
		whole.bias[j] += v
	}
	scores := make([]float32, r.units)
	c := &candidate{landmarks: r.layers(whole)}
	c.score = g.scoreCandidate("landmarks", func(row int) []float32 {
		if row < r.training {
			for j, v := range answers[row*r.units:][:r.units] {
				scores[j] = v + shift[j]
			}
		} else {
			whole.logits(scores, r.row(row, 0))
		}
		softmax(scores)
		return scores
	})
	return c, nil
}

// fitAndCross fits a head to all captures to train on, and returns with it the
// logits of these and of their copies, [copies+1][training][units], by heads
// fitted without them (cross-validation in folds). The fits run side by side.
func (r *radial) fitAndCross(ctx context.Context, train []int) (*radialHead, []float32, error) {
	var heads [folds + 1]*radialHead
	var group errgroup.Group
	group.SetLimit(cmp.Or(max(r.f.Threads, 0), runtime.GOMAXPROCS(0)))
	out := make([]float32, (1+r.copies)*r.training*r.units)
	for i := range heads {
		group.Go(func() (err error) {
			products := r.f.Products.Alone()
			defer products.Close()
			rest, left := fold(train, i) // the last part leaves out nothing
			if len(rest) < 2 {
				rest = train
			}
			if heads[i], err = r.fit(ctx, products, rest); err != nil {
				return err
			}
			r.f.steps.step()
			for _, capture := range left {
				for k := range 1 + r.copies {
					heads[i].logits(out[(k*r.training+capture)*r.units:][:r.units], r.row(capture, k))
				}
			}
			return nil
		})
	}
	err := group.Wait()
	return heads[folds], out, err
}

// The descent that calibrates. The pull keeps what little tells of.
const (
	calibrationSteps = 300
	calibrationPull  = 1e-3
)

// calibrate returns what to add to each class's logits.
func (r *radial) calibrate(logits []float32, train []int) []float32 {
	u := r.units
	counts, classes := make([]int, u), 0
	for _, capture := range train {
		if counts[r.classes[capture]]++; counts[r.classes[capture]] == 1 {
			classes++
		}
	}
	shift, gradient := make([]float64, u), make([]float64, u)
	scores := make([]float32, (1+r.copies)*len(train)*u)
	for range calibrationSteps {
		next := scores
		for k := range 1 + r.copies {
			for _, capture := range train {
				for j, v := range logits[(k*r.training+capture)*u:][:u] {
					next[j] = v + float32(shift[j])
				}
				next = next[u:]
			}
		}
		softmaxRows(r.f.Products, scores, u)
		clear(gradient)
		next = scores
		for range 1 + r.copies {
			for _, capture := range train {
				class := r.classes[capture]
				next[class]--
				weight := 1 / float64(classes*counts[class]*(1+r.copies))
				for j, v := range next[:u] {
					gradient[j] += weight * float64(v)
				}
				next = next[u:]
			}
		}
		moved := 0.0
		for j, v := range gradient {
			// The curvature is at most 1/2.
			d := (v + calibrationPull*shift[j]) / (0.5 + calibrationPull)
			shift[j] -= d
			moved = max(moved, math.Abs(d))
		}
		if moved < 1e-3 {
			break
		}
	}
	out := make([]float32, u)
	for j, v := range shift {
		out[j] = float32(v)
	}
	return out
}

// layers are a fitted head's.
func (r *radial) layers(h *radialHead) *nn.Landmarks {
	return &nn.Landmarks{Pool: r.pool, Gamma: r.gamma, Points: r.points, Kernel: h.kernel, Bias: h.bias}
}
