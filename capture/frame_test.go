package capture

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

// testFrame is a frame whose pixels tell its number.
func testFrame(sequence uint64, width, height int) *Frame {
	f := &Frame{
		Sequence: sequence,
		Time:     time.Unix(1_800_000_000, int64(sequence)*33_333_333),
		Width:    width,
		Height:   height,
		Pixels:   make([]byte, width*height*channels),
	}
	for i := range f.Pixels {
		f.Pixels[i] = byte(uint64(i)*7 + sequence)
	}
	binary.LittleEndian.PutUint64(f.Pixels, sequence)
	return f
}

func sameFrame(t *testing.T, want, got *Frame) {
	t.Helper()
	if want.Sequence != got.Sequence || !want.Time.Equal(got.Time) || want.Width != got.Width || want.Height != got.Height {
		t.Errorf("got frame %d, %v, %dx%d; want %d, %v, %dx%d",
			got.Sequence, got.Time, got.Width, got.Height, want.Sequence, want.Time, want.Width, want.Height)
	}
	if !bytes.Equal(want.Pixels, got.Pixels) {
		t.Errorf("frame %d: other pixels", got.Sequence)
	}
}
