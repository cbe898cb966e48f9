package nn

import (
	"slices"
	"testing"
)

func TestPreprocessorApply(t *testing.T) {
	picture := Image{Width: 2, Height: 1, Pixels: []byte{255, 0, 10, 1, 2, 3}}
	tests := []struct {
		name  string
		p     Preprocessing
		shape Shape
		want  []float32
	}{
		{"rgb", Preprocessing{Resize: "bilinear", Color: RGB, Scale: 1}, Shape{1, 2, 3}, []float32{255, 0, 10, 1, 2, 3}},
		{"bgr", Preprocessing{Resize: "bilinear", Color: BGR, Scale: 1}, Shape{1, 2, 3}, []float32{10, 0, 255, 3, 2, 1}},
		{"gray", Preprocessing{Resize: "bilinear", Color: Gray, Scale: 1}, Shape{1, 2, 1}, []float32{77, 2}},
		{"scaled", Preprocessing{Resize: "nearest", Color: RGB, Scale: 2, Offset: -1}, Shape{1, 1, 3}, []float32{509, -1, 19}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := NewPreprocessor(tt.p, tt.shape)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]float32, tt.shape.Size())
			if err := p.Apply(got, picture); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if n := testing.AllocsPerRun(5, func() { _ = p.Apply(got, picture) }); n != 0 {
				t.Errorf("%v allocations a picture", n)
			}
		})
	}
}

func TestPreprocessorRefuses(t *testing.T) {
	good := Preprocessing{Resize: "bilinear", Color: RGB, Scale: 1}
	tests := []struct {
		name   string
		change func(*Preprocessing)
		shape  Shape
	}{
		{"vector input", func(*Preprocessing) {}, Shape{12}},
		{"channels", func(*Preprocessing) {}, Shape{8, 8, 1}},
		{"colour", func(p *Preprocessing) { p.Color = "hsv" }, Shape{8, 8, 3}},
		{"resize", func(p *Preprocessing) { p.Resize = "cubic" }, Shape{8, 8, 3}},
		{"scale", func(p *Preprocessing) { p.Scale = 3e38 }, Shape{8, 8, 3}},
	}
	for _, tt := range tests {
		p := good
		tt.change(&p)
		if _, err := NewPreprocessor(p, tt.shape); err == nil {
			t.Errorf("%s: %+v for %v was taken", tt.name, p, tt.shape)
		}
	}
	p, err := NewPreprocessor(good, Shape{8, 8, 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Apply(make([]float32, 5), Image{Width: 1, Height: 1, Pixels: make([]byte, 3)}); err == nil {
		t.Error("an input of 5 values was filled")
	}
}

func BenchmarkPreprocessorApply(b *testing.B) {
	p, err := NewPreprocessor(Preprocessing{Resize: "bilinear", Color: RGB, Scale: 1.0 / 255}, Shape{224, 224, 3})
	if err != nil {
		b.Fatal(err)
	}
	frame := Image{Width: 640, Height: 480, Pixels: make([]byte, 640*480*3)}
	dst := make([]float32, 224*224*3)
	b.SetBytes(int64(len(frame.Pixels)))
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Apply(dst, frame); err != nil {
			b.Fatal(err)
		}
	}
}
