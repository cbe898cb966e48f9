package keras

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"strings"

	"edged/nn"
	"edged/storage/hdf5"
)

// WriteH5 writes m as a .h5 file as model.save does in Keras 2, which Keras 3
// loads too, with what model.compile said and without the optimizer's state. A
// model with functions that Keras 2 doesn't have is written as Keras 3 does,
// and only Keras 3 loads it.
func WriteH5(w io.Writer, m *nn.Model) error {
	version, compile := keras2Version, training
	config, written, err := translate(m, 2)
	names := map[string]string{}
	if err == nil {
		nameLayers(names, written)
		config, err = forBoth(config, names)
	}
	if err != nil {
		version, compile = keras3Version, training3
		if config, written, err = translate(m, 3); err != nil {
			return err
		}
	}
	m = written
	root := &hdf5.Group{}
	root.SetText("keras_version", version)
	root.SetText("backend", "tensorflow")
	root.SetText("model_config", string(config))
	if m.Compile != nil {
		root.SetText("training_config", string(compile(m.Compile)))
	}
	top, err := root.Group("model_weights")
	if err != nil {
		return err
	}
	top.SetText("keras_version", version)
	top.SetText("backend", "tensorflow")
	paths := map[*nn.Weight]string{}
	nameWeights(paths, "", m)
	var layers []string
	for _, l := range m.Layers {
		name := cmp.Or(names[l.Name()], l.Name())
		layers = append(layers, name)
		g, err := top.Group(name)
		if err == nil {
			err = putLayer(g, m.LegacyWeights(l), paths)
		}
		if err != nil {
			return err
		}
	}
	top.SetStrings("layer_names", layers)
	if own, err := top.Group("top_level_model_weights"); err == nil {
		own.SetStrings("weight_names", nil)
	}
	return hdf5.Write(w, root)
}

// training writes the optimizer of a Keras 2 training_config with the settings
// that Keras 3 and every Keras 2 know, where those are all that it has. Else it
// stays as it is, and Keras 3 takes the optimizer's defaults.
func training(config []byte) []byte {
	var root map[string]any
	if json.Unmarshal(config, &root) != nil {
		return config
	}
	optimizer, _ := root["optimizer_config"].(map[string]any)
	values, _ := optimizer["config"].(map[string]any)
	class, _ := optimizer["class_name"].(string)
	class = strings.TrimPrefix(class, "Custom>")
	if values == nil || class == "AdamW" || values["use_ema"] == true || decays(values["weight_decay"]) || values["is_legacy_optimizer"] == true {
		return config
	}
	for _, key := range []string{"use_ema", "ema_momentum", "ema_overwrite_frequency", "weight_decay", "jit_compile", "is_legacy_optimizer"} {
		delete(values, key)
	}
	optimizer["class_name"] = class
	if data, err := json.Marshal(root); err == nil {
		return data
	}
	return config
}

// training3 names the parts of a Keras 3 compile_config as an .h5 file does.
func training3(config []byte) []byte {
	var root map[string]json.RawMessage
	if json.Unmarshal(config, &root) != nil {
		return config
	}
	root["optimizer_config"] = root["optimizer"]
	delete(root, "optimizer")
	if data, err := json.Marshal(root); err == nil {
		return data
	}
	return config
}

// unused are entries that Keras 2 writes for layers that never use them, and
// that Keras 3 refuses.
var unused = map[string][]string{
	"DepthwiseConv2D": {"groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"},
	"SeparableConv2D": {"groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"},
}

// nameLayers renames layers that have a slash in their name, which Keras 3
// refuses, where no other layer has the new name.
func nameLayers(names map[string]string, m *nn.Model) {
	taken := map[string]bool{}
	for _, l := range m.Layers {
		taken[l.Name()] = true
	}
	for _, l := range m.Layers {
		if name := strings.ReplaceAll(l.Name(), "/", "_"); !taken[name] {
			names[l.Name()], taken[name] = name, true
		}
		if inner, ok := l.(*nn.Model); ok {
			nameLayers(names, inner)
		}
	}
}

// forBoth turns a Keras 2 configuration into one that Keras 3 takes too.
func forBoth(config []byte, names map[string]string) ([]byte, error) {
	var root any
	d := json.NewDecoder(bytes.NewReader(config))
	d.UseNumber()
	if err := d.Decode(&root); err != nil {
		return nil, err
	}
	return json.Marshal(adapt(root, names))
}

// adapt drops what is unused and renames layers wherever they are named.
func adapt(v any, names map[string]string) any {
	switch v := v.(type) {
	case string:
		return cmp.Or(names[v], v)
	case []any:
		for i, e := range v {
			v[i] = adapt(e, names)
		}
	case map[string]any:
		class, _ := v["class_name"].(string)
		if inner, ok := v["config"].(map[string]any); ok {
			for _, key := range unused[class] {
				delete(inner, key)
			}
		}
		for key, e := range v {
			v[key] = adapt(e, names)
		}
	}
	return v
}

// nameWeights gives each weight of m a name of its own, as "body/conv/kernel:0".
func nameWeights(names map[*nn.Weight]string, path string, m *nn.Model) {
	for _, l := range m.Layers {
		at := path + l.Name() + "/"
		if inner, ok := l.(*nn.Model); ok {
			nameWeights(names, at, inner)
			continue
		}
		for _, w := range l.Weights() {
			if names[w] == "" {
				names[w] = at + w.Name + ":0"
			}
		}
	}
}

// putLayer writes the weights of one of the model's layers into its group.
func putLayer(g *hdf5.Group, weights []*nn.Weight, paths map[*nn.Weight]string) error {
	var list []string
	for _, w := range weights {
		list = append(list, paths[w])
		if err := g.Put(paths[w], &hdf5.Dataset{Shape: w.Shape, Values: w.Value}); err != nil {
			return err
		}
	}
	g.SetStrings("weight_names", list)
	return nil
}

// decays tells whether an optimizer's weight_decay is on: null and, in Keras
// 2.11, false are off.
func decays(v any) bool { return v != nil && v != false && v != 0.0 }
