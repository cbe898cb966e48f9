package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"edged/cmd/edged/engine"
	"edged/kernels"
	"edged/nn"
	"edged/storage"
	"edged/train"

	"github.com/spf13/cobra"
)

// fitFlags are the settings of `edged fit`.
type fitFlags struct {
	model        modelFlags
	train, valid string
	out          string
	split        float64
	splitAs      choice
	arch         string

	epochs, batch     int
	optimizer         string
	loss              choice
	classWeights      map[string]string
	learningRate      float64
	momentum          float64
	schedule          choice
	patience          int
	reducePatience    int
	labelSmoothing    float64
	balance           bool
	augment           string
	seed              uint32
	cacheMB           int
	strict            bool
	checkpoint, csv   string
	progress          choice
	exemplars         bool
	headOnly          bool
	captures          string
	features          string
	minimum, limit    int
	method            choice
	given             func(string) bool
	augmentation      train.Augmentation
	optimizerSettings nn.Optimizer
}

func newFit() *cobra.Command {
	f := &fitFlags{}
	command := &cobra.Command{
		Use:   "fit --train DIR --out DIR",
		Short: "Train a network, or a model's head on captures",
		Long: "fit trains a network on a folder of class folders and writes a model directory, which\n" +
			"must not exist yet, with report and plots. Without --model it starts from the network\n" +
			"that --arch names. Ctrl-C keeps the best weights so far.\n\n" +
			"With --head-only it fits the last layer of --model to a folder of captures, new labels\n" +
			"included, and writes a model only if that one is better on captures it was not trained on.",
		Args: func(command *cobra.Command, arguments []string) error {
			if err := takes()(command, arguments); err != nil {
				return err
			}
			if err := f.check(); err != nil {
				return advise(command, err)
			}
			return nil
		},
		RunE: func(command *cobra.Command, _ []string) error {
			tell := newTeller(command.OutOrStdout(), f.progress.value, f.epochs)
			return tell.end(f.fit(command.Context(), tell))
		},
	}
	f.add(command)
	return command
}

func (f *fitFlags) add(command *cobra.Command) {
	f.model.add(command)
	f.model.addPreprocessing(command)
	flags := command.Flags()
	_ = flags.SetAnnotation("model", cobra.BashCompOneRequiredFlag, []string{"false"})
	f.given = flags.Changed
	flags.StringVar(&f.train, "train", "", "`DIR` of class folders to train on")
	flags.StringVar(&f.valid, "valid", "", "`DIR` of class folders to validate on")
	flags.StringVarP(&f.out, "out", "o", "", "`DIR` that becomes the new model")
	flags.Float64Var(&f.split, "validation-split", 0, "`share` of --train to validate on instead, as Keras's validation_split")
	f.splitAs = choice{"folders", []string{"folders", "dataset"}}
	flags.Var(&f.splitAs, "split-as", "folders (flow_from_directory: each class's first files) or dataset (image_dataset_from_directory: shuffled)")
	flags.StringVar(&f.arch, "arch", "tutorial", "`network` to start from: "+strings.Join(train.Architectures(), ", ")+" or a Keras config.json")
	flags.IntVar(&f.epochs, "epochs", 10, "how many times to go through the pictures")
	flags.IntVar(&f.batch, "batch-size", 32, "pictures of one step")
	flags.StringVar(&f.optimizer, "optimizer", "adam", "sgd, rmsprop, adam or adamw, with Keras's settings, as sgd,momentum=0.9,nesterov or adam,clipnorm=1")
	f.loss = choice{"categorical_crossentropy", []string{"categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy", "mean_squared_error"}}
	flags.Var(&f.loss, "loss", strings.Join(f.loss.names, ", "))
	flags.Float64Var(&f.learningRate, "learning-rate", 1e-4, "the optimizer's learning `rate`; unless given, sgd's is 0.01")
	flags.Float64Var(&f.momentum, "momentum", 0, "momentum of sgd and rmsprop")
	f.schedule = choice{"constant", []string{"constant", "cosine", "exponential"}}
	flags.Var(&f.schedule, "schedule", "how the learning rate falls: constant, cosine (to 0) or exponential (to a hundredth)")
	flags.IntVar(&f.patience, "patience", 0, "stop after so many epochs without a better validation loss and keep the best weights; 0: never")
	flags.IntVar(&f.reducePatience, "reduce-lr-patience", 0, "divide the learning rate by 10 after so many epochs without a better validation loss; 0: never")
	flags.Float64Var(&f.labelSmoothing, "label-smoothing", 0, "`share` of the targets that goes to all classes alike")
	flags.BoolVar(&f.balance, "balance", false, "weigh classes so that each counts the same")
	flags.StringToStringVar(&f.classWeights, "class-weight", nil, "Keras's class_weight, as `cat=2,dog=0.5`; others weigh 1")
	flags.StringVar(&f.augment, "augment", "", "Keras's `settings`, as rotation_range=10,zoom_range=0.1,horizontal_flip")
	flags.Uint32Var(&f.seed, "seed", 1, "decides on first weights, order and augmentation")
	flags.IntVar(&f.cacheMB, "cache", 256, "`MB` of decoded pictures kept in memory")
	flags.BoolVar(&f.strict, "strict", false, "fail if a picture can't be read")
	flags.BoolVar(&f.exemplars, "exemplars", true, "keep 20 pictures of each class with the model, so that later fits of its head forget none")
	flags.StringVar(&f.checkpoint, "checkpoint", "", "`FILE` that is written after each epoch and gone on from if it is there")
	flags.StringVar(&f.csv, "csv", "", "write Keras's CSV log to this `FILE`")
	f.progress = choice{"auto", []string{"auto", "plain", "json"}}
	flags.Var(&f.progress, "progress", "auto (a bar on a terminal), plain or json (one object a line)")
	f.addHead(command)
}

