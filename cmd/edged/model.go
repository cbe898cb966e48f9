package main

import (
	"os"

	"edged/cmd/edged/config"
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
	flags.Var(&f.precision, "precision", "auto, float32 or float16; auto is the model's own")
	flags.IntVar(&f.threads, "threads", 0, "how many `threads` compute; 0: one for each core")
	flags.StringVar(&f.kernels, "kernels", os.Getenv("EDGED_KERNELS"), "`kernels`: portable, neon, avx2 ...; the best of this CPU unless given")
	f.given = flags.Changed
	_ = command.MarkFlagRequired("model")
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
func (f *modelFlags) load() (*storage.Model, error) {
	m, err := storage.Load(f.model, storage.LoadOptions{})
	if err != nil {
		return nil, err
	}
	p := &m.Preprocessing
	if f.given("resize") {
		p.Resize = f.resize.value
	}
	if f.given("scale") {
		p.Scale = f.scale
	}
	if f.given("offset") {
		p.Offset = f.offset
	}
	return m, nil
}

// compile compiles the model for the wanted precision and kernels.
func (f *modelFlags) compile(m *storage.Model, keepLayers bool) (*nn.Plan, error) {
	precision, err := choosePrecision(f.precision.value, m)
	if err != nil {
		return nil, err
	}
	table, err := kernels.Select(f.kernels)
	if err != nil {
		return nil, err
	}
	return nn.Compile(m.Network, nn.Options{Kernels: table, Precision: precision, KeepLayers: keepLayers})
}

// choosePrecision parses a precision. "auto" is that of the stored weights.
func choosePrecision(name string, m *storage.Model) (nn.Precision, error) {
	if name == "auto" {
		name = string(m.Precision)
	}
	return nn.ParsePrecision(name)
}

// fallback is the configuration's preprocessing for models without their own.
func fallback(c *config.Predict) nn.Preprocessing {
	p := nn.Preprocessing{Resize: c.Resize}
	if c.Scale != nil {
		p.Scale = float32(*c.Scale)
	}
	if c.Offset != nil {
		p.Offset = float32(*c.Offset)
	}
	return p
}
