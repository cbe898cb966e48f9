package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"edged/nn"
)

// Fit trains a model as Keras's Model.fit does.
type Fit struct {
	Trainer    *nn.Trainer
	Training   *Loader
	Validation *Loader // nil without
	Epochs     int

	EarlyStopping     EarlyStopping
	ReduceLROnPlateau ReduceLROnPlateau
	// Checkpoint is a file that is written after each epoch, and from which the
	// fit goes on if it is there; empty: none.
	Checkpoint string
	// Identity is what must be the same for a checkpoint to go on from: whatever
	// the caller's settings are, as text.
	Identity string

	// OnBatch, if not nil, is told of each step with the means so far.
	OnBatch func(epoch, batch, batches int, loss, accuracy float64)
	// OnResume, if not nil, is told of the epochs before the checkpoint that the
	// fit goes on from. Its error ends the fit.
	OnResume func([]Epoch) error
	// OnEpoch, if not nil, is told of each epoch. Its error ends the fit.
	OnEpoch func(Epoch) error
}

// Outcome is how a fit ended. The model has the last weights, or the best ones
// if the fit was interrupted or had EarlyStopping.
type Outcome struct {
	History     []Epoch `json:"history"`
	BestEpoch   int     `json:"best_epoch"` // by validation loss, or by loss without validation
	Kept        int     `json:"kept_epoch"` // whose weights the model has
	Stopped     bool    `json:"stopped_early"`
	Interrupted bool    `json:"interrupted"`
}

// progress is the state of a fit between epochs.
type progress struct {
	History  []Epoch `json:"history"`
	Stopping Plateau `json:"stopping"`
	Reducing Plateau `json:"reducing"`
	best     [][]float32
}

// ErrNothingTrained says that a fit was interrupted before its first epoch had
// ended.
var ErrNothingTrained = errors.New("interrupted before the first epoch had ended: nothing is kept")

// Run trains until all epochs are done, the loss stops falling or the context
// ends.
func (f *Fit) Run(ctx context.Context) (*Outcome, error) {
	state := &progress{}
	if f.Checkpoint != "" {
		if err := f.resume(state); err != nil {
			return nil, err
		}
	}
	if len(state.History) > 0 && f.OnResume != nil {
		if err := f.OnResume(state.History); err != nil {
			return nil, err
		}
	}
	stopped := f.exhausted(state)
	for epoch := len(state.History); epoch < f.Epochs && !stopped; epoch++ {
		e, err := f.epoch(ctx, epoch)
		if err != nil && ctx.Err() == nil {
			return nil, err
		}
		if err != nil {
			break
		}
		f.finish(state, e)
		if f.Checkpoint != "" {
			if err := f.save(state); err != nil {
				return nil, err
			}
		}
		if f.OnEpoch != nil {
			if err := f.OnEpoch(*e); err != nil {
				return nil, err
			}
		}
		stopped = f.exhausted(state)
	}
	return f.outcome(ctx, state, stopped)
}

func (f *Fit) exhausted(s *progress) bool {
	return f.EarlyStopping.Patience > 0 && s.Stopping.Wait >= f.EarlyStopping.Patience
}

// outcome chooses the weights that stay.
func (f *Fit) outcome(ctx context.Context, s *progress, stopped bool) (*Outcome, error) {
	done := len(s.History)
	if done == 0 {
		return nil, ErrNothingTrained
	}
	o := &Outcome{History: s.History, BestEpoch: s.Stopping.BestFrom, Kept: done, Stopped: stopped}
	o.Interrupted = ctx.Err() != nil && !stopped && done < f.Epochs
	if (o.Interrupted || f.EarlyStopping.Patience > 0) && s.best != nil {
		for i, w := range f.Trainer.Model().Weights() {
			copy(w.Value, s.best[i])
		}
		o.Kept = o.BestEpoch
	}
	return o, nil
}

// finish takes the results of an epoch.
func (f *Fit) finish(s *progress, e *Epoch) {
	s.History = append(s.History, *e)
	loss := e.monitored()
	if s.Stopping.improve(loss, f.EarlyStopping.MinDelta, e.Epoch) {
		s.best = snapshot(s.best, f.Trainer.Model().Weights())
	} else {
		s.Stopping.Wait++
	}
	f.Trainer.SetLearningRate(f.ReduceLROnPlateau.rate(&s.Reducing, loss, f.Trainer.LearningRate(), e.Epoch))
}

// snapshot copies the weights, into the old copy if there is one.
func snapshot(old [][]float32, weights []*nn.Weight) [][]float32 {
	if old == nil {
		old = make([][]float32, len(weights))
	}
	for i, w := range weights {
		old[i] = append(old[i][:0], w.Value...)
	}
	return old
}

// mean is the mean of scores over pictures.
type mean struct {
	loss             float64
	correct, samples int
}

func (m *mean) add(s nn.Score) {
	m.loss += s.Loss * float64(s.Samples)
	m.correct += s.Correct
	m.samples += s.Samples
}

func (m *mean) result() (loss, accuracy float64) {
	n := float64(m.samples)
	return m.loss / n, float64(m.correct) / n
}

// epoch trains on every sample once and validates.
func (f *Fit) epoch(ctx context.Context, epoch int) (*Epoch, error) {
	start := time.Now()
	rate := f.Trainer.LearningRate()
	var m mean
	batch, batches := 0, f.Training.Batches()
	for b, err := range f.Training.Epoch(ctx, epoch) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		score, err := f.Trainer.Step(b.Inputs, b.Targets, nil)
		if err != nil {
			return nil, fmt.Errorf("epoch %d, batch %d: %w", epoch+1, batch+1, err)
		}
		m.add(score)
		batch++
		if f.OnBatch != nil {
			loss, accuracy := m.result()
			f.OnBatch(epoch+1, batch, batches, loss, accuracy)
		}
	}
	e := &Epoch{Epoch: epoch + 1, Batches: batches, LearningRate: rate}
	e.Loss, e.Accuracy = m.result()
	if f.Validation != nil {
		loss, accuracy, err := f.validate(ctx)
		if err != nil {
			return nil, err
		}
		e.ValLoss, e.ValAccuracy = &loss, &accuracy
	}
	e.Seconds = math.Round(time.Since(start).Seconds()*1000) / 1000
	return e, ctx.Err()
}

func (f *Fit) validate(ctx context.Context) (loss, accuracy float64, err error) {
	var m mean
	for b, err := range f.Validation.Epoch(ctx, 0) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return 0, 0, err
		}
		score, err := f.Trainer.Evaluate(b.Inputs, b.Targets, nil)
		if err != nil {
			return 0, 0, err
		}
		m.add(score)
	}
	if loss, accuracy = m.result(); math.IsNaN(loss) || math.IsInf(loss, 0) {
		return 0, 0, fmt.Errorf("the validation loss is %g: lower the learning rate, or look for damaged inputs", loss)
	}
	return loss, accuracy, nil
}

// equal tells whether a history belongs to as many epochs as it has.
func (s *progress) whole() bool {
	return len(s.History) > 0 && slices.IndexFunc(s.History, func(e Epoch) bool { return e.Epoch < 1 }) < 0
}
