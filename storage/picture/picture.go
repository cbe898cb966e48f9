// Package picture reads pictures from files: JPEG, PNG, GIF, BMP and WebP.
package picture

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io"
	"os"

	_ "image/gif" // the formats that image.Decode knows
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"

	"edged/nn"
)

// MaxPixels bounds the pictures that are decoded.
const MaxPixels = 50 << 20

// A file of few bytes may claim no more than alwaysPixels, or pixelsPerByte for
// each of its bytes: more than any format reaches but for a plain surface.
const (
	alwaysPixels  = 4 << 20
	pixelsPerByte = 1 << 13
)

// Read decodes the picture in a file to red, green and blue as Keras's load_img
// does through Pillow: gray becomes three equal channels, transparency is
// dropped, the first picture of an animation counts, and EXIF orientation is
// ignored. JPEG and WebP come within three levels of libjpeg's and libwebp's
// values. Unlike Pillow it keeps the upper 8 of 16 bits of gray (Pillow turns
// all but the darkest white) and makes black what is transparent in a GIF.
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

// Decode is Read for an open file, from its start.
func Decode(r io.ReadSeeker) (nn.Image, error) {
	bytes, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nn.Image{}, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nn.Image{}, err
	}
	frame, err := firstFrame(r, bytes)
	if err != nil {
		return nn.Image{}, err
	}
	if frame != nil {
		return frame.decode()
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nn.Image{}, err
	}
	config, format, err := image.DecodeConfig(bufio.NewReader(r))
	if err != nil {
		return nn.Image{}, reason(err)
	}
	if err := checkSize(config.Width, config.Height, bytes); err != nil {
		return nn.Image{}, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nn.Image{}, err
	}
	decoded, _, err := image.Decode(bufio.NewReader(r))
	if err != nil {
		return nn.Image{}, reason(err)
	}
	return pack(decoded, format, config.Width, config.Height), nil
}

func checkSize(width, height int, bytes int64) error {
	if width < 1 || height < 1 {
		return errors.New("has no pixels")
	}
	if width > MaxPixels/height {
		return fmt.Errorf("has %dx%d pixels, at most %d million are read", width, height, MaxPixels>>20)
	}
	if pixels := width * height; pixels > alwaysPixels && int64(pixels)/pixelsPerByte > bytes {
		return fmt.Errorf("claims %dx%d pixels in %d bytes", width, height, bytes)
	}
	return nil
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
