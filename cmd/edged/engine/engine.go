// Package engine sets the engine up as flags or configuration ask.
package engine

import (
	"os"

	"edged/cmd/edged/config"
	"edged/kernels"
	"edged/nn"
	"edged/storage"
)

// Options choose how models are compiled.
type Options struct {
	Precision string // "auto", "float32" or "float16"; auto is that of the stored weights
	Kernels   string // a name that kernels.Select takes; "" is $EDGED_KERNELS or the best
}

// Compile compiles m. keepLayers is as in nn.Options.
func (o Options) Compile(m *storage.Model, keepLayers bool) (*nn.Plan, error) {
	name := o.Precision
	if name == "auto" {
		name = string(m.Precision)
	}
	precision, err := nn.ParsePrecision(name)
	if err != nil {
		return nil, err
	}
	table, err := o.Table()
	if err != nil {
		return nil, err
	}
	return nn.Compile(m.Network, nn.Options{Kernels: table, Precision: precision, KeepLayers: keepLayers})
}

// Table is the chosen table of kernels.
func (o Options) Table() (*kernels.Table, error) {
	if o.Kernels != "" {
		return kernels.Select(o.Kernels)
	}
	return kernels.Select(os.Getenv("EDGED_KERNELS"))
}

// Loader loads models that take pictures, for runners that share the workers.
func Loader(c *config.Predict, workers *kernels.Workers) storage.Loader {
	o := Options{Precision: c.Precision, Kernels: c.Kernels}
	return storage.Engine{
		Open: storage.LoadOptions{Preprocessing: preprocessing(c)},
		Compile: func(m *storage.Model) (*nn.Plan, error) {
			if _, err := nn.NewPreprocessor(m.Preprocessing, m.Network.InputShape()); err != nil {
				return nil, err
			}
			return o.Compile(m, false)
		},
		Runner: func(p *nn.Plan) *nn.Runner { return p.NewRunner(workers) },
	}
}

// preprocessing is that of models without their own.
func preprocessing(c *config.Predict) nn.Preprocessing {
	p := nn.Preprocessing{Resize: c.Resize}
	if c.Scale != nil {
		p.Scale = float32(*c.Scale)
	}
	if c.Offset != nil {
		p.Offset = float32(*c.Offset)
	}
	return p
}
