package main

import (
	"fmt"

	"edged/cmd/edged/engine"
	"edged/kernels"
	"edged/nn"
	"edged/storage"

	"github.com/spf13/cobra"
)

// modelFlags are what every command takes that predicts.
type modelFlags struct {
	model     string
	precision choice
	threads   int
	bigCores  bool
	kernels   string
	resize    choice
	scale     float32
	offset    float32
	given     func(flag string) bool
}

func (f *modelFlags) add(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVarP(&f.model, "model", "m", "", "`MODEL` file or folder")
	f.precision = choice{"auto", precisions}
	flags.Var(&f.precision, "precision", "auto, float32, float16 or int8; auto is the fastest that the weights have and whose probe passes")
	flags.IntVar(&f.threads, "threads", 0, "how many `threads` compute; 0: one for each core")
	flags.StringVar(&f.kernels, "kernels", "", "`kernels`: portable, neon, avx2 ...; unless given $EDGED_KERNELS, or the best of this CPU")
	f.given = flags.Changed
	_ = command.MarkFlagRequired("model")
}

// addBigCores adds the flag of commands that compute with workers alone.
func (f *modelFlags) addBigCores(command *cobra.Command) {
	command.Flags().BoolVar(&f.bigCores, "big-cores", false, "compute on the fast cores only, where cores differ (big.LITTLE)")
}

// workers starts as many workers as were asked for, where they were.
func (f *modelFlags) workers() (*kernels.Workers, error) {
	return engine.Workers(f.threads, f.bigCores)
}

// addPreprocessing adds the flags of commands that predict pictures.
func (f *modelFlags) addPreprocessing(command *cobra.Command) {
	flags := command.Flags()
	f.resize = choice{names: resizes}
	flags.Var(&f.resize, "resize", "how pictures are resized, over the model's own: nearest, bilinear (OpenCV), bilinear-antialias (Pillow), area")
	flags.Float32Var(&f.scale, "scale", 0, "`factor` of pixel values, over the model's own")
	flags.Float32Var(&f.offset, "offset", 0, "`number` added to scaled pixel values, over the model's own")
}

// load reads the model. Preprocessing that was given goes over the model's own.
func (f *modelFlags) load() (*storage.Model, error) { return f.loadAs(storage.LoadOptions{}) }

func (f *modelFlags) loadAs(o storage.LoadOptions) (*storage.Model, error) {
	m, err := storage.Load(f.model, o)
	if err != nil {
		return nil, err
	}
	f.override(&m.Preprocessing)
	return m, nil
}

// override puts the preprocessing that was given over p.
func (f *modelFlags) override(p *nn.Preprocessing) {
	if f.given("resize") {
		p.Resize = f.resize.value
	}
	if f.given("scale") {
		p.Scale = f.scale
	}
	if f.given("offset") {
		p.Offset = f.offset
	}
}

// compile loads the model and compiles it for the wanted precision and kernels.
func (f *modelFlags) compile(keepLayers bool) (*storage.Model, *nn.Plan, error) {
	m, runner, err := f.runner(keepLayers, nil)
	if err != nil {
		return nil, nil, err
	}
	return m, runner.Plan(), nil
}

// runner is compile for predictions by the workers.
func (f *modelFlags) runner(keepLayers bool, workers *kernels.Workers) (*storage.Model, *nn.Runner, error) {
	m, err := f.loadAs(storage.LoadOptions{KeepFloat16: true})
	if err != nil {
		return nil, nil, err
	}
	runner, err := engine.Options{Precision: f.precision.value, Kernels: f.kernels}.Runner(m, keepLayers, workers)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.model, err)
	}
	return m, runner, nil
}
