package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"io"

	"edged/nn"
)

// An animated WebP file is RIFF chunks: VP8X with the canvas, and for each
// picture an ANMF chunk with its place and the chunks of a still file.
//
// Source: developers.google.com/speed/webp/docs/riff_container.
const (
	webpStart      = 30 // bytes: "RIFF", size, "WEBP", and the chunk VP8X
	webpAnimated   = 2  // a flag of VP8X
	webpFrameStart = 16 // bytes of ANMF before its chunks
)

// webpFrame is the first picture of an animation.
type webpFrame struct {
	width, height int // of the canvas
	place         image.Rectangle
	still         []byte // a file of that picture alone
}

var errNoFrame = errors.New("is damaged: webp: there is no picture in the animation")

// firstFrame returns the first picture of an animated WebP file of size bytes, or
// nil if r is something else.
func firstFrame(r io.ReadSeeker, size int64) (*webpFrame, error) {
	start := make([]byte, webpStart)
	if _, err := io.ReadFull(r, start); err != nil || string(start[:4]) != "RIFF" || string(start[8:16]) != "WEBPVP8X" || start[20]&webpAnimated == 0 {
		return nil, nil
	}
	f := &webpFrame{width: 1 + uint24(start[24:]), height: 1 + uint24(start[27:])}
	if err := checkSize(f.width, f.height, size); err != nil {
		return nil, err
	}
	for at := int64(12); ; {
		head := make([]byte, 8)
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(r, head); err != nil {
			return nil, errNoFrame
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		if length > size-at-int64(len(head)) {
			return nil, reason(io.ErrUnexpectedEOF)
		}
		if string(head[:4]) != "ANMF" {
			at += int64(len(head)) + length + length&1
			continue
		}
		data := make([]byte, length)
		if _, err := io.ReadFull(r, data); err != nil {
			return nil, reason(err)
		}
		return f, f.read(data)
	}
}

// read takes an ANMF chunk. Its alpha is left: transparency is dropped.
func (f *webpFrame) read(data []byte) error {
	if len(data) < webpFrameStart {
		return errNoFrame
	}
	corner := image.Pt(2*uint24(data), 2*uint24(data[3:]))
	f.place = image.Rectangle{corner, corner.Add(image.Pt(1+uint24(data[6:]), 1+uint24(data[9:])))}
	if !f.place.In(image.Rect(0, 0, f.width, f.height)) {
		return errors.New("is damaged: webp: the first picture lies outside of the animation")
	}
	for data = data[webpFrameStart:]; len(data) >= 8; {
		length := int(binary.LittleEndian.Uint32(data[4:]))
		if length > len(data)-8 {
			return reason(io.ErrUnexpectedEOF)
		}
		end := min(8+length+length&1, len(data))
		if tag := string(data[:4]); tag == "VP8 " || tag == "VP8L" {
			chunk := data[:end]
			f.still = binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+len(chunk)))
			f.still = append(append(f.still, "WEBP"...), chunk...)
			return nil
		}
		data = data[end:]
	}
	return errNoFrame
}

// decode returns the canvas with the picture on black.
func (f *webpFrame) decode() (nn.Image, error) {
	m, err := Decode(bytes.NewReader(f.still))
	if err != nil {
		return nn.Image{}, err
	}
	if m.Width != f.place.Dx() || m.Height != f.place.Dy() {
		return nn.Image{}, errors.New("is damaged: webp: the first picture has another size than the animation says")
	}
	out := nn.Image{Width: f.width, Height: f.height, Pixels: make([]byte, f.width*f.height*3)}
	for y := range m.Height {
		at := ((f.place.Min.Y+y)*f.width + f.place.Min.X) * 3
		copy(out.Pixels[at:], m.Pixels[y*m.Width*3:][:m.Width*3])
	}
	return out, nil
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
