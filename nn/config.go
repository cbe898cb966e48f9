package nn

import (
	"fmt"
	"maps"
	"math"
)

// config carries a layer's Keras configuration in either direction. Each layer
// describes its entries once, in its method fields, and config reads them into
// the layer or writes them from it.
//
// The first thing that is wrong ends up in err; what follows does nothing.
type config struct {
	keras   int // whose configuration: 2 or 3
	writing bool
	values  map[string]any
	known   map[string]bool // entries described by the layer
	err     error
}

// configurable is a layer with a Keras configuration: all but models and
// operations.
type configurable interface {
	Layer
	base() *Base
	fields(c *config)
}

// readConfig fills a layer from its configuration.
func readConfig(l configurable, values map[string]any, keras int) error {
	c := &config{keras: keras, values: values, known: map[string]bool{}}
	b := l.base()
	c.base(b)
	l.fields(c)
	b.restKeras, b.rest = keras, map[string]any{}
	for key, v := range values {
		if !c.known[key] {
			b.rest[key] = v
		}
	}
	return c.err
}

// writeConfig returns a layer's configuration. Entries that don't change what
// the layer computes are written for the Keras they were read from, and
// translated for the other where both know them.
func writeConfig(l configurable, keras int) (map[string]any, error) {
	c := &config{keras: keras, writing: true, values: map[string]any{}}
	b := l.base()
	if b.restKeras == keras {
		maps.Copy(c.values, b.rest)
	}
	c.base(b)
	l.fields(c)
	return c.values, c.err
}

// base describes what all layers have.
func (c *config) base(b *Base) {
	c.text("name", &b.LayerName, "")
	if !c.writing || b.Frozen { // some of Keras 3's layers take no trainable
		trainable := !b.Frozen
		c.boolean("trainable", &trainable, true)
		b.Frozen = !trainable
	}
	c.dtype(b)
	if !c.writing {
		for _, key := range []string{"batch_input_shape", "batch_shape", "input_dtype"} {
			c.known[key] = true
		}
		if q, ok := c.values["quantization_config"]; ok && q != nil {
			c.fail("quantization_config", "is set: quantized Keras layers are not supported, save the float model")
		}
		if r, ok := c.values["lora_rank"]; ok && r != nil {
			c.fail("lora_rank", "is set: merge the LoRA weights before saving")
		}
	}
}

// dtype is a string, or an object that names a policy.
func (c *config) dtype(b *Base) {
	if c.writing {
		c.values["dtype"] = "float32"
		if b.DType != "" {
			c.values["dtype"] = b.DType
		}
		return
	}
	v, _ := c.take("dtype")
	switch v := v.(type) {
	case nil:
	case string:
		b.DType = v
	case map[string]any:
		inner, _ := v["config"].(map[string]any)
		name, ok := inner["name"].(string)
		if !ok {
			c.fail("dtype", "is an object without a policy's name")
		}
		b.DType = name
	default:
		c.fail("dtype", "is neither a name nor a policy")
	}
	switch b.DType {
	case "float32":
		b.DType = ""
	case "", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16", "uint8", "int32", "int64":
	default:
		c.fail("dtype", fmt.Sprintf("is %q, which is not supported", b.DType))
	}
}

func (c *config) fail(key, reason string) {
	if c.err == nil {
		c.err = fmt.Errorf("%s %s", key, reason)
	}
}

// take returns an entry that is there and not null.
func (c *config) take(key string) (any, bool) {
	c.known[key] = true
	v, ok := c.values[key]
	return v, ok && v != nil
}

// scalar describes an entry of a type that JSON has.
func scalar[T any](c *config, key string, p *T, fallback T, read func(any) (T, bool), expects string) {
	if c.writing {
		c.values[key] = *p
		return
	}
	v, ok := c.take(key)
	if !ok {
		*p = fallback
		return
	}
	if *p, ok = read(v); !ok {
		c.fail(key, "must be "+expects)
	}
}

func (c *config) boolean(key string, p *bool, fallback bool) {
	scalar(c, key, p, fallback, func(v any) (bool, bool) { b, ok := v.(bool); return b, ok }, "true or false")
}

func (c *config) text(key string, p *string, fallback string) {
	scalar(c, key, p, fallback, func(v any) (string, bool) { s, ok := v.(string); return s, ok }, "a string")
}

func (c *config) number(key string, p *float64, fallback float64) {
	scalar(c, key, p, fallback, float, "a number")
}

// integer describes an entry that must be there.
func (c *config) integer(key string, p *int) { c.integerOr(key, p, 0) }

func (c *config) integerOr(key string, p *int, fallback int) {
	scalar(c, key, p, fallback, integer, "a whole number")
}

// positiveOr describes an integer whose zero would mean something else to a
// literal than to Keras.
func (c *config) positiveOr(key string, p *int, fallback int) {
	c.integerOr(key, p, fallback)
	if !c.writing && *p < 1 {
		c.fail(key, fmt.Sprintf("is %d and must be 1 or more", *p))
	}
}

