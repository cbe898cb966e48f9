package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
)

// encode returns a 3x2 picture in the format of a file's ending.
func encode(t testing.TB, ending string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch ending {
	case ".png":
		err = png.Encode(&b, m)
	case ".bmp":
		err = bmp.Encode(&b, m)
	case ".gif":
		err = gif.Encode(&b, m, nil)
	case ".jpg":
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: 100})
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	gray := image.NewGray(image.Rect(0, 0, 3, 2))
	translucent := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	deep := image.NewNRGBA64(image.Rect(0, 0, 3, 2))
	for i := range 6 {
		x, y := i%3, i/3
		gray.SetGray(x, y, color.Gray{Y: byte(40 * i)})
		translucent.SetNRGBA(x, y, color.NRGBA{R: byte(40 * i), G: 7, B: 9, A: byte(100 + i)})
		deep.SetNRGBA64(x, y, color.NRGBA64{R: uint16(40*i)<<8 | 200, G: 7 << 8, B: 9 << 8, A: 0x8000})
	}
	grays := []byte{0, 0, 0, 40, 40, 40, 80, 80, 80, 120, 120, 120, 160, 160, 160, 200, 200, 200}
	colors := []byte{0, 7, 9, 40, 7, 9, 80, 7, 9, 120, 7, 9, 160, 7, 9, 200, 7, 9}
	tests := []struct {
		file string
		from image.Image
		want []byte
	}{
		{"gray.png", gray, grays},
		{"gray.bmp", gray, grays},
		{"translucent.png", translucent, colors},
		{"deep.png", deep, colors},
	}
	dir := t.TempDir()
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			path := filepath.Join(dir, tt.file)
			if err := os.WriteFile(path, encode(t, filepath.Ext(path), tt.from), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := Read(path)
			if err != nil {
				t.Fatal(err)
			}
			if got.Width != 3 || got.Height != 2 || !bytes.Equal(got.Pixels, tt.want) {
				t.Errorf("got %dx%d %v, want 3x2 %v", got.Width, got.Height, got.Pixels, tt.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	whole := encode(t, ".png", image.NewGray(image.Rect(0, 0, 300, 200)))
	for name, data := range map[string][]byte{
		"text.png": []byte("not a picture"), "empty.jpg": {}, "short.png": whole[:len(whole)/2],
		"huge.png": claim(whole, 1<<30, 1<<30), "bomb.png": claim(whole, 7000, 7000), "overflow.png": claim(whole, 1<<31-1, 3),
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v, want an error that names the file", name, err)
		}
	}
}

// claim is a PNG file with other sides in its header.
func claim(file []byte, width, height uint32) []byte {
	file = bytes.Clone(file)
	binary.BigEndian.PutUint32(file[16:], width)
	binary.BigEndian.PutUint32(file[20:], height)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

func TestList(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b/2.PNG", "b/1.jpg", "a.webp", "notes.txt", ".hidden/3.png", "b/.4.png"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := List(dir, filepath.Join(dir, "notes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i], _ = filepath.Rel(dir, got[i])
	}
	if want := []string{"a.webp", "b/1.jpg", "b/2.PNG", "notes.txt"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(dir, "b"), link); err != nil {
		t.Fatal(err)
	}
	if got, err := List(link); err != nil || !slices.Equal(got, []string{filepath.Join(link, "1.jpg"), filepath.Join(link, "2.PNG")}) {
		t.Errorf("got %v, %v through a link", got, err)
	}
	empty := t.TempDir()
	if _, err := List(empty); err == nil {
		t.Error("a folder without pictures was taken")
	}
}

func FuzzDecode(f *testing.F) {
	files, err := List("testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		got, err := Decode(bytes.NewReader(data))
		if err == nil && len(got.Pixels) != got.Width*got.Height*3 {
			t.Errorf("%dx%d pixels in %d bytes", got.Width, got.Height, len(got.Pixels))
		}
	})
}
