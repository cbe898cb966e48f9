package picture

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

// animation is an animated WebP file of 43x33 pixels: VP8X from byte 12 on, ANMF
// from byte 44 on.
func animation(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/animation.webp")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestFrameOnACanvas has a larger canvas, on which the picture is at 4, 2.
func TestFrameOnACanvas(t *testing.T) {
	data := animation(t)
	whole, err := Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	data[24], data[27], data[52], data[55] = 49, 39, 2, 1
	got, err := Decode(bytes.NewReader(data))
	if err != nil || got.Width != 50 || got.Height != 40 {
		t.Fatalf("got %dx%d pixels, %v", got.Width, got.Height, err)
	}
	for y := range got.Height {
		row := got.Pixels[y*50*3:][:50*3]
		want := make([]byte, 50*3)
		if y >= 2 && y < 35 {
			copy(want[4*3:], whole.Pixels[(y-2)*43*3:][:43*3])
		}
		if !slices.Equal(row, want) {
			t.Fatalf("row %d is another", y)
		}
	}
}

func TestDamagedAnimations(t *testing.T) {
	for want, damage := range map[string]func([]byte) []byte{
		"is cut short":                    func(d []byte) []byte { return d[:300] },
		"no picture in the animation":     func(d []byte) []byte { return d[:44] },
		"lies outside of the animation":   func(d []byte) []byte { d[52] = 1; return d },
		"another size than the animation": func(d []byte) []byte { d[24], d[58] = 50, 50; return d },
		"at most 50 million are read":     func(d []byte) []byte { d[26], d[29] = 255, 255; return d },
	} {
		if _, err := Decode(bytes.NewReader(damage(animation(t)))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
