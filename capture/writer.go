package capture

import (
	"fmt"
	"io"
	"strings"
)

// Writer writes the frame protocol. It is not safe for concurrent use.
type Writer struct {
	w      io.Writer
	header [headerSize]byte
}

// NewWriter returns a Writer of records to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Frame writes a picture, without copying it and without allocation. It refuses
// a frame whose pixels don't fit its size.
func (w *Writer) Frame(f *Frame) error {
	if f.Width <= 0 || f.Height <= 0 || f.Width > MaxPixels/f.Height {
		return fmt.Errorf("frame %d: %dx%d pixels, but frames have 1 to %d", f.Sequence, f.Width, f.Height, MaxPixels)
	}
	if len(f.Pixels) != f.Width*f.Height*channels {
		return fmt.Errorf("frame %d: %d bytes of pixels for %dx%d", f.Sequence, len(f.Pixels), f.Width, f.Height)
	}
	return w.write(header{
		kind:        RecordFrame,
		sequence:    f.Sequence,
		nanoseconds: f.Time.UnixNano(),
		width:       uint32(f.Width),
		height:      uint32(f.Height),
		format:      formatRGB,
		length:      uint32(len(f.Pixels)),
	}, f.Pixels)
}

// Source writes a line about what was opened, such as "V4L2, 640x480, 30 frames
// a second". A long one is cut.
func (w *Writer) Source(text string) error {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	return w.write(header{kind: RecordSource, length: uint32(len(text))}, []byte(text))
}

// Alive tells the reader that no frame is due yet.
func (w *Writer) Alive() error { return w.write(header{kind: RecordAlive}, nil) }

// End tells the reader that a clip is over.
func (w *Writer) End() error { return w.write(header{kind: RecordEnd}, nil) }

func (w *Writer) write(h header, payload []byte) error {
	h.encode(&w.header)
	if _, err := w.w.Write(w.header[:]); err != nil {
		return err
	}
	if len(payload) == 0 {
		return nil
	}
	_, err := w.w.Write(payload)
	return err
}
