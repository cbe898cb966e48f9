package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"edged/nn"
	"edged/storage"
	"edged/train"
)

// The flags that have no meaning with --head-only, and those that have none
// without it.
var (
	trainingFlags = []string{
		"train", "valid", "validation-split", "split-as", "arch", "epochs", "batch-size", "optimizer", "loss", "learning-rate", "momentum", "schedule",
		"patience", "reduce-lr-patience", "label-smoothing", "balance", "class-weight", "augment", "seed", "cache", "checkpoint", "csv", "exemplars",
	}
	headFlags = []string{"captures", "features", "min-captures", "max-captures", "method", "precision"}
)

// check refuses settings that make no sense before anything is read.
func (f *fitFlags) check() error {
	if f.out == "" {
		return errors.New("--out is missing: name the directory that becomes the new model")
	}
	if f.headOnly {
		return f.checkHead()
	}
	for _, name := range headFlags {
		if f.given(name) {
			return fmt.Errorf("--%s has a meaning with --head-only alone", name)
		}
	}
	switch {
	case f.train == "":
		return errors.New("--train is missing: name a folder of class folders")
	case f.epochs < 1 || f.batch < 1 || f.batch > 4096 || f.cacheMB < 0:
		return errors.New("--epochs and --batch-size (up to 4096) must be at least 1 and --cache not negative")
	case f.patience < 0 || f.reducePatience < 0:
		return errors.New("--patience and --reduce-lr-patience must be at least 1, or 0 for never")
	case f.reducePatience > 0 && f.schedule.value != "constant":
		return fmt.Errorf("--schedule %s sets the learning rate of each step, --reduce-lr-patience can't: leave out one", f.schedule.value)
	case !(f.split >= 0 && f.split < 1):
		return errors.New("--validation-split must be from 0 to less than 1")
	case f.split > 0 && f.valid != "":
		return errors.New("give --valid or --validation-split, not both")
	case f.model.model != "" && f.given("arch"):
		return errors.New("give --model or --arch, not both")
	case f.balance && len(f.classWeights) > 0:
		return errors.New("give --balance or --class-weight, not both")
	}
	var err error
	if f.augmentation, err = train.ParseAugmentation(f.augment); err != nil {
		return err
	}
	if err := f.checkOptimizer(); err != nil {
		return err
	}
	return f.checkLoss()
}

// checkOptimizer reads the optimizer. Its learning rate is the flag's, but SGD's
// is Keras's unless one was given.
func (f *fitFlags) checkOptimizer() error {
	o, err := nn.ParseOptimizer(f.optimizer)
	if err != nil {
		return err
	}
	if f.given("momentum") {
		if o.Name != "SGD" && o.Name != "RMSprop" {
			return fmt.Errorf("--momentum is sgd's and rmsprop's, %s has none", o.Name)
		}
		o.Momentum = f.momentum
	}
	if o.Name != "SGD" || f.given("learning-rate") {
		o.LearningRate = f.learningRate
	}
	f.optimizerSettings = o
	return o.Check()
}

func (f *fitFlags) checkLoss() error {
	switch {
	case !(f.labelSmoothing >= 0 && f.labelSmoothing <= 1):
		return errors.New("--label-smoothing must be from 0 to 1")
	case f.labelSmoothing > 0 && f.loss.value != "categorical_crossentropy" && f.loss.value != "binary_crossentropy":
		return fmt.Errorf("--loss %s has no label smoothing", f.loss.value)
	}
	return nil
}

// checkOut refuses an --out that could not be written, before anything is
// computed.
func (f *fitFlags) checkOut() error {
	if _, err := os.Lstat(f.out); err == nil {
		return fmt.Errorf("%s is there already: a model is never overwritten, choose another name", f.out)
	}
	if err := storage.CheckTarget(f.out); err != nil {
		return fmt.Errorf("%w: choose another --out", err)
	}
	return nil
}

// weights are the classes' weights, by --class-weight or --balance, or nil.
func (f *fitFlags) weights(labels []string, training []train.Sample) ([]float32, error) {
	if f.balance {
		return train.ClassWeights(training, len(labels)), nil
	}
	if len(f.classWeights) == 0 {
		return nil, nil
	}
	for _, label := range slices.Sorted(maps.Keys(f.classWeights)) {
		if !slices.Contains(labels, label) {
			return nil, fmt.Errorf("--class-weight names %q, which is none of the classes %s", label, strings.Join(labels, ", "))
		}
	}
	weights := make([]float32, len(labels))
	for i, label := range labels {
		weights[i] = 1
		text, ok := f.classWeights[label]
		if !ok {
			continue
		}
		v, err := strconv.ParseFloat(text, 32)
		if err != nil || !(v >= 0 && v <= 1e6) {
			return nil, fmt.Errorf("--class-weight of %s is %q and must be a number from 0 to a million", label, text)
		}
		weights[i] = float32(v)
	}
	return weights, nil
}
