package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"edged/cmd/edged/engine"
	"edged/kernels"
	"edged/nn"
	"edged/quant"
	"edged/storage"
	"edged/storage/picture"
	"edged/train"

	"github.com/spf13/cobra"
)

const quantizeLong = `quantize writes MODEL with smaller weights in edged's own form: float16 takes half of
float32's memory, int8 a quarter, and both compute faster where the CPU can.

int8 needs pictures to calibrate on, as many different ones as the model will see:
a folder, or one of class folders as the daemon's captures are. --observer says what
range of each layer's outputs is kept: all (minmax), all but one in ten thousand at
each end (percentile), what changes them least (mse) or tells them least apart
(entropy). Pairs of layers are equalized, which scales channels between them so that
small ones take more of int8's 256 values, unless the network's output on the pictures
gets worse by it (--equalize auto).

With --evaluate and --max-accuracy-drop, layers that int8 hurts most stay in float16
until the accuracy on those labelled pictures is no more than that below float32's.`

func newQuantize() *cobra.Command {
	q := quantizeFlags{observer: choice{"mse", quant.Observers()}, equalize: choice{"auto", []string{"auto", "on", "off"}}}
	command := &cobra.Command{
		Use:   "quantize --model MODEL --precision float16|int8 --out DIR",
		Short: "Write a model with float16 or int8 weights",
		Long:  quantizeLong,
		Args: func(command *cobra.Command, arguments []string) error {
			if err := takes()(command, arguments); err != nil {
				return err
			}
			q.budgeted = command.Flags().Changed("max-accuracy-drop")
			if err := q.check(); err != nil {
				return advise(command, err)
			}
			return nil
		},
		RunE: func(command *cobra.Command, _ []string) error { return q.run(command) },
	}
	q.model.add(command)
	q.model.addPreprocessing(command)
	flags := command.Flags()
	q.model.precision = choice{"", []string{"float16", "int8"}}
	precision := flags.Lookup("precision")
	precision.Usage, precision.DefValue = "float16 or int8", ""
	_ = command.MarkFlagRequired("precision")
	flags.StringVarP(&q.out, "out", "o", "", "`DIR` to write, which must not exist")
	_ = command.MarkFlagRequired("out")
	flags.StringVar(&q.calibrate, "calibrate", "", "`DIR` of pictures to calibrate int8 on")
	flags.IntVar(&q.pictures, "pictures", 500, "calibrate on at most `N` of them, spread over the folder")
	flags.Var(&q.observer, "observer", "minmax, percentile, mse or entropy")
	flags.Var(&q.equalize, "equalize", "auto (where the output gains by it), on or off: scale channels between layers before int8")
	flags.BoolVar(&q.report, "report", false, "print what each layer adds to the error, as signal to noise in dB")
	flags.StringVar(&q.evaluate, "evaluate", "", "`DIR` of class folders to compare the accuracy on")
	flags.Float64Var(&q.budget, "max-accuracy-drop", 0, "how much `accuracy` may be lost on the pictures of --evaluate, as 0.005")
	return command
}

// quantizeFlags are the command's flags.
type quantizeFlags struct {
	model               modelFlags
	out                 string
	calibrate, evaluate string
	pictures            int
	observer, equalize  choice
	report, budgeted    bool
	budget              float64
}

// quantizer is the work of one run of the command.
type quantizer struct {
	*quantizeFlags
	command *cobra.Command
	source  *storage.Model
	flat    *nn.Model // what of source int8 can compute
	files   []string  // to calibrate on
	samples []train.Sample
	workers *kernels.Workers

	calibration *nn.Calibration
	outcome     quantizeOutcome
}

// quantizeOutcome is what report.json says of it.
type quantizeOutcome struct {
	Precision string       `json:"precision"`
	Observer  string       `json:"observer,omitempty"`
	Pictures  int          `json:"calibration_pictures"`
	Output    *float64     `json:"output_signal_to_noise_db,omitempty"`
	Equalized *equalized   `json:"equalization,omitempty"`
	Layers    []layerNoise `json:"layers,omitempty"`
	Float     []string     `json:"float16_layers,omitempty"`
	Accuracy  *accuracies  `json:"accuracy,omitempty"`
	Bytes     weightBytes  `json:"weight_bytes"`
}

