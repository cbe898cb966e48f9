package nn

import (
	"fmt"
	"regexp"
	"strings"
)

// NewSequential returns a built Sequential model. Layers without a name get
// Keras's automatic ones: conv2d, conv2d_1, max_pooling2d. An empty name of the
// model is "sequential".
func NewSequential(name string, input Shape, layers ...Layer) (*Model, error) {
	if name == "" {
		name = "sequential"
	}
	if len(layers) == 0 {
		return nil, fmt.Errorf("model %q has no layers", name)
	}
	nameLayers(layers)
	m := chain(name, &InputLayer{Base: Named(layers[0].Name() + "_input"), Shape: input}, layers)
	if _, err := m.Build(nil); err != nil {
		return nil, err
	}
	return m, nil
}

// NewFunctional returns a built Functional model from its nodes, of which
// those of an *InputLayer are the inputs. They are put in Keras's order, and
// what no output needs is left out. Layers without a name
// get Keras's automatic ones. An empty name of the model is "model".
func NewFunctional(name string, nodes []Node, outputs ...int) (*Model, error) {
	if name == "" {
		name = "model"
	}
	var inputs []int
	var layers []Layer
	seen := map[Layer]bool{}
	for i, n := range nodes {
		if _, ok := n.Layer.(*InputLayer); ok {
			inputs = append(inputs, i)
		}
		if !seen[n.Layer] {
			seen[n.Layer] = true
			layers = append(layers, n.Layer)
		}
	}
	nameLayers(layers)
	m, err := arrange(name, nodes, inputs, outputs)
	if err != nil {
		return nil, err
	}
	if err := uniqueNames(name, m.Layers); err != nil {
		return nil, err
	}
	if _, err := m.Build(nil); err != nil {
		return nil, err
	}
	return m, nil
}

// chain is a Sequential model that is not built.
func chain(name string, input *InputLayer, layers []Layer) *Model {
	m := &Model{ModelName: name, Layers: layers, Nodes: []Node{{Layer: input}}, Inputs: []int{0}}
	for i, l := range layers {
		m.Nodes = append(m.Nodes, Node{Layer: l, Inputs: []int{i}})
	}
	m.Outputs = []int{len(layers)}
	return m
}

// nameLayers gives layers without a name Keras's automatic one, counting each
// class by itself.
func nameLayers(layers []Layer) {
	taken := map[string]bool{}
	for _, l := range layers {
		taken[l.Name()] = true
	}
	for _, l := range layers {
		b, ok := l.(interface{ base() *Base })
		if !ok || l.Name() != "" {
			continue
		}
		name := snakeCase(l.Class())
		for k := 1; taken[name]; k++ {
			name = fmt.Sprintf("%s_%d", snakeCase(l.Class()), k)
		}
		taken[name] = true
		b.base().LayerName = name
	}
}

var (
	wordStart = regexp.MustCompile(`(.)([A-Z][a-z0-9]+)`)
	caseEdge  = regexp.MustCompile(`([a-z])([A-Z])`)
)

// snakeCase turns a class into the stem of an automatic name as Keras does:
// Conv2D to conv2d, MaxPooling2D to max_pooling2d, LeakyReLU to leaky_re_lu.
func snakeCase(class string) string {
	s := wordStart.ReplaceAllString(class, "${1}_${2}")
	return strings.ToLower(caseEdge.ReplaceAllString(s, "${1}_${2}"))
}
