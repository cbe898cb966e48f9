package kernels

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const resizeData = "../testdata/resize"

// readPixels decodes a PNG to packed red, green, blue.
func readPixels(t testing.TB, name string) (pixels []byte, width, height int) {
	t.Helper()
	f, err := os.Open(filepath.Join(resizeData, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	picture, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	size := picture.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			r, g, b, _ := picture.At(x, y).RGBA()
			pixels = append(pixels, byte(r>>8), byte(g>>8), byte(b>>8))
		}
	}
	return pixels, size.X, size.Y
}

func resized(t testing.TB, method string, src []byte, width, height, toWidth, toHeight int) []byte {
	t.Helper()
	r, err := NewResizer(method, toWidth, toHeight)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]byte, toWidth*toHeight*3)
	if err := r.Resize(dst, src, width, height); err != nil {
		t.Fatal(err)
	}
	return dst
}

func TestResizePictures(t *testing.T) {
	tests := []struct {
		method, made string
		tolerance    int
	}{
		{Nearest, "opencv.nearest", 0},
		{Bilinear, "opencv.linear", 0},
		{Bilinear, "tensorflow.bilinear", 1},
		{BilinearAntialias, "pillow.bilinear", 0},
		{Area, "opencv.area", 0},
	}
	for _, picture := range []string{"chelsea", "coffee", "digit"} {
		src, width, height := readPixels(t, picture+".png")
		for _, tt := range tests {
			t.Run(picture+"/"+tt.made, func(t *testing.T) {
				want, _, _ := readPixels(t, picture+"."+tt.made+".png")
				got := resized(t, tt.method, src, width, height, 224, 224)
				worst, count := 0, 0
				for i := range want {
					if d := abs(int(got[i]) - int(want[i])); d > 0 {
						worst, count = max(worst, d), count+1
					}
				}
				if worst > tt.tolerance {
					t.Errorf("%d values differ, by %d at worst; allowed: %d", count, worst, tt.tolerance)
				}
			})
		}
	}
}

func abs(v int) int { return max(v, -v) }

// noise is the picture that make_resize.py makes for a size.
func noise(width, height int) []byte {
	pixels := make([]byte, width*height*3)
	state := uint32(width*65536 + height)
	for i := range pixels {
		state = state*1664525 + 1013904223
		pixels[i] = byte(state >> 24)
	}
	return pixels
}

func TestResizeRandomSizes(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(resizeData, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		From, To  [2]int
		Nearest   uint32
		Bilinear  uint32
		Antialias uint32 `json:"bilinear-antialias"`
		Area      uint32
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		src := noise(c.From[0], c.From[1])
		for method, want := range map[string]uint32{Nearest: c.Nearest, Bilinear: c.Bilinear, BilinearAntialias: c.Antialias, Area: c.Area} {
			got := crc32.ChecksumIEEE(resized(t, method, src, c.From[0], c.From[1], c.To[0], c.To[1]))
			if got != want {
				t.Errorf("%s from %v to %v: checksum %08x, want %08x", method, c.From, c.To, got, want)
			}
		}
	}
}

func TestResizerRefuses(t *testing.T) {
	if _, err := NewResizer("cubic", 8, 8); err == nil {
		t.Error("an unknown method was taken")
	}
	if _, err := NewResizer(Bilinear, 0, 8); err == nil {
		t.Error("an empty picture was taken")
	}
	r, err := NewResizer(Bilinear, 8, 8)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []image.Point{{0, 4}, {4, -1}, {1 << 20, 1 << 20}, {4, 5}} {
		if err := r.Resize(make([]byte, 8*8*3), make([]byte, 4*4*3), size.X, size.Y); err == nil {
			t.Errorf("48 bytes were taken for %v pixels", size)
		}
	}
}

func TestResizeDoesNotAllocate(t *testing.T) {
	src, dst := noise(640, 480), make([]byte, 224*224*3)
	for _, method := range ResizeMethods() {
		r, err := NewResizer(method, 224, 224)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(3, func() {
			if err := r.Resize(dst, src, 640, 480); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", method, n)
		}
	}
}

func BenchmarkResize(b *testing.B) {
	dst := make([]byte, 224*224*3)
	for _, size := range []image.Point{{640, 480}, {1920, 1080}, {20, 20}} {
		src := noise(size.X, size.Y)
		for _, method := range ResizeMethods() {
			b.Run(fmt.Sprintf("%s/%dx%d", method, size.X, size.Y), func(b *testing.B) {
				r, err := NewResizer(method, 224, 224)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(src)))
				b.ReportAllocs()
				for b.Loop() {
					if err := r.Resize(dst, src, size.X, size.Y); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// FuzzResize resizes a picture of one colour, which must keep it.
func FuzzResize(f *testing.F) {
	f.Add(uint16(640), uint16(480), uint16(224), uint16(224), byte(200))
	f.Add(uint16(1), uint16(9), uint16(700), uint16(2), byte(255))
	f.Add(uint16(900), uint16(1), uint16(1), uint16(1), byte(1))
	f.Fuzz(func(t *testing.T, width, height, toWidth, toHeight uint16, level byte) {
		const most = 1 << 20
		if int(width)*int(height) > most || int(toWidth)*int(toHeight) > most {
			return
		}
		src, dst := slices.Repeat([]byte{level}, int(width)*int(height)*3), make([]byte, int(toWidth)*int(toHeight)*3)
		for _, method := range ResizeMethods() {
			r, err := NewResizer(method, int(toWidth), int(toHeight))
			if err == nil {
				err = r.Resize(dst, src, int(width), int(height))
			}
			if empty := len(src) == 0 || len(dst) == 0; empty || max(width, height, toWidth, toHeight) > maxSide {
				if err == nil {
					t.Errorf("%s from %dx%d to %dx%d was taken", method, width, height, toWidth, toHeight)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range dst {
				if abs(int(v)-int(level)) > 1 {
					t.Fatalf("%s from %dx%d to %dx%d: value %d is %d, want %d", method, width, height, toWidth, toHeight, i, v, level)
				}
			}
		}
	})
}