type layerNoise struct {
	Layer     string   `json:"layer"`
	Class     string   `json:"class"`
	Precision string   `json:"precision"`
	Decibels  *float64 `json:"signal_to_noise_db"` // nil: there is no noise
}

type accuracies struct {
	Pictures  int     `json:"pictures"`
	Float32   float64 `json:"float32"`
	Quantized float64 `json:"quantized"`
}

type weightBytes struct {
	Float32   int `json:"float32"`
	Quantized int `json:"quantized"`
}

func (q *quantizeFlags) run(command *cobra.Command) error {
	if _, err := os.Lstat(q.out); err == nil {
		return fmt.Errorf("%s: is there already, and models are never overwritten: choose another --out", q.out)
	}
	m, err := q.model.load()
	if err != nil {
		return err
	}
	if m.Precision == storage.Int8 {
		return fmt.Errorf("%s: is in int8 already: quantize the model that it was made from", q.model.model)
	}
	w := &quantizer{quantizeFlags: q, command: command, source: m, workers: kernels.NewWorkers(q.model.threads)}
	defer w.workers.Close()
	if err := w.list(); err != nil {
		return err
	}
	return w.quantize(command.Context())
}

func (q *quantizeFlags) check() error {
	switch {
	case q.model.precision.value == "int8" && q.calibrate == "":
		return errors.New("int8 needs pictures to calibrate on: --calibrate DIR")
	case q.model.precision.value != "int8" && q.equalize.value == "on":
		return errors.New("--equalize on is for int8: float16 needs no equalization")
	case q.report && q.calibrate == "":
		return errors.New("--report needs pictures to compare on: --calibrate DIR")
	case q.budgeted && q.evaluate == "":
		return errors.New("--max-accuracy-drop needs labelled pictures: --evaluate DIR")
	case q.budgeted && !(q.budget >= 0 && q.budget <= 1):
		return fmt.Errorf("--max-accuracy-drop is %v and must be from 0 to 1", q.budget)
	case q.pictures < 1:
		return fmt.Errorf("--pictures is %d and must be at least 1", q.pictures)
	}
	return nil
}

// list finds the pictures.
func (w *quantizer) list() error {
	if w.calibrate != "" {
		files, err := picture.List(w.calibrate)
		if err != nil {
			return err
		}
		w.files = spread(files, w.pictures)
	}
	if w.evaluate == "" {
		return nil
	}
	var err error
	w.samples, err = train.ListFolder(w.evaluate, w.source.Labels)
	return err
}

// spread takes at most n of the names, evenly.
func spread(names []string, n int) []string {
	if len(names) <= n {
		return names
	}
	some := make([]string, n)
	for i := range some {
		some[i] = names[i*len(names)/n]
	}
	return some
}

// quantize does all the work.
func (w *quantizer) quantize(ctx context.Context) error {
	w.outcome.Precision = w.model.precision.value
	plan, err := w.compile(w.source.Network, nn.Float32)
	if err != nil {
		return err
	}
	w.outcome.Bytes.Float32 = plan.WeightBytes()
	if len(w.samples) > 0 {
		accuracy, err := w.accuracy(ctx, plan)
		if err != nil {
			return err
		}
		w.outcome.Accuracy = &accuracies{Pictures: len(w.samples), Float32: accuracy}
	}
	if err := w.observe(ctx); err != nil {
		return err
	}
	if err := w.judgeOutput(ctx); err != nil {
		return err
	}
	network, precision := w.source.Network, nn.Float16
	if w.outcome.Precision == "int8" {
		precision = nn.Int8
		if network, err = w.calibration.Quantize(); err != nil {
			return err
		}
	}
	if w.report || w.budgeted && precision == nn.Int8 {
		if err := w.measure(ctx, network, precision); err != nil {
			return err
		}
	}
	if network, plan, err = w.within(ctx, network, precision); err != nil {
		return err
	}
	w.outcome.Bytes.Quantized = plan.WeightBytes()
	return w.commit(ctx, network, plan)
}

func (w *quantizer) compile(m *nn.Model, p nn.Precision) (*nn.Plan, error) {
	table, err := engine.Options{Kernels: w.model.kernels}.Table()
	if err != nil {
		return nil, err
	}
	return nn.Compile(m, nn.Options{Kernels: table, Precision: p})
}

