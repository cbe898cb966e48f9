package nn

import (
	"fmt"

	"edged/kernels"
)

// TrainOptions say how a model is trained.
type TrainOptions struct {
	// BatchSize is the largest number of samples of one step.
	BatchSize int
	// Loss is what a step makes smaller; regularizers are added to it.
	Loss Loss
	// Optimizer is how.
	Optimizer Optimizer
	// Kernels are the kernels to use; nil stands for the best of this CPU.
	Kernels *kernels.Table
	// Workers share the work; nil stands for the calling goroutine alone.
	Workers *kernels.Workers
	// Seed makes dropout repeatable.
	Seed uint64
}

// Trainer trains a model step by step as Keras's train_on_batch does. It changes
// the values of the model's weights in place. Layers that are not trainable,
// or in a model that is not, keep theirs, and no gradient is computed for what
// lies before the first layer that is; BatchNormalization without trainable
// uses its moving statistics. Results don't depend on the number of workers.
//
// A Trainer is for one goroutine. After the first Step nothing is allocated.
type Trainer struct {
	model     *Model
	options   TrainOptions
	workers   *kernels.Workers
	table     *kernels.Table
	private   []kernels.Buffer
	args      kernels.Args
	tensors   []*batchTensor
	passes    []*pass
	input     *batchTensor
	output    *batchTensor
	loss      lossPass
	variables []*variable
	penalties []penalty
	step      update

	n        int  // samples of the current batch
	training bool // whether layers behave as in training
}

// Score is what a batch came to.
type Score struct {
	Samples int
	// Loss is the mean over the samples, penalties of regularizers included.
	Loss float64
	// Correct is the number of samples whose class was right: of two or more
	// outputs the greatest one's, of a single output whether it is above 0.5.
	Correct int
}

// Accuracy is the share of samples whose class was right.
func (s Score) Accuracy() float64 { return float64(s.Correct) / float64(max(s.Samples, 1)) }

// NewTrainer prepares the training of a model whose weights are filled (by a
// reader or by Initialize). The model must have one input and one output. An
// error is a *LayerError where one layer is to blame.
func NewTrainer(m *Model, o TrainOptions) (*Trainer, error) {
	if _, err := m.Build(nil); err != nil {
		return nil, err
	}
	if err := CheckWeights(m); err != nil {
		return nil, err
	}
	m.Widen()
	if len(m.Inputs) != 1 || len(m.Outputs) != 1 {
		return nil, fmt.Errorf("model %q has %d inputs and %d outputs: training takes models with one of each", m.ModelName, len(m.Inputs), len(m.Outputs))
	}
	if o.BatchSize < 1 {
		return nil, fmt.Errorf("the batch size is %d and must be at least 1", o.BatchSize)
	}
	if err := o.Optimizer.Check(); err != nil {
		return nil, err
	}
	t := &Trainer{model: m, options: o, workers: o.Workers, table: o.Kernels}
	if t.workers == nil {
		t.workers = kernels.NewWorkers(1)
	}
	if t.table == nil {
		var err error
		if t.table, err = kernels.Select(""); err != nil {
			return nil, err
		}
	}
	return t, t.prepare()
}

// Model is the model that is trained.
func (t *Trainer) Model() *Model { return t.model }

// BatchSize is the largest number of samples of one step.
func (t *Trainer) BatchSize() int { return t.options.BatchSize }

// Step trains on a batch: inputs are its samples one after the other, targets
// what Loss asks for, weights the samples' weights or nil. The score is that
// of the model before the step. A loss that is no number is an error.
func (t *Trainer) Step(inputs, targets, weights []float32) (Score, error) {
	if err := t.begin(inputs, targets, weights); err != nil {
		return Score{}, err
	}
	t.training = true
	t.forward()
	score := t.loss.run(targets, weights)
	if score.Loss += t.penalty(); !finite(score.Loss) {
		return score, fmt.Errorf("the loss is %g: lower the learning rate, or look for damaged inputs", score.Loss)
	}
	t.backward()
	t.step.apply()
	return score, nil
}

// Evaluate scores a batch, with layers as in prediction. Nothing is changed.
func (t *Trainer) Evaluate(inputs, targets, weights []float32) (Score, error) {
	if err := t.begin(inputs, targets, weights); err != nil {
		return Score{}, err
	}
	t.training = false
	t.forward()
	score := t.loss.run(targets, weights)
	score.Loss += t.penalty()
	return score, nil
}

// Predict returns the outputs for a batch, one sample after the other, valid
// until the next call.
func (t *Trainer) Predict(inputs []float32) ([]float32, error) {
	if err := t.begin(inputs, nil, nil); err != nil {
		return nil, err
	}
	t.training = false
	t.forward()
	return t.Output(), nil
}

// Output is the outputs of the last batch, one sample after the other.
func (t *Trainer) Output() []float32 { return t.output.value[:t.n*t.output.size] }

// begin checks the lengths of a batch and takes it.
func (t *Trainer) begin(inputs, targets, weights []float32) error {
	n := len(inputs) / t.input.size
	if n < 1 || n > t.options.BatchSize || n*t.input.size != len(inputs) {
		return fmt.Errorf("the inputs have %d values and must have %d for each of 1 to %d samples", len(inputs), t.input.size, t.options.BatchSize)
	}
	if width := t.loss.targets; targets != nil && len(targets) != n*width {
		return fmt.Errorf("the targets have %d values and must have %d for each of %d samples", len(targets), width, n)
	}
	if weights != nil && len(weights) != n {
		return fmt.Errorf("there are %d sample weights for %d samples", len(weights), n)
	}
	t.n, t.input.value = n, inputs
	return nil
}

func (t *Trainer) forward() {
	for _, p := range t.passes {
		for _, task := range p.forward {
			t.do(task)
		}
	}
}

func (t *Trainer) backward() {
	for i := len(t.passes) - 1; i >= 0; i-- {
		for _, task := range t.passes[i].backward {
			t.do(task)
		}
	}
}
