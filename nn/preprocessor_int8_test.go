package nn

import (
	"fmt"
	"slices"
	"testing"

	"edged/kernels"
)

// pictureModel takes pictures of the number of channels, in int8.
func pictureModel(t *testing.T, channels int, q Quantization) *Model {
	t.Helper()
	conv := &Conv2D{Filters: 2, KernelSize: [2]int{3, 3}, Padding: Same, UseBias: true}
	m, err := NewFunctional("", []Node{
		{Layer: &InputLayer{Shape: Shape{19, 23, channels}}, Quantization: &q},
		{Layer: conv, Inputs: []int{0}, Quantization: &Quantization{Scale: 0.05}},
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	fill(m)
	conv.Kernel.Scales = []float32{0.01, 0.02}
	return m
}

// TestFillIsApplyAndTheConversion says that pictures become int8 to the bit as
// through float32, in every colour order, with every kernel, without allocating.
func TestFillIsApplyAndTheConversion(t *testing.T) {
	picture := Image{Width: 31, Height: 29, Pixels: make([]byte, 31*29*3)}
	for i := range picture.Pixels {
		picture.Pixels[i] = byte(i * i >> 3)
	}
	everyTable(t, func(t *testing.T, table *kernels.Table) {
		for _, c := range []struct {
			color    string
			channels int
			scale    float32
			offset   float32
			q        Quantization
		}{
			{RGB, 3, 1.0 / 255, 0, Quantization{1.0 / 255, -128}},
			{RGB, 3, 1, 0, Quantization{1, -128}},
			{RGB, 3, 2.0 / 255, -1, Quantization{2.0 / 255, -1}}, // many ties
			{BGR, 3, 1, -117.3, Quantization{0.83, 7}},
			{Gray, 1, 1.0 / 127.5, -1, Quantization{0.0061, 3}}, // saturates
		} {
			for _, cores := range []int{1, 2} {
				t.Run(fmt.Sprint(c.color, c.scale, cores), func(t *testing.T) {
					plan := compile(t, pictureModel(t, c.channels, c.q), Options{Kernels: table, Precision: Int8})
					if q := plan.InputQuantization(); q == nil || *q != c.q {
						t.Fatalf("the plan's input means %v", q)
					}
					workers := kernels.NewWorkers(cores)
					defer workers.Close()
					p, err := NewPreprocessor(Preprocessing{Resize: "bilinear", Color: c.color, Scale: c.scale, Offset: c.offset}, plan.InputShape())
					if err != nil {
						t.Fatal(err)
					}
					through, direct := plan.NewRunner(workers), plan.NewRunner(workers)
					if err := p.Apply(through.Input(), picture); err != nil {
						t.Fatal(err)
					}
					through.Step(0)
					if err := p.Fill(direct, picture); err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(direct.InputInt8(), through.InputInt8()) {
						t.Error("the inputs differ")
					}
					if err := p.Apply(through.Input(), picture); err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(direct.Predict(), through.Predict()) || !slices.Equal(direct.OutputInt8(), through.OutputInt8()) {
						t.Error("the outputs differ")
					}
					if n := testing.AllocsPerRun(5, func() { _ = p.Fill(direct, picture); direct.Predict() }); n != 0 {
						t.Errorf("%v allocations a picture", n)
					}
					// A prediction from Input is one again.
					copy(direct.Input(), make([]float32, plan.InputShape().Size()))
					if err := p.Apply(direct.Input(), picture); err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(direct.Predict(), through.Output()) {
						t.Error("the outputs differ from Input")
					}
				})
			}
		}
	})
}

// TestFillServesPlansInTurn fills runners of several plans, in float32 and int8.
func TestFillServesPlansInTurn(t *testing.T) {
	m := pictureModel(t, 3, Quantization{1.0 / 255, -128})
	p, err := NewPreprocessor(Preprocessing{Resize: "nearest", Color: RGB, Scale: 1.0 / 255}, Shape{19, 23, 3})
	if err != nil {
		t.Fatal(err)
	}
	picture := Image{Width: 2, Height: 1, Pixels: []byte{1, 2, 3, 200, 201, 202}}
	var runners []*Runner
	for _, o := range []Options{{}, {Precision: Int8}, {Precision: Int8, Kernels: kernels.Portable()}} {
		runners = append(runners, compile(t, m, o).NewRunner(nil))
	}
	if runners[0].Plan().InputQuantization() != nil || len(runners[0].InputInt8()) != 0 || len(runners[0].OutputInt8()) != 0 {
		t.Error("a plan in float32 has an input in int8")
	}
	var outputs [][]float32
	for range 2 {
		for _, r := range runners {
			if err := p.Fill(r, picture); err != nil {
				t.Fatal(err)
			}
			outputs = append(outputs, slices.Clone(r.Predict()))
		}
	}
	if !slices.EqualFunc(outputs[:3], outputs[3:], slices.Equal) || !slices.Equal(outputs[1], outputs[2]) {
		t.Error("the second turn gives other outputs than the first")
	}
	other := compile(t, pictureModel(t, 1, Quantization{1, 0}), Options{Precision: Int8}).NewRunner(nil)
	if p.Fill(other, picture) == nil {
		t.Error("an input of one channel was filled with three")
	}
	if p.Fill(runners[1], Image{Width: 2, Height: 1}) == nil {
		t.Error("a picture without pixels was taken")
	}
}

// BenchmarkPicture makes an input of int8 from a picture of the input's size, by
// the table and through float32.
func BenchmarkPicture(b *testing.B) {
	q := Quantization{1.0 / 255, -128}
	m, err := NewFunctional("", []Node{
		{Layer: &InputLayer{Shape: Shape{224, 224, 3}}, Quantization: &q},
		{Layer: &GlobalMaxPooling2D{}, Inputs: []int{0}, Quantization: &q},
	}, 1)
	if err != nil {
		b.Fatal(err)
	}
	picture := Image{Width: 224, Height: 224, Pixels: make([]byte, 224*224*3)}
	p, err := NewPreprocessor(Preprocessing{Resize: "nearest", Color: RGB, Scale: 1.0 / 255}, Shape{224, 224, 3})
	if err != nil {
		b.Fatal(err)
	}
	r := compile(b, m, Options{Precision: Int8}).NewRunner(nil)
	for name, fill := range map[string]func() error{
		"int8": func() error { return p.Fill(r, picture) },
		"float32": func() error {
			err := p.Apply(r.Input(), picture)
			r.Step(0)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := fill(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