// observe calibrates, where there are pictures to do so.
func (w *quantizer) observe(ctx context.Context) error {
	if len(w.files) == 0 {
		return nil
	}
	var err error
	if w.flat, err = nn.Quantizable(w.source.Network); err != nil {
		return err
	}
	if w.calibration, err = nn.NewCalibration(w.flat, w.observer.value, w.workers); err != nil {
		return err
	}
	if w.outcome.Precision == "int8" {
		w.outcome.Observer = w.observer.value
		w.outcome.Pictures, err = w.each(ctx, "calibrating", w.files, w.calibration.Input(), w.calibration.Observe)
	}
	return err
}

// each calls do for each picture that can be read, with it in input, and returns
// for how many. The others are told, and left out from then on.
func (w *quantizer) each(ctx context.Context, what string, files []string, input []float32, do func()) (int, error) {
	p, err := nn.NewPreprocessor(w.source.Preprocessing, w.flat.InputShape())
	if err != nil {
		return 0, err
	}
	progress, done := newProgress(what), 0
	for i, file := range files {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		image, err := picture.Read(file)
		if err == nil {
			err = p.Apply(input, image)
		}
		if err != nil {
			fmt.Fprintln(w.command.ErrOrStderr(), "edged:", err)
			w.files = slices.DeleteFunc(slices.Clone(w.files), func(f string) bool { return f == file })
			continue
		}
		do()
		done++
		progress(i+1, len(files))
	}
	if done == 0 {
		return 0, fmt.Errorf("%s: none of its pictures could be read", w.calibrate)
	}
	return done, nil
}

// noisePictures is how many pictures layers are compared on.
const noisePictures = 16

// measure finds out what each layer adds to the error.
func (w *quantizer) measure(ctx context.Context, network *nn.Model, p nn.Precision) error {
	if p == nn.Float16 {
		network = w.flat
	}
	meter, err := w.calibration.NewNoiseMeter(network, p)
	if err != nil {
		return err
	}
	if _, err := w.each(ctx, "comparing", spread(w.files, noisePictures), w.calibration.Input(), meter.Measure); err != nil {
		return err
	}
	w.outcome.Layers = nil
	for _, l := range meter.Layers() {
		one := layerNoise{Layer: l.Layer, Class: l.Class, Precision: l.Precision.String(), Decibels: decibels(l)}
		w.outcome.Layers = append(w.outcome.Layers, one)
	}
	return nil
}

// within leaves layers in float16, those with the most noise first, until the
// accuracy is within the budget.
func (w *quantizer) within(ctx context.Context, network *nn.Model, p nn.Precision) (*nn.Model, *nn.Plan, error) {
	worst := w.worst(network)
	for {
		plan, err := w.compile(network, p)
		if err != nil || len(w.samples) == 0 {
			return network, plan, err
		}
		a := w.outcome.Accuracy
		if a.Quantized, err = w.accuracy(ctx, plan); err != nil {
			return nil, nil, err
		}
		if !w.budgeted || a.Float32-a.Quantized <= w.budget+1e-9 {
			return network, plan, nil
		}
		if p == nn.Float16 || len(worst) == 0 {
			return nil, nil, fmt.Errorf("accuracy falls from %.4f to %.4f in %s, more than %v: nothing was written", a.Float32, a.Quantized, p, w.budget)
		}
		w.outcome.Float, worst = append(w.outcome.Float, worst[0]), worst[1:]
		if network, err = w.calibration.Quantize(w.outcome.Float...); err != nil {
			return nil, nil, err
		}
		for i, l := range w.outcome.Layers {
			if slices.Contains(w.outcome.Float, l.Layer) {
				w.outcome.Layers[i].Precision = nn.Float16.String()
			}
		}
	}
}

