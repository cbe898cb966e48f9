package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Initialize fills the weights of a built model that have no values yet, as the
// initializers of Keras's configuration say and with Keras's defaults where it
// says nothing. The same seed gives the same values.
func Initialize(m *Model, seed uint64) error {
	if _, err := m.Build(nil); err != nil {
		return err
	}
	for i, p := range m.Places() {
		for k, w := range p.Layer.Weights() {
			if w.Value != nil {
				continue
			}
			source := rand.New(rand.NewPCG(seed, uint64(i)<<8|uint64(k)))
			if err := fillWeight(w, initializerOf(p.Layer, w), source); err != nil {
				return located(p.Layer, fmt.Errorf("weight %s: %w", w.Name, err))
			}
		}
	}
	return nil
}

// initializer is one of Keras's, with its configuration.
type initializer struct {
	class  string
	values map[string]any
}

// defaultInitializers are those of weights that Keras doesn't start by
// GlorotUniform.
var defaultInitializers = map[string]string{
	"bias": "Zeros", "beta": "Zeros", "gamma": "Ones", "moving_mean": "Zeros", "moving_variance": "Ones",
	"alpha": "Zeros", "mean": "Zeros", "variance": "Ones", "count": "Zeros",
}

func initializerOf(l Layer, w *Weight) initializer {
	if b, ok := l.(interface{ base() *Base }); ok {
		switch v := b.base().rest[regularizedName(w)+"_initializer"].(type) {
		case string:
			return initializer{class: v}
		case map[string]any:
			class, _ := v["class_name"].(string)
			values, _ := v["config"].(map[string]any)
			return initializer{class, values}
		}
	}
	if class, ok := defaultInitializers[w.Name]; ok {
		return initializer{class: class}
	}
	return initializer{class: "GlorotUniform"}
}

func (i initializer) number(key string, missing float64) float64 {
	if v, ok := float(i.values[key]); ok {
		return v
	}
	return missing
}

func fillWeight(w *Weight, i initializer, source *rand.Rand) error {
	draw, err := i.draw(w, source)
	if err != nil {
		return err
	}
	w.Value = make([]float32, w.Shape.Size())
	for k := range w.Value {
		w.Value[k] = float32(draw())
	}
	return nil
}

// draw returns the function that makes one value after the other.
func (i initializer) draw(w *Weight, source *rand.Rand) (func() float64, error) {
	uniform := func(low, high float64) func() float64 {
		return func() float64 { return low + (high-low)*source.Float64() }
	}
	normal := func(mean, deviation float64) func() float64 {
		return func() float64 { return mean + deviation*source.NormFloat64() }
	}
	truncated := func(mean, deviation float64) func() float64 {
		return func() float64 {
			for {
				if v := source.NormFloat64(); math.Abs(v) < 2 {
					return mean + deviation*v
				}
			}
		}
	}
	constant := func(v float64) func() float64 { return func() float64 { return v } }
	scaled := func(scale float64, mode, distribution string) func() float64 {
		in, out := fans(w.Shape)
		n := in
		switch mode {
		case "fan_out":
			n = out
		case "fan_avg":
			n = (in + out) / 2
		}
		variance := scale / max(1, n)
		switch distribution {
		case "uniform":
			limit := math.Sqrt(3 * variance)
			return uniform(-limit, limit)
		case "untruncated_normal":
			return normal(0, math.Sqrt(variance))
		}
		// The deviation of a normal distribution cut at two deviations.
		return truncated(0, math.Sqrt(variance)/0.87962566103423978)
	}
	switch i.class {
	case "Zeros", "zeros":
		return constant(0), nil
	case "Ones", "ones":
		return constant(1), nil
	case "Constant", "constant":
		return constant(i.number("value", 0)), nil
	case "RandomNormal", "random_normal":
		return normal(i.number("mean", 0), i.number("stddev", 0.05)), nil
	case "RandomUniform", "random_uniform":
		return uniform(i.number("minval", -0.05), i.number("maxval", 0.05)), nil
	case "TruncatedNormal", "truncated_normal":
		return truncated(i.number("mean", 0), i.number("stddev", 0.05)), nil
	case "VarianceScaling", "variance_scaling":
		mode, _ := i.values["mode"].(string)
		distribution, _ := i.values["distribution"].(string)
		return scaled(i.number("scale", 1), mode, distribution), nil
	case "GlorotUniform", "glorot_uniform":
		return scaled(1, "fan_avg", "uniform"), nil
	case "GlorotNormal", "glorot_normal":
		return scaled(1, "fan_avg", "normal"), nil
	case "HeUniform", "he_uniform":
		return scaled(2, "fan_in", "uniform"), nil
	case "HeNormal", "he_normal":
		return scaled(2, "fan_in", "normal"), nil
	case "LecunUniform", "lecun_uniform":
		return scaled(1, "fan_in", "uniform"), nil
	case "LecunNormal", "lecun_normal":
		return scaled(1, "fan_in", "normal"), nil
	}
	return nil, fmt.Errorf("initializer %q is not known", i.class)
}

// fans are the numbers of inputs and outputs as Keras counts them.
func fans(s Shape) (in, out float64) {
	switch len(s) {
	case 0:
		return 1, 1
	case 1:
		return float64(s[0]), float64(s[0])
	}
	field := float64(s[:len(s)-2].Size())
	return field * float64(s[len(s)-2]), field * float64(s[len(s)-1])
}
