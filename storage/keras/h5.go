package keras

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"edged/nn"
	"edged/storage/hdf5"
)

// LoadH5 reads the network and its weights from a .h5 file of size bytes that
// Keras 2 or 3 wrote with model.save; name is what errors call it. The
// optimizer's variables are not read.
//
// Errors are *folder.IncompleteError where the file ends early, and
// *folder.DamagedError otherwise.
func LoadH5(r io.ReaderAt, size int64, name string) (*nn.Model, error) {
	return readH5(r, size, name, true)
}

// VerifyH5 checks all that LoadH5 does but keeps nothing. The format has no
// checksums: damage to a weight's value that leaves a number is not found.
func VerifyH5(r io.ReaderAt, size int64, name string) error {
	_, err := readH5(r, size, name, false)
	return err
}

func readH5(r io.ReaderAt, size int64, name string, keep bool) (*nn.Model, error) {
	v := &variables{file: name, size: size, keep: keep}
	f, err := hdf5.Open(r, size)
	if err != nil {
		return nil, v.wrong(err)
	}
	root, err := f.Root()
	if err != nil {
		return nil, v.wrong(err)
	}
	m, err := networkH5(root)
	if err != nil {
		return nil, v.wrong(err)
	}
	if err := v.limit(m); err != nil {
		return nil, v.wrong(err)
	}
	if err := v.readLayers(root, m); err != nil {
		return nil, v.wrong(err)
	}
	return m, nil
}

// networkH5 builds the model that the root group's attributes describe.
func networkH5(root *hdf5.Object) (*nn.Model, error) {
	text, err := attributeText(root, "model_config")
	var missing *hdf5.NotFoundError
	if errors.As(err, &missing) {
		return nil, errors.New("it holds weights and no layers, as model.save_weights writes: use model.save instead")
	}
	if err != nil {
		return nil, err
	}
	if err := checkJSON([]byte(text)); err != nil {
		return nil, err
	}
	m, err := nn.ModelFromConfig([]byte(text))
	if err != nil {
		return nil, err
	}
	training, err := attributeText(root, "training_config")
	if err == nil && checkJSON([]byte(training)) == nil {
		version, _ := attributeText(root, "keras_version")
		m.Compile = compileInfo([]byte(training), strings.HasPrefix(version, "3."))
	}
	return m, nil
}

// compileInfo is what a training_config says of model.compile, or nil where
// that is nothing. Keras 3 writes it in its own terms under Keras 2's names: it
// becomes a compile_config.
func compileInfo(text []byte, keras3 bool) json.RawMessage {
	var o map[string]json.RawMessage
	if json.Unmarshal(text, &o) != nil || len(o) == 0 {
		return nil
	}
	var optimizer map[string]any
	if keras3 && json.Unmarshal(o["optimizer_config"], &optimizer) == nil && optimizer["class_name"] != nil {
		optimizer["module"], optimizer["registered_name"] = "keras.optimizers", nil
		delete(o, "optimizer_config")
		o["optimizer"], _ = json.Marshal(optimizer)
	}
	data, _ := json.Marshal(o)
	return data
}

func attributeText(o *hdf5.Object, name string) (string, error) {
	a, err := o.Attribute(name)
	if err != nil {
		return "", err
	}
	return a.Text()
}

// readLayers reads the weights of each of the model's layers from its group,
// in the order in which the groups are listed, as Keras does: what has no
// weights doesn't count.
func (v *variables) readLayers(root *hdf5.Object, m *nn.Model) error {
	top, err := root.Open("model_weights")
	if err != nil {
		return err
	}
	names, err := top.SplitStrings("layer_names")
	if err != nil {
		return fmt.Errorf("model_weights: %w", err)
	}
	var stored []group
	for _, name := range names {
		g, err := openGroup(top, name)
		if err != nil {
			return fmt.Errorf("layer %q: %w", name, err)
		}
		if len(g.weights) > 0 {
			stored = append(stored, g)
		}
	}
	for _, l := range m.Layers {
		weights := m.LegacyWeights(l)
		if len(weights) == 0 {
			continue
		}
		if len(stored) == 0 {
			return &nn.LayerError{Layer: l.Name(), Class: l.Class(), Err: errors.New("its weights are not there")}
		}
		if err := v.readGroup(stored[0], weights); err != nil {
			return &nn.LayerError{Layer: l.Name(), Class: l.Class(), Err: err}
		}
		stored = stored[1:]
	}
	if len(stored) > 0 {
		return fmt.Errorf("it holds weights of %q, which no layer has", stored[0].name)
	}
	return nil
}

// group is where an .h5 file keeps the weights of one layer.
type group struct {
	name    string
	object  *hdf5.Object
	weights []string // paths from the group
}

func openGroup(top *hdf5.Object, name string) (group, error) {
	o, err := top.Open(name)
	if err != nil {
		return group{}, err
	}
	weights, err := weightNames(o)
	return group{name, o, weights}, err
}

// weightNames lists a group's weights. An empty list has no type of its own:
// Keras writes it as floating-point numbers.
func weightNames(o *hdf5.Object) ([]string, error) {
	a, err := o.Attribute("weight_names")
	if err == nil && a.Len() == 0 {
		return nil, nil
	}
	return o.SplitStrings("weight_names")
}

func (v *variables) readGroup(g group, weights []*nn.Weight) error {
	if len(g.weights) != len(weights) {
		return fmt.Errorf("the file has %d weights for it (as %q) and the layer has %d", len(g.weights), g.name, len(weights))
	}
	for i, w := range weights {
		o, err := g.object.Open(g.weights[i])
		if err == nil {
			err = v.read(o, w)
		}
		if err != nil {
			return fmt.Errorf("weight %s (as %s/%s): %w", w.Name, g.name, g.weights[i], err)
		}
	}
	return nil
}
