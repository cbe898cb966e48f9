package keras

import (
	"errors"
	"fmt"
	"slices"

	"edged/nn"
)

// The versions that written files name: what Keras itself would have written.
const (
	keras2Version = "2.15.0"
	keras3Version = "3.15.1"
)

// translate returns the configuration of m as Keras 2 or 3 writes it, and the
// model that Keras will make of it, with m's weights.
func translate(m *nn.Model, keras int) ([]byte, *nn.Model, error) {
	config, err := m.Config(keras)
	if err != nil {
		return nil, nil, err
	}
	written, err := nn.ModelFromConfig(config)
	if err != nil {
		return nil, nil, err
	}
	from, to := m.Weights(), written.Weights()
	if len(from) != len(to) {
		return nil, nil, fmt.Errorf("the model has %d weights and Keras %d would give it %d", len(from), keras, len(to))
	}
	for i, w := range from {
		if !slices.Equal(w.Shape, to[i].Shape) {
			return nil, nil, fmt.Errorf("weight %s has shape %v and Keras %d would give it %v", w.Name, w.Shape, keras, to[i].Shape)
		}
		if len(w.Value) != w.Shape.Size() {
			return nil, nil, errors.New("the model's weights are not there")
		}
		to[i].Value = w.Value
	}
	written.Compile = m.CompileConfig(keras)
	return config, written, nil
}
