package engine

import (
	"slices"
	"testing"

	"edged/nn"
	"edged/storage"
)

func load(t *testing.T) *storage.Model {
	t.Helper()
	m, err := storage.Load("../../../testdata/digits/model", storage.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestAutoTakesTheFastestPrecision also lets probes fail.
func TestAutoTakesTheFastestPrecision(t *testing.T) {
	quantized := load(t)
	flat, err := nn.Quantizable(quantized.Network)
	if err != nil {
		t.Fatal(err)
	}
	c, err := nn.NewCalibration(flat, "minmax", nil)
	if err != nil {
		t.Fatal(err)
	}
	copy(c.Input(), quantized.Probe.Input)
	c.Observe()
	if quantized.Network, err = c.Quantize(); err != nil {
		t.Fatal(err)
	}
	quantized.Precision, quantized.Probe.Tolerance = storage.Int8, 0.1
	wrong := func(m *storage.Model) *storage.Model {
		other, probe := *m, *m.Probe
		probe.Output = slices.Clone(probe.Output)
		probe.Output[0], probe.Tolerance = probe.Output[0]+0.5, 0.4
		other.Probe = &probe
		return &other
	}
	float32Weights := load(t)
	float32Weights.Precision, float32Weights.Probe = storage.Float32, nil
	table, err := Options{}.Table()
	if err != nil {
		t.Fatal(err)
	}
	fastestFloat := nn.Float32 // of a model with a probe
	if table.Half {
		fastestFloat = nn.Float16
	}
	for _, c := range []struct {
		name      string
		model     *storage.Model
		precision string
		keep      bool
		want      nn.Precision
	}{
		{"int8", quantized, "auto", false, nn.Int8},
		{"int8, the probe fails", wrong(quantized), "auto", false, nn.Float32},
		{"int8, asked for", wrong(quantized), "int8", false, nn.Int8},
		{"int8, for the layers' outputs", quantized, "auto", true, fastestFloat},
		{"float16", load(t), "auto", false, nn.Float16},
		{"float16, the probe fails", wrong(load(t)), "auto", false, nn.Float32},
		{"float32 without a probe", float32Weights, "auto", false, nn.Float32},
		{"float32 of float16", load(t), "float32", false, nn.Float32},
	} {
		plan, err := Options{Precision: c.precision}.Compile(c.model, c.keep)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := plan.Precision(); got != c.want {
			t.Errorf("%s: compiled in %s, want %s", c.name, got, c.want)
		}
	}
	if _, err := (Options{Precision: "int8"}).Compile(load(t), false); err == nil {
		t.Error("a model of floating point was compiled in int8")
	}
}