// known loads the model to train and returns it with its labels, which the class
// folders must have as names, in whichever order.
func (f *fitFlags) known(folders []string) (*storage.Model, error) {
	m, err := f.model.load()
	if err != nil {
		return nil, err
	}
	for _, label := range folders {
		if !slices.Contains(m.Labels, label) {
			return nil, fmt.Errorf("%s has the class %q, which is none of the labels of %s: --head-only adds labels", f.train, label, f.model.model)
		}
	}
	for _, label := range m.Labels {
		if !slices.Contains(folders, label) {
			return nil, fmt.Errorf("%s has the label %q, and %s no folder for it: pictures of every label are needed", f.model.model, label, f.train)
		}
	}
	m.Parent = m.Name
	return m, nil
}

// start returns the model to train: one that is there, or a new one.
func (f *fitFlags) start() (*storage.Model, error) {
	labels, err := train.Labels(f.train)
	if err != nil {
		return nil, err
	}
	if f.model.model != "" {
		return f.known(labels)
	}
	for _, label := range labels {
		if err := storage.CheckLabel(label); err != nil {
			return nil, err
		}
	}
	network, err := train.NewNetwork(f.arch, len(labels))
	if err != nil {
		return nil, err
	}
	if err := nn.Initialize(network, uint64(f.seed)); err != nil {
		return nil, err
	}
	m := &storage.Model{Network: network, Labels: labels, Precision: storage.Float32}
	m.Preprocessing = nn.Preprocessing{Resize: "bilinear", Color: nn.RGB, Scale: 1.0 / 255}
	if in := network.InputShape(); len(in) == 3 && in[2] == 1 {
		m.Preprocessing.Color = nn.Gray
	}
	f.model.override(&m.Preprocessing)
	return m, nil
}

