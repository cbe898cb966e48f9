package nn

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// ModelFromConfig builds a model, without its weights' values, from the
// configuration that Keras 2 or 3 writes: config.json of a .keras file,
// model_config of an .h5 file, the root's metadata of a SavedModel, or what
// model.to_json returns. The result is built: every shape is known. A model
// whose input shape is left open is an error; see ParseConfig.
//
// An error says what is wrong and in which layer; nothing is guessed.
func ModelFromConfig(data []byte) (*Model, error) {
	m, err := ParseConfig(data)
	if err != nil {
		return nil, err
	}
	if _, err := m.Build(nil); err != nil {
		return nil, err
	}
	return m, nil
}

// ParseConfig reads a model as ModelFromConfig does and leaves it to be built,
// on an input shape of the caller's choice where the model leaves it open:
// MobileNetV3 takes pictures of any size.
func ParseConfig(data []byte) (*Model, error) {
	var parsed any
	if err := json.Unmarshal(data, &parsed); err != nil {
		return nil, fmt.Errorf("model configuration is not valid JSON: %w", err)
	}
	root, _ := unwrap(parsed).(map[string]any)
	if inner, ok := root["model_config"].(map[string]any); ok && root["class_name"] == nil {
		root = inner
	}
	class, _ := root["class_name"].(string)
	if !isModel(class) {
		return nil, fmt.Errorf("model configuration is of class %q and must be Sequential or Functional: subclassed models can't be read", class)
	}
	r := &modelReader{keras: kerasVersion(root), expanded: map[*Model]int{}}
	m, err := r.model(root, 0)
	if err != nil {
		return nil, err
	}
	if m.Compile, err = compileConfig(root); err != nil {
		return nil, err
	}
	return m, nil
}

// modelReader reads models and those nested in them.
type modelReader struct {
	keras    int            // whose configuration: 2 or 3
	layers   int            // read so far
	expanded map[*Model]int // nodes of a model with nested ones in place
}

func isModel(class string) bool {
	return class == "Sequential" || class == "Functional" || class == "Model"
}

// unwrap replaces the objects that Keras 2 writes for tuples and shapes by
// their items.
func unwrap(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = unwrap(v[i])
		}
	case map[string]any:
		if class, ok := v["class_name"].(string); ok && (class == "__tuple__" || class == "TensorShape") {
			if items, ok := v["items"].([]any); ok {
				return unwrap(items)
			}
		}
		for key := range v {
			v[key] = unwrap(v[key])
		}
	}
	return v
}

// kerasVersion tells Keras 3's configurations from Keras 2's by the name that
// an input's shape has, and by the version beside them where there is no input.
func kerasVersion(root map[string]any) int {
	if v := versionOfLayers(root); v != 0 {
		return v
	}
	if text, ok := root["keras_version"].(string); ok && !strings.HasPrefix(text, "2") && !strings.HasPrefix(text, "1") {
		return 3
	}
	return 2
}

func versionOfLayers(o map[string]any) int {
	values, _ := o["config"].(map[string]any)
	if _, ok := values["batch_shape"]; ok {
		return 3
	}
	if _, ok := values["batch_input_shape"]; ok {
		return 2
	}
	layers, _ := values["layers"].([]any)
	for _, l := range layers {
		inner, _ := l.(map[string]any)
		if v := versionOfLayers(inner); v != 0 {
			return v
		}
	}
	return 0
}

// compileConfig keeps what model.compile said, if anything.
func compileConfig(root map[string]any) (json.RawMessage, error) {
	for _, key := range []string{"compile_config", "training_config"} {
		if o, ok := root[key].(map[string]any); ok && len(o) > 0 {
			return json.Marshal(o)
		}
	}
	return nil, nil
}

// model reads a Sequential or Functional model.
func (r *modelReader) model(o map[string]any, depth int) (*Model, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("models are nested more than %d deep", maxNesting)
	}
	class, _ := o["class_name"].(string)
	values, ok := o["config"].(map[string]any)
	if list, isList := o["config"].([]any); isList && class == "Sequential" { // before Keras 2.3
		values, ok = map[string]any{"layers": list}, true
	}
	if !ok {
		return nil, fmt.Errorf("configuration of class %q has no config", class)
	}
	var m *Model
	var err error
	if class == "Sequential" {
		m, err = r.sequential(o, values, depth)
	} else {
		m, err = r.functional(values, depth)
	}
	if err != nil {
		return nil, err
	}
	if trainable, ok := values["trainable"].(bool); ok {
		m.Frozen = !trainable
	}
	return m, r.expand(m)
}

// expand counts a model's nodes with nested models in place of their nodes, and
// refuses more than any board could run.
func (r *modelReader) expand(m *Model) error {
	total := len(m.Nodes)
	for _, n := range m.Nodes {
		if inner, ok := n.Layer.(*Model); ok {
			total += r.expanded[inner]
		}
		if total > maxConnections {
			return fmt.Errorf("model %q has more than %d nodes, those of nested models counted each time they are called", m.ModelName, maxConnections)
		}
	}
	r.expanded[m] = total
	return nil
}

