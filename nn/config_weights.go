package nn

// weights describes how weights start and are held while training: entries
// <name>_initializer, <name>_regularizer and <name>_constraint for each.
func (c *config) weights(b *Base, names ...string) {
	for _, name := range names {
		c.regularizer(b, name)
		if c.writing && b.restKeras != c.keras {
			for _, key := range []string{name + "_initializer", name + "_constraint"} {
				if v := translated(b.rest[key], c.keras); v != nil {
					c.values[key] = v
				}
			}
		}
	}
}

func (c *config) regularizer(b *Base, name string) {
	key := name + "_regularizer"
	if c.writing {
		if r, ok := b.Regularizers[name]; ok {
			c.values[key] = r.object(c.keras)
		}
		return
	}
	v := c.values[key]
	if r, ok := readRegularizer(v); ok {
		c.known[key] = true
		if b.Regularizers == nil {
			b.Regularizers = map[string]Regularizer{}
		}
		b.Regularizers[name] = r
	}
}

// readRegularizer reads L1, L2 and L1L2, as objects or by name with Keras's
// default of 0.01.
func readRegularizer(v any) (Regularizer, bool) {
	class, values := "", map[string]any{}
	switch v := v.(type) {
	case string:
		class, values = v, map[string]any{"l1": 0.01, "l2": 0.01}
	case map[string]any:
		class, _ = v["class_name"].(string)
		values, _ = v["config"].(map[string]any)
	}
	l1, _ := float(values["l1"])
	l2, _ := float(values["l2"])
	switch class {
	case "L1", "l1":
		return Regularizer{L1: l1}, true
	case "L2", "l2":
		return Regularizer{L2: l2}, true
	case "L1L2", "l1_l2":
		return Regularizer{L1: l1, L2: l2}, true
	}
	return Regularizer{}, false
}

func (r Regularizer) object(keras int) map[string]any {
	switch {
	case r.L1 == 0:
		return object("keras.regularizers", "L2", map[string]any{"l2": r.L2}, keras)
	case r.L2 == 0:
		return object("keras.regularizers", "L1", map[string]any{"l1": r.L1}, keras)
	}
	return object("keras.regularizers", "L1L2", map[string]any{"l1": r.L1, "l2": r.L2}, keras)
}

// object is one of Keras's serialized objects.
func object(module, class string, values map[string]any, keras int) map[string]any {
	o := map[string]any{"class_name": class, "config": values}
	if keras == 3 {
		o["module"], o["registered_name"] = module, nil
	}
	return o
}

// sharedObjects are the initializers and constraints that Keras 2 and 3 both know, and
// what of their configuration both take.
var sharedObjects = map[string]struct {
	module string
	keys   []string
}{
	"Zeros":           {"keras.initializers", nil},
	"Ones":            {"keras.initializers", nil},
	"Constant":        {"keras.initializers", []string{"value"}},
	"RandomNormal":    {"keras.initializers", []string{"mean", "stddev", "seed"}},
	"RandomUniform":   {"keras.initializers", []string{"minval", "maxval", "seed"}},
	"TruncatedNormal": {"keras.initializers", []string{"mean", "stddev", "seed"}},
	"VarianceScaling": {"keras.initializers", []string{"scale", "mode", "distribution", "seed"}},
	"GlorotUniform":   {"keras.initializers", []string{"seed"}},
	"GlorotNormal":    {"keras.initializers", []string{"seed"}},
	"HeUniform":       {"keras.initializers", []string{"seed"}},
	"HeNormal":        {"keras.initializers", []string{"seed"}},
	"LecunUniform":    {"keras.initializers", []string{"seed"}},
	"LecunNormal":     {"keras.initializers", []string{"seed"}},
	"MaxNorm":         {"keras.constraints", []string{"max_value", "axis"}},
	"MinMaxNorm":      {"keras.constraints", []string{"min_value", "max_value", "rate", "axis"}},
	"UnitNorm":        {"keras.constraints", []string{"axis"}},
	"NonNeg":          {"keras.constraints", nil},
}

// translated writes an initializer or constraint for another Keras than it was
// read from, or returns nil where that is not possible, so that the default
// stands: neither matters once there are weights.
func translated(v any, keras int) any {
	o, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	class, _ := o["class_name"].(string)
	known, ok := sharedObjects[class]
	if !ok {
		return nil
	}
	from, _ := o["config"].(map[string]any)
	values := map[string]any{}
	for _, key := range known.keys {
		if v, ok := from[key]; ok {
			if _, nested := v.(map[string]any); !nested {
				values[key] = v
			}
		}
	}
	return object(known.module, class, values, keras)
}