// worst are the names of the layers with weights, those with most noise first.
func (w *quantizer) worst(network *nn.Model) []string {
	weighted := map[string]bool{}
	for _, l := range network.Layers {
		weighted[l.Name()] = slices.ContainsFunc(l.Weights(), func(w *nn.Weight) bool { return w.Scales != nil })
	}
	layers := slices.DeleteFunc(slices.Clone(w.outcome.Layers), func(l layerNoise) bool { return !weighted[l.Layer] || l.Decibels == nil })
	slices.SortStableFunc(layers, func(a, b layerNoise) int { return int(math.Copysign(1, *a.Decibels-*b.Decibels)) })
	var names []string
	for _, l := range layers {
		names = append(names, l.Layer)
	}
	return names
}

// accuracy is the share of the labelled pictures that the plan is right about.
func (w *quantizer) accuracy(ctx context.Context, plan *nn.Plan) (float64, error) {
	e := train.Evaluator{
		Plan: plan, Preprocessing: w.source.Preprocessing, Labels: w.source.Labels,
		Threads: w.model.threads, Progress: newProgress("evaluating"),
	}
	result, err := e.Evaluate(ctx, w.samples)
	if err != nil {
		return 0, err
	}
	return result.Accuracy, unread(result, false)
}

// commit writes the model.
func (w *quantizer) commit(ctx context.Context, network *nn.Model, plan *nn.Plan) error {
	m := *w.source
	m.Network, m.Precision = network, storage.Precision(w.outcome.Precision)
	m.Parent, m.Tool, m.Created = m.Name, "edged "+version, time.Now()
	if err := w.probe(ctx, &m, plan); err != nil {
		return err
	}
	report, err := json.MarshalIndent(map[string]any{"quantization": w.outcome}, "", " ")
	if err != nil {
		return err
	}
	exemplars, err := w.source.Exemplars()
	if err != nil {
		return err
	}
	if err := storage.Commit(w.out, &m, storage.CommitOptions{Report: append(report, '\n'), Exemplars: exemplars}); err != nil {
		return err
	}
	_, err = w.command.OutOrStdout().Write([]byte(w.text()))
	return err
}

// probe gives the model a probe: the source's picture, or the first one, and the
// answer of the weights as written. Its tolerance admits float32 as well, which
// CPUs without int8 may prefer.
func (w *quantizer) probe(ctx context.Context, m *storage.Model, plan *nn.Plan) error {
	if m.Probe == nil && len(w.files)+len(w.samples) > 0 {
		samples := w.samples
		for _, file := range w.files {
			samples = append(samples, train.Sample{File: file})
		}
		m.Probe = train.Probe(ctx, m, samples, plan)
	}
	if m.Probe == nil {
		return nil
	}
	exact, err := w.compile(m.Network, nn.Float32)
	if err != nil {
		return err
	}
	predict := func(p *nn.Plan) []float32 {
		r := p.NewRunner(nil)
		copy(r.Input(), m.Probe.Input)
		return slices.Clone(r.Predict())
	}
	probe := *m.Probe
	probe.Output = predict(plan)
	for i, v := range predict(exact) {
		probe.Tolerance = max(probe.Tolerance, 1.5*float32(math.Abs(float64(v-probe.Output[i]))))
	}
	m.Probe = &probe
	return nil
}

// text is what the command prints.
func (w *quantizer) text() string {
	var b strings.Builder
	o := &w.outcome
	if o.Observer != "" {
		fmt.Fprintf(&b, "calibrated on %s with %s\n", plural(o.Pictures, "picture"), o.Observer)
	}
	if o.Equalized != nil {
		o.Equalized.print(&b, w.report)
	}
	if o.Output != nil {
		fmt.Fprintf(&b, "the output in int8 has a signal to noise of %s\n", inDecibels(o.Output))
	}
	if w.report {
		noiseTable(&b, o.Layers)
	}
	if len(o.Float) > 0 {
		fmt.Fprintf(&b, "in float16 for the sake of accuracy: %s\n", strings.Join(o.Float, ", "))
	}
	if a := o.Accuracy; a != nil {
		fmt.Fprintf(&b, "accuracy on %s: %.4f in float32, %.4f in %s\n", plural(a.Pictures, "picture"), a.Float32, a.Quantized, o.Precision)
	}
	fmt.Fprintf(&b, "weights: %.2f MB in float32, %.2f MB in %s\n", float64(o.Bytes.Float32)/1e6, float64(o.Bytes.Quantized)/1e6, o.Precision)
	fmt.Fprintln(&b, w.out)
	return b.String()
}
