package nn

import (
	"math"
	"slices"
	"strings"
	"testing"

	"edged/kernels"
)

// smallRun is the tutorial's network on 32x32 pictures with its first batches.
func smallRun(t testing.TB, workers *kernels.Workers, change func(o *TrainOptions)) (*Trainer, func(step int) Score) {
	t.Helper()
	x, y := trainingDigits(t)
	run, m := readRun(t, "adam")
	o := run.options(t, nil, workers)
	if change != nil {
		change(&o)
	}
	trainer, err := NewTrainer(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return trainer, func(step int) Score {
		at := 32 * (step % 16)
		score, err := trainer.Step(x[at*3072:(at+32)*3072], y[at*10:(at+32)*10], nil)
		if err != nil {
			t.Fatal(err)
		}
		return score
	}
}

func weightsOf(m *Model) []float32 {
	var all []float32
	for _, w := range m.Weights() {
		all = append(all, w.Value...)
	}
	return all
}

// The number of workers changes nothing, to the bit.
func TestTrainingWithWorkers(t *testing.T) {
	var want []float32
	for _, n := range []int{1, 2, 3} {
		workers := kernels.NewWorkers(n)
		trainer, step := smallRun(t, workers, nil)
		for s := range 3 {
			step(s)
		}
		workers.Close()
		got := weightsOf(trainer.Model())
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d workers give other weights than one", n)
		}
	}
}

// Training stays the same through a checkpoint.
func TestTrainingResumes(t *testing.T) {
	for _, name := range []string{"sgd", "rmsprop", "adam", "adamw"} {
		t.Run(name, func(t *testing.T) {
			change := func(o *TrainOptions) {
				o.Optimizer, _ = NewOptimizer(name)
				o.Optimizer.Momentum = 0.5
			}
			whole, step := smallRun(t, nil, change)
			step(0)
			state := whole.State()
			weights := weightsOf(whole.Model())
			second, stepSecond := smallRun(t, nil, change)
			for _, w := range second.Model().Weights() {
				weights = weights[copy(w.Value, weights):]
			}
			if err := second.SetState(state); err != nil {
				t.Fatal(err)
			}
			step(1)
			stepSecond(1)
			if !slices.Equal(weightsOf(whole.Model()), weightsOf(second.Model())) {
				t.Error("the resumed training came to other weights")
			}
		})
	}
}

func TestStateOfAnotherModelIsRefused(t *testing.T) {
	adam, _ := smallRun(t, nil, nil)
	sgd, _ := smallRun(t, nil, func(o *TrainOptions) { o.Optimizer, _ = NewOptimizer("sgd") })
	if err := sgd.SetState(adam.State()); err == nil || !strings.Contains(err.Error(), "another optimizer") {
		t.Errorf("got error %v", err)
	}
}

