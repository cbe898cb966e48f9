// Package picture reads pictures from files: JPEG, PNG, GIF, BMP and WebP.
package picture

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "image/gif" // the formats that image.Decode knows
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"

	"edged/nn"
)

// MaxPixels bounds the pictures that are decoded.
const MaxPixels = 50 << 20

// Extensions are the endings, in lower case, of files that are taken for pictures.
func Extensions() []string { return []string{".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp"} }

// Read decodes the picture in a file to red, green and blue. As in Keras's
// load_img, gray becomes three equal channels, transparency is dropped, the
// first picture of an animation counts, and EXIF orientation is ignored.
// Go's JPEG decoder may differ from libjpeg's by a level or two in a value.
func Read(path string) (nn.Image, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nn.Image{}, err
	}
	if !info.Mode().IsRegular() {
		return nn.Image{}, fmt.Errorf("%s: is no regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nn.Image{}, err
	}
	defer f.Close()
	decoded, err := Decode(f)
	if err != nil {
		return nn.Image{}, fmt.Errorf("%s: %w", path, err)
	}
	return decoded, nil
}

// Decode is Read for an open file.
func Decode(r io.ReadSeeker) (nn.Image, error) {
	config, _, err := image.DecodeConfig(bufio.NewReader(r))
	if err != nil {
		return nn.Image{}, reason(err)
	}
	if config.Width < 1 || config.Height < 1 || config.Width > MaxPixels/config.Height {
		return nn.Image{}, fmt.Errorf("has %dx%d pixels, at most %d million are read", config.Width, config.Height, MaxPixels>>20)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nn.Image{}, err
	}
	decoded, _, err := image.Decode(bufio.NewReader(r))
	if err != nil {
		return nn.Image{}, reason(err)
	}
	return fromImage(decoded), nil
}

func reason(err error) error {
	if errors.Is(err, image.ErrFormat) {
		return errors.New("is no JPEG, PNG, GIF, BMP or WebP picture")
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("is cut short")
	}
	return fmt.Errorf("is damaged: %w", err)
}

// fromImage packs a decoded picture. Colours are taken as stored, before any
// transparency is applied.
func fromImage(m image.Image) nn.Image {
	b := m.Bounds()
	out := nn.Image{Width: b.Dx(), Height: b.Dy(), Pixels: make([]byte, b.Dx()*b.Dy()*3)}
	at := 0
	put := func(red, green, blue byte) {
		p := out.Pixels[at : at+3 : at+3]
		p[0], p[1], p[2] = red, green, blue
		at += 3
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			switch m := m.(type) {
			case *image.Gray:
				v := m.Pix[m.PixOffset(x, y)]
				put(v, v, v)
			case *image.NRGBA:
				p := m.Pix[m.PixOffset(x, y):]
				put(p[0], p[1], p[2])
			case *image.NRGBA64:
				p := m.Pix[m.PixOffset(x, y):]
				put(p[0], p[2], p[4])
			default:
				red, green, blue, _ := m.At(x, y).RGBA()
				put(byte(red>>8), byte(green>>8), byte(blue>>8))
			}
		}
	}
	return out
}

// List returns the pictures that paths name: files as they are, folders with
// all pictures below them in lexical order.
func List(paths ...string) ([]string, error) {
	var out []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			out = append(out, path)
			continue
		}
		found, err := walk(path)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%s: no pictures are in it (%s)", path, strings.Join(Extensions(), " "))
		}
		out = append(out, found...)
	}
	return out, nil
}

func walk(root string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && path != root
		switch {
		case entry.IsDir() && hidden:
			return filepath.SkipDir
		case !entry.IsDir() && !hidden && slices.Contains(Extensions(), strings.ToLower(filepath.Ext(path))):
			out = append(out, path)
		}
		return nil
	})
	return out, err
}
