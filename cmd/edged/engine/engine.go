// Package engine sets the engine up as flags or configuration ask.
package engine

import (
	"fmt"
	"os"

	"edged/cmd/edged/config"
	"edged/kernels"
	"edged/nn"
	"edged/storage"
)

// Options choose how models are compiled.
type Options struct {
	Precision string // "auto", "float32", "float16" or "int8"; see Runner
	Kernels   string // a name that kernels.Select takes; "" is $EDGED_KERNELS or the best
}

// Compile compiles m as Runner does.
func (o Options) Compile(m *storage.Model, keepLayers bool) (*nn.Plan, error) {
	r, err := o.Runner(m, keepLayers, nil)
	if err != nil {
		return nil, err
	}
	return r.Plan(), nil
}

// Runner compiles m for predictions by the workers, which may be nil as in
// nn.Plan.NewRunner. The precision "auto" is the fastest that the model's weights
// and the kernels have, int8, then float16, then float32: int8 where the weights
// are int8, float16 where they are float16, or where the kernels compute in
// float16 and the model has a probe. Where the probe fails, the next one is
// taken. keepLayers is as in nn.Options.
func (o Options) Runner(m *storage.Model, keepLayers bool, workers *kernels.Workers) (*nn.Runner, error) {
	table, err := o.Table()
	if err != nil {
		return nil, err
	}
	precisions := automatic(m, table, keepLayers)
	if o.Precision != "auto" {
		p, err := nn.ParsePrecision(o.Precision)
		if err != nil {
			return nil, err
		}
		precisions = []nn.Precision{p}
	}
	for i, p := range precisions {
		plan, err := nn.Compile(m.Network, nn.Options{Kernels: table, Precision: p, KeepLayers: keepLayers})
		last := i == len(precisions)-1
		if err != nil && last {
			return nil, err
		}
		if err != nil {
			continue
		}
		runner := plan.NewRunner(workers)
		if last || m.Probe == nil || m.Probe.Check(runner) == nil {
			return runner, nil
		}
	}
	return nil, fmt.Errorf("there is no precision to compile %s for", m.Name)
}

// automatic lists the precisions to try, the fastest first.
func automatic(m *storage.Model, table *kernels.Table, keepLayers bool) []nn.Precision {
	switch {
	case m.Precision == storage.Int8 && !keepLayers:
		return []nn.Precision{nn.Int8, nn.Float32}
	case m.Precision == storage.Float16, table.Half && m.Probe != nil:
		return []nn.Precision{nn.Float16, nn.Float32}
	}
	return []nn.Precision{nn.Float32}
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
