package keras

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/encoding/protowire"

	"edged/nn"
)

// WriteSavedModel writes m into the directory dir, which exists and is empty, as
// model.save does in Keras 2, so that load_model loads it there: the graph of
// objects, the configuration of each layer, the variables and what
// model.compile said. It writes neither TensorFlow functions nor the
// optimizer's state, which load_model doesn't need.
func WriteSavedModel(dir string, m *nn.Model) error {
	_, m, err := translate(m, 2)
	if err != nil {
		return err
	}
	g := &objects{ids: map[any]int{}}
	if err := g.model(m, "root", ""); err != nil {
		return err
	}
	g.connect(m)
	metadata, err := g.metadata(m)
	if err != nil {
		return err
	}
	for _, sub := range []string{"variables", "assets"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	index, err := g.writeShard(filepath.Join(dir, "variables/variables.data-00000-of-00001"))
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{indexFile, index}, {metadataFile, metadata}, {graphsFile, g.savedModel()}} {
		if err := writeSynced(filepath.Join(dir, f.name), f.data); err != nil {
			return err
		}
	}
	return nil
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// objects is the graph of objects of a model to be written: the model itself
// first, then its layers, those of nested models and their variables.
type objects struct {
	nodes []node
	ids   map[any]int // by nn.Layer and *nn.Weight
}

type node struct {
	children []child
	layer    nn.Layer   // of a model or layer
	weight   *nn.Weight // of a variable
	path     string     // of a layer in the metadata
	name     string     // of a variable: "dense/kernel"
	key      string     // of a variable in the checkpoint
	inputs   []nn.Shape // of a layer
}

func (g *objects) add(of any, n node) int {
	g.ids[of] = len(g.nodes)
	g.nodes = append(g.nodes, n)
	return g.ids[of]
}

// model adds a model and all that is in it. path is its place in the metadata,
// key its place in the checkpoint.
func (g *objects) model(m *nn.Model, path, key string) error {
	g.add(m, node{layer: m, path: path, inputs: []nn.Shape{m.InputShape()}})
	inputs := map[nn.Layer][]nn.Shape{}
	for _, n := range m.Nodes {
		if inputs[n.Layer] == nil {
			for _, i := range n.Inputs {
				inputs[n.Layer] = append(inputs[n.Layer], m.Nodes[i].Shape)
			}
		}
	}
	weighted := 0
	for i, l := range m.Layers {
		name := fmt.Sprintf("layer-%d", i)
		if len(l.Weights()) > 0 {
			name = fmt.Sprintf("layer_with_weights-%d", weighted)
			weighted++
		}
		if _, seen := g.ids[l]; seen {
			continue
		}
		at := key + name + "/"
		if inner, ok := l.(*nn.Model); ok {
			if err := g.model(inner, path+"."+name, at); err != nil {
				return err
			}
			continue
		}
		g.add(l, node{layer: l, path: path + "." + name, inputs: inputs[l]})
		for _, w := range l.Weights() {
			if variableType(w) == 0 {
				return &nn.LayerError{Layer: l.Name(), Class: l.Class(), Err: fmt.Errorf("weight %s is %s, which is not written to a SavedModel: write .keras or .h5", w.Name, w.DType)}
			}
			if _, seen := g.ids[w]; !seen {
				g.add(w, node{weight: w, name: l.Name() + "/" + w.Name, key: at + w.Name + "/.ATTRIBUTES/VARIABLE_VALUE"})
			}
		}
	}
	return nil
}

// variableType is TensorFlow's number of a variable's type, or 0.
func variableType(w *nn.Weight) uint64 {
	switch w.DType {
	case "", "float32":
		return typeFloat
	case "int64":
		return typeInt64
	}
	return 0
}

// connect gives models and layers their children: layers twice if they have
// weights, as Keras names them, and variables.
func (g *objects) connect(m *nn.Model) {
	parent := &g.nodes[g.ids[m]]
	if parent.children != nil {
		return
	}
	weighted := 0
	for i, l := range m.Layers {
		id := g.ids[l]
		if len(l.Weights()) > 0 {
			parent.children = append(parent.children, child{fmt.Sprintf("layer_with_weights-%d", weighted), id})
			weighted++
		}
		parent.children = append(parent.children, child{fmt.Sprintf("layer-%d", i), id})
		if inner, ok := l.(*nn.Model); ok {
			g.connect(inner)
			continue
		}
		n := &g.nodes[id]
		if n.children == nil {
			for _, w := range l.Weights() {
				n.children = append(n.children, child{w.Name, g.ids[w]})
			}
		}
	}
}

// identifier is Keras's name of the kind of a layer.
func identifier(l nn.Layer) string {
	switch l := l.(type) {
	case *nn.Model:
		if l.Functional {
			return "_tf_keras_network"
		}
		return "_tf_keras_sequential"
	case *nn.InputLayer:
		return "_tf_keras_input_layer"
	}
	return "_tf_keras_layer"
}

// metadata is keras_metadata.pb (SavedMetadata).
func (g *objects) metadata(root *nn.Model) ([]byte, error) {
	var file []byte
	for id, n := range g.nodes {
		if n.layer == nil {
			continue
		}
		text, err := describe(n, root)
		if err != nil {
			return nil, err
		}
		var b []byte
		b = appendInt(b, 2, uint64(id))
		b = appendBytes(b, 3, []byte(n.path))
		b = appendBytes(b, 4, []byte(identifier(n.layer)))
		b = appendBytes(b, 5, text)
		b = appendBytes(b, 6, appendInt(appendInt(nil, 1, 2), 2, 1))
		file = appendBytes(file, 1, b)
	}
	return file, nil
}

// describe is what the metadata say of a layer, in JSON.
func describe(n node, root *nn.Model) ([]byte, error) {
	config, err := nn.LayerConfig(n.layer, 2)
	if err != nil {
		return nil, err
	}
	var o map[string]any
	if err := json.Unmarshal(config, &o); err != nil {
		return nil, err
	}
	delete(o, "module")
	delete(o, "registered_name")
	o["name"], o["dtype"], o["stateful"], o["must_restore_from_config"] = n.layer.Name(), "float32", false, false
	if values, ok := o["config"].(map[string]any); ok {
		o["trainable"] = values["trainable"] != false
		if dtype, ok := values["dtype"].(string); ok {
			o["dtype"] = dtype
		}
	}
	if len(n.inputs) == 1 {
		o["build_input_shape"] = tensorShape(n.inputs[0])
	} else if len(n.inputs) > 1 {
		var all []any
		for _, s := range n.inputs {
			all = append(all, tensorShape(s))
		}
		o["build_input_shape"] = all
	}
	if _, ok := n.layer.(*nn.Model); ok {
		o["is_graph_network"] = true
	}
	if n.layer == nn.Layer(root) {
		o["keras_version"], o["backend"] = keras2Version, "tensorflow"
		o["model_config"] = map[string]any{"class_name": o["class_name"], "config": o["config"]}
		if root.Compile != nil {
			o["training_config"] = root.Compile
		}
	}
	return json.Marshal(o)
}

func tensorShape(s nn.Shape) map[string]any {
	items := []any{nil}
	for _, n := range s {
		items = append(items, n)
	}
	return map[string]any{"class_name": "TensorShape", "items": items}
}

// savedModel is saved_model.pb (SavedModel) with nothing but its graph of
// objects (SavedObjectGraph).
func (g *objects) savedModel() []byte {
	var graph []byte
	for _, n := range g.nodes {
		b := appendChildren(nil, n.children)
		if n.layer != nil {
			object := appendBytes(nil, 1, []byte(identifier(n.layer)))
			b = appendBytes(b, 4, appendBytes(object, 2, appendInt(appendInt(nil, 1, 1), 2, 1)))
		} else {
			v := appendInt(nil, 1, variableType(n.weight))
			v = appendBytes(v, 2, appendShape(n.weight.Shape))
			if n.weight.Trainable {
				v = appendInt(v, 3, 1)
			}
			b = appendBytes(b, 7, appendBytes(v, 6, []byte(n.name)))
		}
		graph = appendBytes(graph, 1, b)
	}
	info := appendBytes(nil, 4, []byte("serve"))
	info = appendBytes(info, 5, []byte(keras2Version))
	meta := appendBytes(nil, 1, info)
	meta = appendBytes(meta, 7, graph)
	return appendBytes(appendInt(nil, 1, 1), 2, meta)
}

// checkpointGraph is the same graph as the checkpoint has it
// (TrackableObjectGraph).
func (g *objects) checkpointGraph() []byte {
	var graph []byte
	for _, n := range g.nodes {
		b := appendChildren(nil, n.children)
		if n.weight != nil {
			a := appendBytes(nil, 1, []byte("VARIABLE_VALUE"))
			a = appendBytes(a, 2, []byte(n.name))
			b = appendBytes(b, 2, appendBytes(a, 3, []byte(n.key)))
		}
		graph = appendBytes(graph, 1, b)
	}
	return graph
}

func appendChildren(b []byte, children []child) []byte {
	for _, c := range children {
		b = appendBytes(b, 1, appendBytes(appendInt(nil, 1, uint64(c.id)), 2, []byte(c.name)))
	}
	return b
}

// appendShape writes a TensorShapeProto.
func appendShape(shape []int) []byte {
	var b []byte
	for _, n := range shape {
		b = appendBytes(b, 2, appendInt(nil, 1, uint64(n)))
	}
	return b
}

func appendInt(b []byte, number protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), v)
}

func appendBytes(b []byte, number protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), v)
}