// sequential reads a chain of layers. Where no InputLayer leads them, the
// input's shape is that of the first layer.
func (r *modelReader) sequential(o, values map[string]any, depth int) (*Model, error) {
	name, ok := values["name"].(string)
	if !ok {
		name = "sequential"
	}
	list, _ := values["layers"].([]any)
	var input *InputLayer
	var layers []Layer
	for i, e := range list {
		inner, _ := e.(map[string]any)
		l, err := r.layer(inner, depth)
		if err != nil {
			return nil, err
		}
		if in, ok := l.(*InputLayer); ok {
			if i > 0 {
				return nil, &LayerError{l.Name(), l.Class(), fmt.Errorf("it stands among the layers of a Sequential model")}
			}
			input = in
			continue
		}
		layers = append(layers, l)
	}
	if len(layers) == 0 {
		return nil, fmt.Errorf("model %q has no layers", name)
	}
	if input == nil {
		input = &InputLayer{Base: Named(layers[0].Name() + "_input"), Shape: firstShape(o, values, list, layers)}
	}
	if err := uniqueNames(name, layers); err != nil {
		return nil, err
	}
	return chain(name, input, layers), nil
}

// firstShape finds the input's shape where Keras left it: in the first layer's
// configuration, in a nested model that comes first, or in what the model was
// built on. It is nil where nobody knows.
func firstShape(o, values map[string]any, list []any, layers []Layer) Shape {
	first, _ := list[0].(map[string]any)
	inner, _ := first["config"].(map[string]any)
	build, _ := o["build_config"].(map[string]any)
	for _, v := range []any{inner["batch_input_shape"], inner["batch_shape"], values["build_input_shape"], o["build_input_shape"], build["input_shape"]} {
		if s, ok := readBatchShape(v); ok {
			return s
		}
	}
	if m, ok := layers[0].(*Model); ok && len(m.Inputs) == 1 {
		return m.Nodes[m.Inputs[0]].Layer.(*InputLayer).Shape
	}
	return nil
}

func uniqueNames(model string, layers []Layer) error {
	seen := map[string]bool{}
	for _, l := range layers {
		if seen[l.Name()] {
			return fmt.Errorf("model %q has two layers named %q", model, l.Name())
		}
		seen[l.Name()] = true
	}
	return nil
}

// layer reads one layer: a nested model, an operation or any other.
func (r *modelReader) layer(o map[string]any, depth int) (Layer, error) {
	if r.layers++; r.layers > maxLayers {
		return nil, fmt.Errorf("model has more than %d layers", maxLayers)
	}
	class, _ := o["class_name"].(string)
	class = strings.TrimPrefix(class, "keras.layers.")
	values, _ := o["config"].(map[string]any)
	name, ok := values["name"].(string)
	if !ok {
		name, _ = o["name"].(string)
	}
	wrong := func(err error) error { return &LayerError{name, class, err} }
	module, _ := o["module"].(string)
	switch {
	case foreign(module, o["registered_name"]):
		return nil, wrong(fmt.Errorf("it is a class of the model's author, whose code edged doesn't have"))
	case isModel(class):
		m, err := r.model(o, depth+1)
		if err != nil {
			return nil, wrong(err)
		}
		if len(m.Outputs) != 1 {
			return nil, wrong(fmt.Errorf("it is a nested model with %d outputs and must have one", len(m.Outputs)))
		}
		return m, nil
	case class == "TFOpLambda" || strings.Contains(module, ".ops.") || r.keras == 3 && module == "" && isOperation(class, o, values):
		return newOperation(name, class, values), nil
	case class == "Lambda":
		return nil, wrong(fmt.Errorf("it holds Python code, which edged can't run: make it of ordinary layers"))
	}
	l, ok := newLayer(class)
	if !ok {
		return nil, wrong(fmt.Errorf("edged doesn't know this class"))
	}
	if err := readConfig(l, values, r.keras); err != nil {
		return nil, wrong(err)
	}
	if l.Name() == "" {
		l.base().LayerName = name
	}
	return l, nil
}

// isOperation tells an operation of Keras 3 in a Functional model from a layer
// of the same class where the module is not said, as in .h5 files: layers say
// whether they are trainable and of what type, operations don't.
func isOperation(class string, o, values map[string]any) bool {
	_, called := o["inbound_nodes"]
	_, trainable := values["trainable"]
	_, typed := values["dtype"]
	return operationNames[class] != "" && called && !trainable && !typed
}

// foreign tells classes of other people's packages, which may have the name of
// one of Keras's own.
func foreign(module string, registered any) bool {
	name, _ := registered.(string)
	own := module == "" || module == "builtins" || slices.ContainsFunc([]string{"keras", "tf_keras", "tensorflow"}, func(p string) bool {
		return module == p || strings.HasPrefix(module, p+".")
	})
	return !own || strings.Contains(name, ">") && !strings.HasPrefix(name, "keras")
}
