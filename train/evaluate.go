package train

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"edged/nn"
	"edged/storage/picture"
)

// maxClasses bounds the confusion matrix, which has its square's size.
const maxClasses = 4096

// Evaluator measures how a model answers for labelled pictures.
type Evaluator struct {
	Plan          *nn.Plan
	Preprocessing nn.Preprocessing
	Labels        []string // one for each output

	// Threads is how many pictures are predicted at a time; 0: one for each
	// core.
	Threads int
	// Top is the k of the top-k accuracy; 0: five, or two where there are no
	// more than five classes.
	Top int
	// Mistakes is how many of the worst mistakes are kept.
	Mistakes int
	// Progress, unless nil, is called after each picture, from several
	// goroutines.
	Progress func(done, all int)

	// fill makes the input of a sample; nil: of its picture.
	fill func(r *nn.Runner, sample int) error
}

// Evaluate predicts the samples on all cores. Pictures that can't be read are
// left out and listed as Skipped. The error is the context's, or says why the
// model can't be evaluated so.
func (e *Evaluator) Evaluate(ctx context.Context, samples []Sample) (*Evaluation, error) {
	classes := len(e.Labels)
	if output := e.Plan.OutputShape(); len(output) != 1 || output[0] != classes {
		return nil, fmt.Errorf("the model's output %v must be one number for each of %d labels", output, classes)
	}
	if classes < 2 || classes > maxClasses {
		return nil, fmt.Errorf("the model has %d classes and is evaluated with 2 to %d", classes, maxClasses)
	}
	if e.Top < 0 || e.Top > classes {
		return nil, fmt.Errorf("top %d of %d classes can't be counted: choose 1 to %d", e.Top, classes, classes)
	}
	answers := make([]answer, len(samples))
	if err := e.predict(ctx, samples, answers); err != nil {
		return nil, err
	}
	return summarize(e.Labels, samples, answers, e.top(), e.Mistakes), nil
}

func (e *Evaluator) top() int {
	switch {
	case e.Top > 0:
		return e.Top
	case len(e.Labels) > 5:
		return 5
	}
	return 2
}

// predict shares the samples among goroutines, each with a runner.
func (e *Evaluator) predict(ctx context.Context, samples []Sample, answers []answer) error {
	threads := e.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	fill := make([]func(*nn.Runner, int) error, min(threads, len(samples)))
	for i := range fill {
		var err error
		if fill[i], err = e.filler(samples); err != nil {
			return err
		}
	}
	var next, done atomic.Int64
	var group sync.WaitGroup
	for _, fill := range fill {
		runner := e.Plan.NewRunner(nil)
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(samples) {
					return
				}
				answers[i] = ask(runner, fill, i, samples[i].Class)
				if n := done.Add(1); e.Progress != nil {
					e.Progress(int(n), len(samples))
				}
			}
		})
	}
	group.Wait()
	return ctx.Err()
}

// answer is what is kept of one prediction.
type answer struct {
	err       error
	predicted int     // the class with the highest score
	score     float64 // of the predicted class
	right     float64 // the score of the right class
	above     int     // how many classes score higher than the right one
	loss      float64 // NaN where the scores are no probabilities
}

// filler returns what makes inputs, for one goroutine.
func (e *Evaluator) filler(samples []Sample) (func(*nn.Runner, int) error, error) {
	if e.fill != nil {
		return e.fill, nil
	}
	p, err := nn.NewPreprocessor(e.Preprocessing, e.Plan.InputShape())
	return func(r *nn.Runner, sample int) error {
		image, err := picture.Read(samples[sample].File)
		if err != nil {
			return err
		}
		return p.Fill(r, image)
	}, err
}

// ask predicts one sample.
func ask(r *nn.Runner, fill func(*nn.Runner, int) error, sample, class int) answer {
	if err := fill(r, sample); err != nil {
		return answer{err: err}
	}
	return judge(r.Predict(), class)
}

// judge compares scores with the right class.
func judge(scores []float32, class int) answer {
	a := answer{right: float64(scores[class]), loss: crossEntropy(scores, class)}
	for i, v := range scores {
		if v > scores[a.predicted] {
			a.predicted = i
		}
		if v > scores[class] || v == scores[class] && i < class {
			a.above++
		}
	}
	a.score = float64(scores[a.predicted])
	return a
}

// epsilon is Keras's: probabilities are clipped to epsilon..1-epsilon.
const epsilon = 1e-7

// crossEntropy is Keras's categorical_crossentropy: scores are divided by their
// sum, clipped, and the right one's logarithm is taken. It is NaN where scores
// are not from 0 to 1.
//
// Source: keras/src/backend/numpy/nn.py, categorical_crossentropy.
func crossEntropy(scores []float32, class int) float64 {
	sum := 0.0
	for _, v := range scores {
		if !(v >= 0 && v <= 1) {
			return math.NaN()
		}
		sum += float64(v)
	}
	p := float64(scores[class])
	if sum > 0 {
		p /= sum
	}
	return -math.Log(min(max(p, epsilon), 1-epsilon))
}
