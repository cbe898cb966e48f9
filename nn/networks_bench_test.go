package nn

import (
	"testing"

	"edged/kernels"
)

// BenchmarkNetworks predicts one picture of 224x224 with the networks that
// edged is compared on, in both precisions. On the emulated board that counts
// instructions a nanosecond is one instruction.
func BenchmarkNetworks(b *testing.B) {
	application := func(name string) func() (*Model, error) {
		return func() (*Model, error) { return ParseConfig(read(b, "testdata/applications/"+name+".keras3.json.gz")) }
	}
	for _, network := range []struct {
		name  string
		build func() (*Model, error)
	}{
		{"tutorial", func() (*Model, error) { return Tutorial(10) }},
		{"MobileNet", application("MobileNet")},
		{"MobileNetV2", application("MobileNetV2")},
	} {
		m, err := network.build()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := m.Build(nil); err != nil {
			b.Fatal(err)
		}
		fill(m)
		for _, name := range kernels.Available() {
			for _, precision := range []Precision{Float32, Float16} {
				b.Run(network.name+"/"+name+"/"+precision.String(), func(b *testing.B) {
					table, err := kernels.Select(name)
					if err != nil {
						b.Fatal(err)
					}
					plan, err := Compile(m, Options{Kernels: table, Precision: precision})
					if err != nil {
						b.Fatal(err)
					}
					r := plan.NewRunner(nil)
					for i := range r.Input() {
						r.Input()[i] = float32(i%256) / 255
					}
					for b.Loop() {
						r.Predict()
					}
				})
			}
		}
	}
}