func TestTrainingAllocatesNothing(t *testing.T) {
	workers := kernels.NewWorkers(2)
	defer workers.Close()
	x, y := trainingDigits(t)
	trainer, _ := smallRun(t, workers, nil)
	in, targets := x[:32*3072], y[:320]
	if _, err := trainer.Step(in, targets, nil); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(3, func() {
		if _, err := trainer.Step(in, targets, nil); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("a step allocates %v times", n)
	}
}

// Every table of kernels trains alike.
func TestTrainingOnEveryTable(t *testing.T) {
	var want Score
	for i, name := range kernels.Available() {
		table, err := kernels.Select(name)
		if err != nil {
			t.Fatal(err)
		}
		_, step := smallRun(t, nil, func(o *TrainOptions) { o.Kernels = table })
		step(0)
		got := step(1)
		if i == 0 {
			want = got
		}
		if math.Abs(got.Loss-want.Loss) > 1e-5*want.Loss {
			t.Errorf("%s: loss %g, want %g", name, got.Loss, want.Loss)
		}
	}
}

// A batch may be smaller than the largest, and weighs its samples.
func TestSmallerBatchAndWeights(t *testing.T) {
	x, y := trainingDigits(t)
	run, m := readRun(t, "adam")
	trainer, err := NewTrainer(m, run.options(t, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	score := func(n int, weights []float32) Score {
		s, err := trainer.Evaluate(x[:n*3072], y[:n*10], weights)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first, both := score(1, nil), score(2, nil)
	second := 2*both.Loss - first.Loss
	if got := score(2, []float32{1, 3}).Loss; math.Abs(got-(first.Loss+3*second)/2) > 1e-6 {
		t.Errorf("weighted loss %g, want %g", got, (first.Loss+3*second)/2)
	}
	if both.Samples != 2 {
		t.Errorf("%d samples, want 2", both.Samples)
	}
	out, err := trainer.Predict(x[:3*3072])
	if err != nil || len(out) != 30 {
		t.Errorf("Predict gave %d values, %v", len(out), err)
	}
}

// Classes are weighed in training alone.
func TestClassWeights(t *testing.T) {
	weights := []float32{5, 1, 1, 1, 1, 1, 1, 1, 1, 0.1}
	x, y := trainingDigits(t)
	plain, stepPlain := smallRun(t, nil, nil)
	weighed, stepWeighed := smallRun(t, nil, func(o *TrainOptions) { o.Loss.ClassWeights = weights })
	evaluate := func(trainer *Trainer, weights []float32) float64 {
		s, err := trainer.Evaluate(x[:32*3072], y[:32*10], weights)
		if err != nil {
			t.Fatal(err)
		}
		return s.Loss
	}
	if a, b := evaluate(plain, nil), evaluate(weighed, nil); a != b {
		t.Errorf("evaluation gives %g with class weights and %g without", b, a)
	}
	each := make([]float32, 32)
	for i := range each {
		each[i] = weights[argmax(y[i*10:][:10])]
	}
	want := evaluate(plain, each)
	if got := stepWeighed(0).Loss; math.Abs(got-want) > 1e-6 || got == stepPlain(0).Loss {
		t.Errorf("a step has the loss %g, want %g", got, want)
	}
}

// A categorical crossentropy is the same after a sigmoid and after a softmax, as
// in Keras: it is computed from what goes in there.
func TestCategoricalCrossentropyOfSigmoid(t *testing.T) {
	x, y := []float32{1, -2, 3, 0.5, -1, 2, 1, 0, -1, 4}, []float32{1, 0, 0, 0, 0, 1}
	train := func(activation string) (Score, []float32) {
		m, err := head(3, activation)()
		if err != nil {
			t.Fatal(err)
		}
		if err := Initialize(m, 3); err != nil {
			t.Fatal(err)
		}
		trainer, err := NewTrainer(m, TrainOptions{BatchSize: 2, Loss: Loss{Name: "categorical_crossentropy"}, Optimizer: Optimizer{Name: "SGD", LearningRate: 0.1}})
		if err != nil {
			t.Fatal(err)
		}
		score, err := trainer.Step(x, y, nil)
		if err != nil {
			t.Fatal(err)
		}
		return score, weightsOf(m)
	}
	want, wanted := train("softmax")
	if got, weights := train("sigmoid"); got != want || !slices.Equal(weights, wanted) {
		t.Errorf("got %+v after a sigmoid and %+v after a softmax", got, want)
	}
}

func TestFrozenLayersStay(t *testing.T) {
	_, m := readRun(t, "batchnorm")
	for _, l := range m.Layers {
		if bn, ok := l.(*BatchNormalization); ok {
			bn.Frozen = true
		}
	}
	var before []float32
	for _, l := range m.Layers {
		if _, ok := l.(*BatchNormalization); ok {
			for _, w := range l.Weights() {
				before = append(before, w.Value...)
			}
		}
	}
	x, y := trainingDigits(t)
	adam, _ := NewOptimizer("adam")
	trainer, err := NewTrainer(m, TrainOptions{BatchSize: 8, Loss: Loss{Name: "categorical_crossentropy"}, Optimizer: adam})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.Step(x[:8*3072], y[:80], nil); err != nil {
		t.Fatal(err)
	}
	var after []float32
	for _, l := range m.Layers {
		if _, ok := l.(*BatchNormalization); ok {
			for _, w := range l.Weights() {
				after = append(after, w.Value...)
			}
		}
	}
	if !slices.Equal(before, after) {
		t.Error("a frozen BatchNormalization changed")
	}
}

func TestDropoutDropsInTrainingOnly(t *testing.T) {
	m, err := NewSequential("", Shape{1000}, &Dropout{Rate: 0.25}, &Dense{Units: 2, UseBias: true, Activation: Activation{Name: "softmax"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := Initialize(m, 1); err != nil {
		t.Fatal(err)
	}
	sgd, _ := NewOptimizer("sgd")
	trainer, err := NewTrainer(m, TrainOptions{BatchSize: 1, Loss: sparse, Optimizer: sgd, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 1000)
	for i := range x {
		x[i] = 1
	}
	if _, err := trainer.Step(x, []float32{1}, nil); err != nil {
		t.Fatal(err)
	}
	dropped := trainer.tensors[1].value
	zeros := 0
	for _, v := range dropped {
		if v == 0 {
			zeros++
		} else if math.Abs(float64(v)-4.0/3) > 1e-6 {
			t.Fatalf("a kept value is %g, want 4/3", v)
		}
	}
	if zeros < 200 || zeros > 300 {
		t.Errorf("%d of 1000 were dropped, want about 250", zeros)
	}
	if _, err := trainer.Predict(x); err != nil {
		t.Fatal(err)
	}
	if slices.Contains(trainer.tensors[1].value, 0) {
		t.Error("values were dropped in prediction")
	}
}

func TestWhatTrainersRefuse(t *testing.T) {
	adam, _ := NewOptimizer("adam")
	twice := adam
	twice.ClipNorm, twice.ClipValue = 1, 1
	for _, c := range []struct {
		want   string
		change func(m *Model, o *TrainOptions)
	}{
		{"batch size is 0", func(_ *Model, o *TrainOptions) { o.BatchSize = 0 }},
		{`loss "hinge" is not known`, func(_ *Model, o *TrainOptions) { o.Loss.Name = "hinge" }},
		{"label smoothing is 2", func(_ *Model, o *TrainOptions) { o.Loss.LabelSmoothing = 2 }},
		{"no trainable weights", func(m *Model, _ *TrainOptions) { m.Frozen = true }},
		{"clips in 2 ways", func(_ *Model, o *TrainOptions) { o.Optimizer = twice }},
		{`optimizer "" is not known`, func(_ *Model, o *TrainOptions) { o.Optimizer = Optimizer{} }},
		{"has 0 values", func(m *Model, _ *TrainOptions) { m.Weights()[0].Value = nil }},
		{"choose a smaller batch", func(_ *Model, o *TrainOptions) { o.BatchSize = 1 << 20 }},
	} {
		_, m := readRun(t, "adam")
		o := TrainOptions{BatchSize: 4, Loss: Loss{Name: "categorical_crossentropy"}, Optimizer: adam}
		c.change(m, &o)
		if _, err := NewTrainer(m, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want %q", err, c.want)
		}
	}
}

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		schedule Schedule
		step     int
		want     float64
	}{
		{ExponentialDecay{Initial: 0.1, DecayRate: 0.5, DecaySteps: 10}, 5, 0.1 * math.Sqrt(0.5)},
		{ExponentialDecay{Initial: 0.1, DecayRate: 0.5, DecaySteps: 10, Staircase: true}, 19, 0.05},
		{CosineDecay{Initial: 0.1, DecaySteps: 100}, 50, 0.05},
		{CosineDecay{Initial: 0.1, DecaySteps: 100, Alpha: 0.1}, 1000, 0.01},
		{CosineDecay{DecaySteps: 100, WarmupTarget: 0.2, WarmupSteps: 10}, 5, 0.1},
	} {
		if got := c.schedule.Rate(c.step); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%+v after %d steps: %g, want %g", c.schedule, c.step, got, c.want)
		}
	}
}