// optional describes a number that may be null, which is 0 here. Zero itself
// is refused: it would mean something else.
func (c *config) optional(key string, p *float64) {
	if c.writing && *p == 0 {
		c.values[key] = nil
		return
	}
	if v, ok := c.values[key]; !c.writing && ok && v != nil {
		if f, isNumber := float(v); isNumber && f <= 0 {
			c.fail(key, fmt.Sprintf("is %v and must be above 0", f))
		}
	}
	c.number(key, p, 0)
}

func float(v any) (float64, bool) {
	f, ok := v.(float64)
	return f, ok && !math.IsInf(f, 0) && !math.IsNaN(f)
}

func integer(v any) (int, bool) {
	f, ok := v.(float64)
	if !ok || f != math.Trunc(f) || math.Abs(f) > 1<<31 {
		return 0, false
	}
	return int(f), true
}

// pair describes height and width, or one number for both.
func (c *config) pair(key string, p *[2]int, fallback [2]int) {
	scalar(c, key, p, fallback, readPair, "one or two whole numbers of 1 or more")
	if !c.writing && c.err == nil && *p != [2]int{} && (p[0] < 1 || p[1] < 1) {
		c.fail(key, fmt.Sprintf("is %v and must be 1 or more", *p))
	}
}

func readPair(v any) ([2]int, bool) {
	if n, ok := integer(v); ok {
		return [2]int{n, n}, n != 0
	}
	list, ok := v.([]any)
	if !ok || len(list) != 2 {
		return [2]int{}, false
	}
	a, okA := integer(list[0])
	b, okB := integer(list[1])
	return [2]int{a, b}, okA && okB && (a != 0 || b != 0)
}

// edges describes ((top, bottom), (left, right)), a pair or one number.
func (c *config) edges(key string, p *[2][2]int, fallback int) {
	scalar(c, key, p, [2][2]int{{fallback, fallback}, {fallback, fallback}}, readEdges, "a whole number, a pair of them or two pairs")
}

func readEdges(v any) (e [2][2]int, ok bool) {
	if n, ok := integer(v); ok {
		return [2][2]int{{n, n}, {n, n}}, true
	}
	list, ok := v.([]any)
	if !ok || len(list) != 2 {
		return e, false
	}
	for i, side := range list {
		if n, ok := integer(side); ok {
			e[i] = [2]int{n, n}
			continue
		}
		ends, ok := side.([]any)
		if !ok || len(ends) != 2 {
			return e, false
		}
		for j, end := range ends {
			if e[i][j], ok = integer(end); !ok {
				return e, false
			}
		}
	}
	return e, true
}

// integers describes a list of whole numbers, or one of them, or null.
func (c *config) integers(key string, p *[]int) {
	scalar(c, key, p, nil, func(v any) ([]int, bool) {
		if n, ok := integer(v); ok {
			return []int{n}, true
		}
		list, ok := v.([]any)
		if !ok {
			return nil, false
		}
		out := make([]int, len(list))
		for i, e := range list {
			if out[i], ok = integer(e); !ok {
				return nil, false
			}
		}
		return out, true
	}, "a list of whole numbers")
}

// numbers describes a number or a list, however deeply it is nested.
func (c *config) numbers(key string, p *[]float64, fallback []float64) {
	if c.writing && len(*p) == 1 {
		c.values[key] = (*p)[0]
		return
	}
	scalar(c, key, p, fallback, readNumbers, "a number or a list of numbers")
}

func readNumbers(v any) ([]float64, bool) {
	if f, ok := float(v); ok {
		return []float64{f}, true
	}
	if array, ok := v.(map[string]any); ok { // Keras 3: {"class_name": "__numpy__", "config": {"value": [...]}}
		inner, _ := array["config"].(map[string]any)
		v = inner["value"]
	}
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, false
	}
	var out []float64
	for _, e := range list {
		part, ok := readNumbers(e)
		if !ok {
			return nil, false
		}
		out = append(out, part...)
	}
	return out, true
}

// padding describes valid or same.
func (c *config) padding(p *Padding) {
	text := string(*p)
	if c.writing && text == "" {
		text = string(Valid)
	}
	c.text("padding", &text, string(Valid))
	*p = Padding(text)
}

// channelsLast describes the data format, of which only one will do.
func (c *config) channelsLast() {
	format := "channels_last"
	c.text("data_format", &format, "channels_last")
	if format != "channels_last" {
		c.fail("data_format", fmt.Sprintf("is %q: only channels_last models are supported, convert the model in Keras", format))
	}
}

// only describes an entry that must have one value where it is there.
func (c *config) only(key string, value bool, reason string) {
	got := value
	c.boolean(key, &got, value)
	if got != value {
		c.fail(key, fmt.Sprintf("is %v: %s", got, reason))
	}
}

// axis describes one axis, which may stand in a list.
func (c *config) axis(p *int, fallback int) {
	scalar(c, "axis", p, fallback, func(v any) (int, bool) {
		if list, ok := v.([]any); ok && len(list) == 1 {
			v = list[0]
		}
		return integer(v)
	}, "one axis")
}

// name picks the entry's name in Keras 2 or 3; both are understood.
func (c *config) name(keras2, keras3 string) string {
	if c.writing {
		if c.keras == 2 {
			return keras2
		}
		return keras3
	}
	if _, ok := c.values[keras2]; ok {
		return keras2
	}
	return keras3
}
