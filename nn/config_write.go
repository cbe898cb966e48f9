package nn

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Config is the model's configuration as Keras 2 or 3 writes it: what
// model.to_json returns there and, for Keras 3, what config.json of a .keras
// file holds, model.compile's part included. Operations are written as the
// layers that do the same.
//
// It fails where the other Keras has no such layer or function.
func (m *Model) Config(keras int) ([]byte, error) {
	w := &modelWriter{keras: keras}
	o, err := w.model(m, m.ModelName)
	if err != nil {
		return nil, err
	}
	if keras == 2 {
		o["keras_version"], o["backend"] = "2.15.0", "tensorflow"
	} else if compile := m.CompileConfig(keras); compile != nil {
		o["compile_config"] = compile
	}
	return json.Marshal(o)
}

// LayerConfig is the class_name and config of one layer as Keras 2 or 3 writes
// them, of a nested model included.
func LayerConfig(l Layer, keras int) ([]byte, error) {
	w := &modelWriter{keras: keras}
	o, err := w.layer(l, l.Name(), nil)
	if err != nil {
		return nil, err
	}
	return json.Marshal(o)
}

type modelWriter struct{ keras int }

func (w *modelWriter) model(m *Model, name string) (map[string]any, error) {
	values := map[string]any{"name": name}
	if m.Frozen {
		values["trainable"] = false
	}
	input := batchShape(m.InputShape())
	var err error
	if m.Functional {
		err = w.functional(m, values)
	} else {
		err = w.sequential(m, values)
		if w.keras == 3 {
			values["build_input_shape"] = input
		}
	}
	if err != nil {
		return nil, err
	}
	o := object("keras", m.Class(), values, w.keras)
	if w.keras == 3 {
		if m.Functional {
			o["module"], o["registered_name"] = "keras.src.models.functional", "Functional"
		}
		o["build_config"] = map[string]any{"input_shape": input}
	}
	return o, nil
}

func (w *modelWriter) sequential(m *Model, values map[string]any) error {
	names := w.names(m)
	var layers []any
	for _, n := range m.Nodes {
		l := n.Layer
		if in, ok := l.(*InputLayer); ok && in.Shape == nil { // Keras needs a shape where it is given an InputLayer
			l = &InputLayer{Base: in.Base, Shape: n.Shape}
		}
		o, err := w.layer(l, names[n.Layer], m.inputShapes(n))
		if err != nil {
			return err
		}
		layers = append(layers, o)
	}
	values["layers"] = layers
	return nil
}

func (w *modelWriter) functional(m *Model, values map[string]any) error {
	names, calls := w.names(m), m.calls()
	var layers []any
	for _, l := range m.Layers {
		o, err := w.layer(l, names[l], m.inputShapes(calls[l][0]))
		if err != nil {
			return err
		}
		inbound := []any{}
		for _, n := range calls[l] {
			if len(n.Inputs) > 0 {
				inbound = append(inbound, w.call(m, n, names))
			}
		}
		o["name"], o["inbound_nodes"] = names[l], inbound
		layers = append(layers, o)
	}
	values["layers"] = layers
	values["input_layers"] = w.ends(m, m.Inputs, names)
	values["output_layers"] = w.ends(m, m.Outputs, names)
	return nil
}

// names gives each layer the name it is written under: Keras 3 takes no slash
// in names.
func (w *modelWriter) names(m *Model) map[Layer]string {
	names, taken := map[Layer]string{}, map[string]bool{}
	for _, n := range m.Nodes {
		if _, ok := names[n.Layer]; ok {
			continue
		}
		name := n.Layer.Name()
		if w.keras == 3 {
			name = strings.ReplaceAll(name, "/", "_")
		}
		for taken[name] {
			name += "_"
		}
		names[n.Layer], taken[name] = name, true
	}
	return names
}

// inputShapes are the shapes that a node takes.
func (m *Model) inputShapes(n Node) []Shape {
	var shapes []Shape
	for _, i := range n.Inputs {
		shapes = append(shapes, m.Nodes[i].Shape)
	}
	return shapes
}

// layer writes one layer, called name, which takes the shapes in.
func (w *modelWriter) layer(l Layer, name string, in []Shape) (map[string]any, error) {
	if m, ok := l.(*Model); ok {
		o, err := w.model(m, name)
		if err != nil {
			return nil, &LayerError{l.Name(), l.Class(), err}
		}
		return o, nil
	}
	if op, ok := l.(*Operation); ok {
		return w.layer(op.Equivalent, name, in)
	}
	c, ok := l.(configurable)
	if !ok {
		return nil, &LayerError{l.Name(), l.Class(), fmt.Errorf("it has no Keras configuration")}
	}
	values, err := writeConfig(c, w.keras)
	if err != nil {
		return nil, &LayerError{l.Name(), l.Class(), err}
	}
	values["name"] = name
	o := object("keras.layers", l.Class(), values, w.keras)
	if w.keras == 3 && len(in) == 1 {
		o["build_config"] = map[string]any{"input_shape": batchShape(in[0])}
	}
	return o, nil
}

// call writes what a node takes: Keras 2's list of [layer, call, output,
// kwargs], or Keras 3's arguments.
func (w *modelWriter) call(m *Model, n Node, names map[Layer]string) any {
	var tensors []any
	for _, i := range n.Inputs {
		from := m.Nodes[i]
		name := names[from.Layer]
		if w.keras == 2 {
			tensors = append(tensors, []any{name, w.callIndex(from, false), 0, map[string]any{}})
			continue
		}
		tensors = append(tensors, map[string]any{"class_name": "__keras_tensor__", "config": map[string]any{
			"shape": batchShape(from.Shape), "dtype": "float32", "keras_history": []any{name, w.callIndex(from, false), 0},
		}})
	}
	if w.keras == 2 {
		return tensors
	}
	var arg any = tensors
	if len(tensors) == 1 && !takesList(n.Layer) {
		arg = tensors[0]
	}
	return map[string]any{"args": []any{arg}, "kwargs": map[string]any{}}
}

// takesList tells layers that are called on a list even of one tensor.
func takesList(l Layer) bool {
	switch l := l.(type) {
	case *Merge, *Concatenate:
		return true
	case *Operation:
		return takesList(l.Equivalent)
	}
	return false
}

// callIndex numbers a node as Keras does: a nested model's own graph counts as
// its first call, in Keras 2 always and in Keras 3 among the outputs.
func (w *modelWriter) callIndex(n Node, output bool) int {
	m, nested := n.Layer.(*Model)
	if nested && (w.keras == 2 || output && m.Functional) {
		return n.call + 1
	}
	return n.call
}

func (w *modelWriter) ends(m *Model, ends []int, names map[Layer]string) any {
	var list []any
	for _, i := range ends {
		n := m.Nodes[i]
		list = append(list, []any{names[n.Layer], w.callIndex(n, true), 0})
	}
	if w.keras == 3 && len(list) == 1 {
		return list[0]
	}
	return list
}
