package nn

import (
	"fmt"
	"maps"
	"slices"
)

// A reference names a tensor in a configuration: the output of a layer's k-th
// call.
type reference struct {
	layer string
	call  int
}

// A call is one application of a layer as a configuration has it. Tensors in
// args and kwargs are references.
type call struct {
	args   []any
	kwargs map[string]any
}

// functional reads a graph of layers.
func (r *modelReader) functional(values map[string]any, depth int) (*Model, error) {
	name, ok := values["name"].(string)
	if !ok {
		name = "model"
	}
	list, _ := values["layers"].([]any)
	g := &graphReader{keras: r.keras, first: map[string]int{}, calls: map[string]int{}, nested: map[string]bool{}}
	var layers []Layer
	for _, e := range list {
		o, _ := e.(map[string]any)
		l, err := r.layer(o, depth)
		if err != nil {
			return nil, err
		}
		if label, ok := o["name"].(string); ok && label != l.Name() {
			return nil, &LayerError{l.Name(), l.Class(), fmt.Errorf("the graph calls it %q", label)}
		}
		layers = append(layers, l)
		if err := g.add(l, o["inbound_nodes"]); err != nil {
			return nil, &LayerError{l.Name(), l.Class(), err}
		}
	}
	if err := uniqueNames(name, layers); err != nil {
		return nil, err
	}
	if err := g.connect(); err != nil {
		return nil, err
	}
	inputs, err := g.ends(values["input_layers"], "input_layers")
	if err != nil {
		return nil, fmt.Errorf("model %q: %w", name, err)
	}
	outputs, err := g.ends(values["output_layers"], "output_layers")
	if err != nil {
		return nil, fmt.Errorf("model %q: %w", name, err)
	}
	m, err := arrange(name, g.nodes, inputs, outputs)
	if err != nil {
		return nil, fmt.Errorf("model %q: %w", name, err)
	}
	return m, nil
}

// graphReader turns named calls into numbered nodes.
type graphReader struct {
	keras  int
	nodes  []Node
	refs   [][]reference // what each node takes
	first  map[string]int
	calls  map[string]int
	nested map[string]bool
	edges  int
}

// add gives a layer a node for each of its calls; an InputLayer has one.
func (g *graphReader) add(l Layer, inbound any) error {
	list, _ := inbound.([]any)
	name := l.Name()
	g.first[name], g.calls[name] = len(g.nodes), len(list)
	_, g.nested[name] = l.(*Model)
	if _, ok := l.(*InputLayer); ok {
		if len(list) > 0 {
			return fmt.Errorf("an input takes the output of a layer")
		}
		g.calls[name] = 1
		g.nodes, g.refs = append(g.nodes, Node{Layer: l}), append(g.refs, nil)
		return nil
	}
	for _, e := range list {
		c, err := readCall(e)
		if err != nil {
			return err
		}
		if op, ok := l.(*Operation); ok {
			if len(list) != 1 {
				return fmt.Errorf("it is called %d times, and an operation must be called once", len(list))
			}
			if err := op.define(c); err != nil {
				return err
			}
		} else if err := checkCall(l, c); err != nil {
			return err
		}
		refs := c.references()
		if len(refs) == 0 {
			return fmt.Errorf("it is called on no layer's output")
		}
		if g.edges += len(refs); g.edges > maxConnections {
			return fmt.Errorf("the model has more than %d connections", maxConnections)
		}
		g.nodes, g.refs = append(g.nodes, Node{Layer: l}), append(g.refs, refs)
	}
	return nil
}

// checkCall refuses calls that compute something else at inference, or on
// constants.
func checkCall(l Layer, c call) error {
	if value, ok := constant(c.args); ok {
		return fmt.Errorf("it is called on the constant %v, which edged does for operations only", value)
	}
	switch l.(type) {
	case *Dropout, *BatchNormalization, *Augmentation, *Model:
		if training, _ := c.kwargs["training"].(bool); training {
			return fmt.Errorf("it is called with training=True, which edged doesn't do when predicting")
		}
	}
	return nil
}

// connect resolves the references.
func (g *graphReader) connect() error {
	for i := range g.nodes {
		l := g.nodes[i].Layer
		for _, ref := range g.refs[i] {
			from, err := g.resolve(ref, false)
			if err != nil {
				return &LayerError{l.Name(), l.Class(), err}
			}
			g.nodes[i].Inputs = append(g.nodes[i].Inputs, from)
		}
	}
	return nil
}

// resolve finds the node of a reference. Keras counts a nested model's own
// graph as its first call: Keras 2 everywhere, Keras 3 among the outputs.
func (g *graphReader) resolve(ref reference, output bool) (int, error) {
	first, ok := g.first[ref.layer]
	if !ok {
		return 0, fmt.Errorf("it takes the output of layer %q, which is not there", ref.layer)
	}
	calls, k := g.calls[ref.layer], ref.call
	if g.nested[ref.layer] {
		if calls == 1 && (k == 0 || k == 1) {
			k = 0
		} else if g.keras == 2 || output {
			k--
		}
	}
	if k < 0 || k >= calls {
		return 0, fmt.Errorf("it takes the output of call %d of layer %q, which is called %d times", ref.call, ref.layer, calls)
	}
	return first + k, nil
}

