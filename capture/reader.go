package capture

import (
	"errors"
	"io"
	"strings"
	"time"
	"unicode"
)

// Reader reads the frame protocol. It is not safe for concurrent use.
type Reader struct {
	r      io.Reader
	header [headerSize]byte
	text   string
}

// NewReader returns a Reader of records from r.
func NewReader(r io.Reader) *Reader { return &Reader{r: r} }

// Read reads a record. A picture goes into f, whose memory is used again if it
// is large enough; otherwise f grows as the bytes arrive, whatever the header
// promised. The error is io.EOF at the end between two records, and
// io.ErrUnexpectedEOF within one; after another error the stream is lost.
func (r *Reader) Read(f *Frame) (Record, error) {
	var h header
	if _, err := io.ReadFull(r.r, r.header[:]); err != nil {
		return 0, err
	}
	if err := h.decode(&r.header); err != nil {
		return 0, err
	}
	switch h.kind {
	case RecordFrame:
		pixels, err := readBytes(r.r, f.Pixels, int(h.length))
		f.Pixels = pixels
		if err != nil {
			return 0, err
		}
		f.Sequence = h.sequence
		f.Time = time.Unix(0, h.nanoseconds)
		f.Width, f.Height = int(h.width), int(h.height)
	case RecordSource:
		text, err := readBytes(r.r, nil, int(h.length))
		if err != nil {
			return 0, err
		}
		r.text = oneLine(string(text))
	}
	return h.kind, nil
}

// Source is what the last RecordSource said.
func (r *Reader) Source() string { return r.text }

// readStep bounds what is allocated before any byte arrives.
const readStep = 1 << 20

// readBytes fills b with n bytes and returns it, grown if need be.
func readBytes(r io.Reader, b []byte, n int) ([]byte, error) {
	for have := 0; have < n; {
		if next := min(n, max(cap(b), 2*have, readStep)); next > cap(b) {
			grown := make([]byte, next)
			copy(grown, b[:have])
			b = grown
		}
		b = b[:min(n, cap(b))]
		got, err := io.ReadFull(r, b[have:])
		have += got
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return b, err
		}
	}
	return b[:n], nil
}

// oneLine makes text fit for a log or a page.
func oneLine(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?")))
}
