package nn

import (
	"fmt"
	"testing"

	"edged/kernels"
)

// BenchmarkNetworks predicts one picture of 224x224 with the networks that
// edged is compared on, in every precision. On the emulated board that counts
// instructions a nanosecond is one instruction.
func BenchmarkNetworks(b *testing.B) {
	for _, name := range []string{"tutorial", "MobileNet", "MobileNetV2"} {
		m := network(b, name)
		quantized := quantizedNetwork(b, m)
		for _, kernel := range kernels.Available() {
			for _, precision := range []Precision{Float32, Float16, Int8} {
				b.Run(name+"/"+kernel+"/"+precision.String(), func(b *testing.B) {
					table, err := kernels.Select(kernel)
					if err != nil {
						b.Fatal(err)
					}
					model := m
					if precision == Int8 {
						model = quantized
					}
					plan, err := Compile(model, Options{Kernels: table, Precision: precision})
					if err != nil {
						b.Fatal(err)
					}
					r := plan.NewRunner(nil)
					ramp(r.Input())
					for b.Loop() {
						r.Predict()
					}
				})
			}
		}
	}
}

// network builds one of the networks and fills its weights.
func network(b *testing.B, name string) *Model {
	m, err := Tutorial(10)
	if name != "tutorial" {
		m, err = ParseConfig(read(b, "testdata/applications/"+name+".keras3.json.gz"))
	}
	if err != nil {
		b.Fatal(err)
	}
	if _, err := m.Build(nil); err != nil {
		b.Fatal(err)
	}
	fill(m)
	return m
}

// quantizedNetwork is the model in int8, calibrated on the benchmark's picture.
func quantizedNetwork(b *testing.B, m *Model) *Model {
	flat, err := Quantizable(m)
	if err != nil {
		b.Fatal(err)
	}
	c, err := NewCalibration(flat, "minmax", nil)
	if err != nil {
		b.Fatal(err)
	}
	ramp(c.Input())
	c.Observe()
	q, err := c.Quantize()
	if err != nil {
		b.Fatal(err)
	}
	return q
}

func ramp(picture []float32) {
	for i := range picture {
		picture[i] = float32(i%256) / 255
	}
}

// BenchmarkSteps runs the steps of the networks in int8 one by one, by the
// kernels that edged chooses.
func BenchmarkSteps(b *testing.B) {
	for _, name := range []string{"tutorial", "MobileNet", "MobileNetV2"} {
		plan, err := Compile(quantizedNetwork(b, network(b, name)), Options{Precision: Int8})
		if err != nil {
			b.Fatal(err)
		}
		r := plan.NewRunner(nil)
		ramp(r.Input())
		r.Predict()
		for i, s := range plan.Steps() {
			b.Run(fmt.Sprintf("%s/%d-%s-%s", name, i, s, s.Kernel), func(b *testing.B) {
				for b.Loop() {
					r.Step(i)
				}
			})
		}
	}
}