// data lists the pictures.
func (f *fitFlags) data(labels []string) (training, validation []train.Sample, err error) {
	if training, err = train.ListFolder(f.train, labels); err != nil {
		return
	}
	switch {
	case f.valid != "":
		validation, err = train.ListFolder(f.valid, labels)
	case f.split > 0 && f.splitAs.value == "dataset":
		training, validation = train.SplitDataset(training, f.split, f.seed)
	case f.split > 0:
		training, validation = train.SplitFolders(training, f.split)
	}
	if err == nil && f.split > 0 && len(validation) == 0 {
		err = fmt.Errorf("%s: a validation split of %g leaves no pictures to validate on: choose a greater one, or collect more pictures", f.train, f.split)
	}
	if err != nil {
		return
	}
	if err = train.CheckClasses(training, labels); err != nil {
		err = fmt.Errorf("%s: %w", f.train, err)
	}
	return
}

func (f *fitFlags) fit(ctx context.Context, tell *teller) error {
	if err := f.checkOut(); err != nil {
		return err
	}
	if f.headOnly {
		return f.runHead(ctx, tell)
	}
	return f.run(ctx, tell)
}

func (f *fitFlags) run(ctx context.Context, tell *teller) error {
	m, err := f.start()
	if err != nil {
		return err
	}
	training, validation, err := f.data(m.Labels)
	if err != nil {
		return err
	}
	if same(f.train, f.valid) {
		tell.warn("--valid is the folder of --train: validation can't show whether the pictures are learned by heart")
	}
	workers := kernels.NewWorkers(f.model.threads)
	defer workers.Close()
	fit, err := f.prepare(m, workers, training, validation, tell)
	if err != nil {
		return err
	}
	outcome, err := fit.Run(ctx)
	if err != nil {
		return f.roomFor(err)
	}
	return f.commit(m, outcome, training, validation, tell)
}

