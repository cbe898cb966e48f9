package picture

import (
	"math/bits"
	"path/filepath"
	"testing"

	"edged/nn"
)

// photograph is a picture of the resizing tests.
func photograph(t *testing.T, name string) nn.Image {
	t.Helper()
	m, err := Read(filepath.Join("..", "..", "testdata", "resize", name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// changed applies a function to each value of a picture.
func changed(m nn.Image, change func(v byte, x, y int) byte) nn.Image {
	out := nn.Image{Width: m.Width, Height: m.Height, Pixels: make([]byte, len(m.Pixels))}
	for i, v := range m.Pixels {
		out.Pixels[i] = change(v, i/3%m.Width, i/3/m.Width)
	}
	return out
}

// half shrinks a picture by leaving out pixels.
func half(m nn.Image) nn.Image {
	out := nn.Image{Width: m.Width / 2, Height: m.Height / 2}
	for y := range out.Height {
		for x := range out.Width {
			at := (2*y*m.Width + 2*x) * 3
			out.Pixels = append(out.Pixels, m.Pixels[at:at+3]...)
		}
	}
	return out
}

func TestHashTellsPicturesApart(t *testing.T) {
	cat, cup := photograph(t, "chelsea"), photograph(t, "coffee")
	near := func(a, b nn.Image) int { return bits.OnesCount64(Hash(a) ^ Hash(b)) }
	for name, other := range map[string]nn.Image{
		"itself": cat,
		"darker": changed(cat, func(v byte, _, _ int) byte { return v / 2 }),
		"noisy":  changed(cat, func(v byte, x, y int) byte { return v ^ byte((x*7+y*13)%4) }),
		"half":   half(cat),
	} {
		if n := near(cat, other); n > 4 {
			t.Errorf("%s: %d bits differ", name, n)
		}
	}
	if n := near(cat, cup); n < 16 {
		t.Errorf("two pictures differ in %d bits only", n)
	}
	Hash(nn.Image{Width: 1, Height: 1, Pixels: make([]byte, 3)}) // smaller than its grid
}

func TestSharpness(t *testing.T) {
	cat := photograph(t, "chelsea")
	soft := changed(cat, func(v byte, _, _ int) byte { return v })
	for i := 3; i < len(soft.Pixels)-3; i++ {
		soft.Pixels[i] = byte((int(cat.Pixels[i-3]) + 2*int(cat.Pixels[i]) + int(cat.Pixels[i+3])) / 4)
	}
	if a, b := Sharpness(cat), Sharpness(soft); a < 1.2*b {
		t.Errorf("a picture has %v, blurred %v", a, b)
	}
	if v := Sharpness(nn.Image{Width: 2, Height: 2, Pixels: make([]byte, 12)}); v != 0 {
		t.Errorf("a picture of four pixels has %v", v)
	}
}