// ends reads the model's inputs or outputs: one reference, a list or a
// dictionary of them.
func (g *graphReader) ends(v any, what string) ([]int, error) {
	refs, err := references(v, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if len(refs) == 0 {
		return nil, fmt.Errorf("it has no %s", what)
	}
	var ends []int
	for _, ref := range refs {
		i, err := g.resolve(ref, true)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		if _, ok := g.nodes[i].Layer.(*InputLayer); !ok && what == "input_layers" {
			return nil, fmt.Errorf("%s: layer %q is no InputLayer", what, ref.layer)
		}
		ends = append(ends, i)
	}
	return ends, nil
}

// readReference reads [layer, call, output]; ok is false for anything else.
func readReference(v any) (ref reference, ok bool, err error) {
	list, isList := v.([]any)
	if !isList || len(list) < 3 || len(list) > 4 {
		return ref, false, nil
	}
	ref.layer, ok = list[0].(string)
	call, okCall := integer(list[1])
	if !ok || !okCall {
		return ref, false, nil
	}
	ref.call = call
	if output, isInt := integer(list[2]); ref.layer != constantValue && (!isInt || output != 0) {
		return ref, false, fmt.Errorf("it takes output %v of layer %q: only first outputs are supported", list[2], ref.layer)
	}
	return ref, true, nil
}

// constantValue stands for a layer where Keras 2 calls one on a constant.
const constantValue = "_CONSTANT_VALUE"

// references collects the tensors of nested lists and dictionaries, in order.
func references(v any, refs []reference) ([]reference, error) {
	ref, ok, err := readReference(v)
	if err != nil {
		return nil, err
	}
	if ok {
		return append(refs, ref), nil
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if refs, err = references(e, refs); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if refs, err = references(v[key], refs); err != nil {
				return nil, err
			}
		}
	}
	return refs, nil
}

// readCall reads an entry of inbound_nodes: Keras 3's {"args", "kwargs"}, or
// Keras 2's list of [layer, call, output, kwargs], which may be nested or a
// single one.
func readCall(v any) (call, error) {
	if o, ok := v.(map[string]any); ok {
		args, _ := o["args"].([]any)
		kwargs, _ := o["kwargs"].(map[string]any)
		var c call
		for _, a := range args {
			t, err := tensors3(a)
			if err != nil {
				return c, err
			}
			c.args = append(c.args, t)
		}
		named, err := tensors3(kwargs)
		c.kwargs, _ = named.(map[string]any)
		return c, err
	}
	c := call{kwargs: map[string]any{}}
	arg, err := c.tensors2(v)
	if list, ok := arg.([]any); ok && len(list) == 1 {
		arg = list[0]
	}
	c.args = []any{arg}
	return c, err
}

// tensors3 replaces Keras 3's tensor objects by references.
func tensors3(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			t, err := tensors3(e)
			if err != nil {
				return nil, err
			}
			list[i] = t
		}
		return list, nil
	case map[string]any:
		if v["class_name"] == "__keras_tensor__" {
			inner, _ := v["config"].(map[string]any)
			ref, ok, err := readReference(inner["keras_history"])
			if err == nil && !ok {
				err = fmt.Errorf("it takes a tensor without keras_history")
			}
			return ref, err
		}
		o := make(map[string]any, len(v))
		for key, e := range v {
			t, err := tensors3(e)
			if err != nil {
				return nil, err
			}
			o[key] = t
		}
		return o, nil
	}
	return v, nil
}

// tensors2 reads Keras 2's first argument and gathers the kwargs beside it.
func (c *call) tensors2(v any) (any, error) {
	ref, ok, err := readReference(v)
	if err != nil {
		return nil, err
	}
	list, _ := v.([]any)
	if !ok {
		out := make([]any, len(list))
		for i, e := range list {
			if out[i], err = c.tensors2(e); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	if len(list) == 4 {
		kwargs, _ := list[3].(map[string]any)
		for key, e := range kwargs {
			if c.kwargs[key], err = kwarg2(e); err != nil {
				return nil, err
			}
		}
	}
	if ref.layer == constantValue {
		return list[2], nil
	}
	return ref, nil
}

// kwarg2 reads a keyword argument of Keras 2: a tensor, a list of them, or a
// constant.
func kwarg2(v any) (any, error) {
	if ref, ok, err := readReference(v); ok || err != nil {
		return ref, err
	}
	list, ok := v.([]any)
	if !ok {
		return v, nil
	}
	out := make([]any, len(list))
	for i, e := range list {
		var err error
		if out[i], err = kwarg2(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// constant finds one among a call's positional arguments. None and False stand for
// arguments that are left out.
func constant(v any) (any, bool) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if found, ok := constant(e); ok {
				return found, true
			}
		}
	case reference, nil:
	default:
		return v, v != false
	}
	return nil, false
}

// references lists the tensors of a call, arguments first.
func (c call) references() []reference {
	var refs []reference
	var collect func(v any)
	collect = func(v any) {
		switch v := v.(type) {
		case reference:
			refs = append(refs, v)
		case []any:
			for _, e := range v {
				collect(e)
			}
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				collect(v[key])
			}
		}
	}
	collect(c.args)
	collect(c.kwargs)
	return refs
}