// same tells whether two paths lead to the same folder.
func same(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// prepare sets the fit up.
func (f *fitFlags) prepare(m *storage.Model, workers *kernels.Workers, training, validation []train.Sample, tell *teller) (*train.Fit, error) {
	table, err := engine.Options{Kernels: f.model.kernels}.Table()
	if err != nil {
		return nil, err
	}
	// Room for more than there are pictures would be wasted.
	batch := min(f.batch, max(len(training), len(validation)))
	loader := func(samples []train.Sample, cache int) *train.Loader {
		return &train.Loader{
			Samples: samples, Classes: len(m.Labels), BatchSize: batch, Preprocessing: m.Preprocessing, Input: m.Network.InputShape(),
			Seed: f.seed, Strict: f.strict, Skip: tell.skip, Cache: cache,
		}
	}
	fit := &train.Fit{
		Training: loader(training, f.cacheMB<<20*4/5), Epochs: f.epochs, Checkpoint: f.checkpoint,
		EarlyStopping: train.EarlyStopping{Patience: f.patience}, ReduceLROnPlateau: train.ReduceLROnPlateau{Patience: f.reducePatience},
		OnBatch: tell.batch,
	}
	sparse := f.loss.value == "sparse_categorical_crossentropy"
	fit.Training.Sparse, fit.Training.Shuffle, fit.Training.EveryClass, fit.Training.Augmentation = sparse, true, true, f.augmentation
	if len(validation) > 0 {
		fit.Validation = loader(validation, f.cacheMB<<20/5)
		fit.Validation.Sparse = sparse
	}
	fit.Identity = f.identity(m, training, validation)
	csv := train.CSVLog{File: f.csv}
	if err := csv.Check(); err != nil {
		return nil, fmt.Errorf("%w: choose another --csv", err)
	}
	fit.OnResume = func(history []train.Epoch) error {
		tell.resumed(f.checkpoint, len(history))
		return csv.Add(history...)
	}
	fit.OnEpoch = func(e train.Epoch) error {
		tell.epoch(e)
		return csv.Add(e)
	}
	options := nn.TrainOptions{
		BatchSize: batch, Loss: nn.Loss{Name: f.loss.value, LabelSmoothing: f.labelSmoothing},
		Optimizer: f.optimizerSettings, Kernels: table, Workers: workers, Seed: uint64(f.seed),
	}
	options.Optimizer.Schedule = f.learningRates(fit.Training.Batches() * f.epochs)
	if options.Loss.ClassWeights, err = f.weights(m.Labels, training); err != nil {
		return nil, err
	}
	fit.Trainer, err = nn.NewTrainer(m.Network, options)
	return fit, err
}

// learningRates is the schedule over all steps.
func (f *fitFlags) learningRates(steps int) nn.Schedule {
	switch f.schedule.value {
	case "cosine":
		return nn.CosineDecay{Initial: f.optimizerSettings.LearningRate, DecaySteps: steps}
	case "exponential":
		return nn.ExponentialDecay{Initial: f.optimizerSettings.LearningRate, DecayRate: 0.01, DecaySteps: steps}
	}
	return nil
}

// settings are what the report says of how the model was trained.
func (f *fitFlags) settings() map[string]any {
	return map[string]any{
		"epochs": f.epochs, "batch_size": f.batch, "optimizer": f.optimizerSettings.Name, "optimizer_settings": f.optimizer,
		"learning_rate": f.optimizerSettings.LearningRate, "momentum": f.optimizerSettings.Momentum, "loss": f.loss.value, "class_weight": f.classWeights, "schedule": f.schedule.value, "patience": f.patience, "reduce_lr_patience": f.reducePatience,
		"label_smoothing": f.labelSmoothing, "balance": f.balance, "augmentation": f.augmentation, "seed": f.seed,
		"validation_split": f.split, "arch": f.arch, "model": f.model.model,
	}
}

// identity is what a checkpoint must have in common with this fit; epochs and
// patience may change.
func (f *fitFlags) identity(m *storage.Model, training, validation []train.Sample) string {
	s := f.settings()
	delete(s, "patience")
	if f.schedule.value == "constant" {
		delete(s, "epochs")
	}
	return train.Identity(s, m.Preprocessing, m.Labels, training, validation)
}

// commit measures the model on the validation pictures and writes it.
func (f *fitFlags) commit(m *storage.Model, outcome *train.Outcome, training, validation []train.Sample, tell *teller) error {
	r := &train.Report{Settings: f.settings(), Training: len(training), Held: len(validation), Outcome: outcome, Warning: train.Overfitting(outcome.History[:outcome.Kept])}
	plan, err := engine.Options{Precision: "float32", Kernels: f.model.kernels}.Compile(m, false)
	if err != nil {
		return err
	}
	m.Precision, m.Tool, m.Created = storage.Float32, "edged "+version, time.Now()
	if f.exemplars {
		if r.Exemplars, err = train.Exemplars(training, validation, m.Labels, m.Preprocessing, m.Network.InputShape()); err != nil {
			return err
		}
	}
	m.Probe = train.Probe(context.Background(), m, append(validation[:len(validation):len(validation)], training...), plan)
	if len(validation) > 0 {
		debug.FreeOSMemory()
		tell.measuring(outcome)
		e := &train.Evaluator{Plan: plan, Preprocessing: m.Preprocessing, Labels: m.Labels, Threads: f.model.threads, Mistakes: 10}
		if r.Evaluation, err = measure(e, validation); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(f.out)), 0o755); err != nil {
		return err
	}
	if err := r.Commit(f.out, m); err != nil {
		return f.roomFor(err)
	}
	tell.done(f.out, outcome, r)
	return nil
}

// measure evaluates. The interrupt that has stopped the training must not stop
// this; another one leaves it out.
func measure(e *train.Evaluator, samples []train.Sample) (*train.Evaluation, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	evaluation, err := e.Evaluate(ctx, samples)
	if ctx.Err() != nil {
		return nil, nil
	}
	return evaluation, err
}

// roomFor adds to the error of a full disk what helps.
func (f *fitFlags) roomFor(err error) error {
	switch {
	case !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT):
		return err
	case f.checkpoint != "":
		return fmt.Errorf("%w; make room and give the same command again: it goes on from %s", err, f.checkpoint)
	case f.headOnly:
		return fmt.Errorf("%w; make room and give the same command again", err)
	}
	return fmt.Errorf("%w; make room and give the same command again: with --checkpoint it need not train again", err)
}
