package nn

import "fmt"

// activation describes an activation function: a name, one of Keras 3's
// function objects, or an activation layer used as a function.
func (c *config) activation(key string, a *Activation) {
	if c.writing {
		v, err := writeActivation(*a, c.keras)
		if err != nil {
			c.fail(key, err.Error())
		}
		c.values[key] = v
		return
	}
	v, _ := c.take(key)
	var err error
	if *a, err = readActivation(v, c.keras); err != nil {
		c.fail(key, err.Error())
	}
}

func readActivation(v any, keras int) (Activation, error) {
	switch v := v.(type) {
	case nil:
		return Activation{Name: "linear"}, nil
	case string:
		return namedActivation(v, keras)
	case map[string]any:
		if name, ok := v["config"].(string); ok {
			return namedActivation(name, keras)
		}
		class, _ := v["class_name"].(string)
		values, _ := v["config"].(map[string]any)
		layer, ok := newLayer(class)
		if !ok {
			return Activation{}, fmt.Errorf("is of class %q, which is not known", class)
		}
		if err := readConfig(layer, values, keras); err != nil {
			return Activation{}, fmt.Errorf("of class %s: %w", class, err)
		}
		if f, ok := layer.(interface{ Function() Activation }); ok {
			return f.Function(), nil
		}
		if s, ok := layer.(*Softmax); ok && s.Axis == -1 {
			return Activation{Name: "softmax"}, nil
		}
		return Activation{}, fmt.Errorf("of class %s is not supported as a function: make it a layer of its own", class)
	}
	return Activation{}, fmt.Errorf("must be a name or an object")
}

func namedActivation(name string, keras int) (Activation, error) {
	a, err := Function(name, keras)
	if err != nil {
		return a, fmt.Errorf("is %q, which is not known", name)
	}
	return a, nil
}

// writeActivation writes a name where the Keras has one that means the same,
// and an activation layer as an object otherwise.
func writeActivation(a Activation, keras int) (any, error) {
	if a.Name == "" {
		a.Name = "linear"
	}
	name := a.Name
	if keras == 2 && name == "silu" {
		name = "swish"
	}
	if same, err := Function(name, keras); err == nil && same == a && (keras == 3 || !only3[name]) {
		return name, nil
	}
	layer, ok := activationLayer(a)
	if !ok {
		return nil, fmt.Errorf("%s has no equal in Keras %d", a.Name, keras)
	}
	values, err := writeConfig(layer, keras)
	if err != nil {
		return nil, err
	}
	return object("keras.layers", layer.Class(), values, keras), nil
}

// only3 are the functions that only Keras 3 has under a name.
var only3 = map[string]bool{"relu6": true, "leaky_relu": true, "hard_silu": true}

// activationLayer is the activation layer that computes a function.
func activationLayer(a Activation) (configurable, bool) {
	name := Named(snakeCase(a.Name))
	switch a.Name {
	case "relu":
		return &ReLU{Base: name, MaxValue: a.MaxValue, NegativeSlope: a.Alpha, Threshold: a.Threshold}, true
	case "relu6":
		return &ReLU{Base: name, MaxValue: 6, NegativeSlope: a.Alpha, Threshold: a.Threshold}, true
	case "leaky_relu":
		return &LeakyReLU{Base: name, NegativeSlope: a.Alpha}, true
	case "elu":
		return &ELU{Base: name, Alpha: a.Alpha}, true
	}
	return nil, false
}
