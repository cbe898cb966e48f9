package capture

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHeaderIsAsDocumented(t *testing.T) {
	var b bytes.Buffer
	f := &Frame{Sequence: 0x0102, Time: time.Unix(1, 2), Width: 2, Height: 1, Pixels: []byte{1, 2, 3, 4, 5, 6}}
	if err := NewWriter(&b).Frame(f); err != nil {
		t.Fatal(err)
	}
	want := "65646766" + "0100" + "0100" + "0201000000000000" + "02ca9a3b00000000" +
		"02000000" + "01000000" + "01000000" + "06000000" + "010203040506"
	if got := hex.EncodeToString(b.Bytes()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRecordsRoundTrip(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b)
	frames := []*Frame{testFrame(1, 64, 48), testFrame(2, 64, 48), testFrame(3, 1300, 1100), testFrame(4, 3, 1)}
	for _, err := range []error{
		w.Source("V4L2, 64x48\n\x1b[31m"), w.Frame(frames[0]), w.Alive(), w.Frame(frames[1]), w.Frame(frames[2]), w.Frame(frames[3]), w.End(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r := NewReader(iotest.OneByteReader(bytes.NewReader(b.Bytes())))
	var got []Frame
	var kinds []Record
	for {
		var f Frame
		kind, err := r.Read(&f)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, kind)
		if kind == RecordFrame {
			got = append(got, f)
		}
	}
	if len(got) != len(frames) {
		t.Fatalf("got %d frames, want %d", len(got), len(frames))
	}
	for i := range frames {
		sameFrame(t, frames[i], &got[i])
	}
	wantKinds := []Record{RecordSource, RecordFrame, RecordAlive, RecordFrame, RecordFrame, RecordFrame, RecordEnd}
	if diff := cmp.Diff(wantKinds, kinds); diff != "" {
		t.Error(diff)
	}
	if got, want := r.Source(), "V4L2, 64x48  [31m"; got != want {
		t.Errorf("source: got %q, want %q", got, want)
	}
}

func TestWriterRefusesWhatIsNoPicture(t *testing.T) {
	for _, f := range []*Frame{
		{},
		{Width: 2, Height: 2, Pixels: make([]byte, 11)},
		{Width: -2, Height: -2, Pixels: make([]byte, 12)},
		{Width: 1 << 31, Height: 1 << 31},
	} {
		var b bytes.Buffer
		if err := NewWriter(&b).Frame(f); err == nil || b.Len() > 0 {
			t.Errorf("%dx%d with %d bytes: error %v, %d bytes written", f.Width, f.Height, len(f.Pixels), err, b.Len())
		}
	}
}

// record is a valid record, changed.
func changed(change func(b []byte)) []byte {
	var b bytes.Buffer
	_ = NewWriter(&b).Frame(testFrame(7, 4, 2))
	change(b.Bytes())
	return b.Bytes()
}

func TestReaderRefuses(t *testing.T) {
	le := binary.LittleEndian
	tests := []struct {
		name   string
		stream []byte
		want   string
	}{
		{"garbage", []byte(strings.Repeat("Segmentation fault\n", 9)), `it has "Segm" where a record should begin`},
		{"another version", changed(func(b []byte) { le.PutUint16(b[4:], 2) }), "version 2, but this edged reads version 1"},
		{"unknown kind", changed(func(b []byte) { le.PutUint16(b[6:], 9) }), "unknown kind of record 9"},
		{"unknown format", changed(func(b []byte) { le.PutUint32(b[32:], 2) }), "frame 7: unknown pixel format 2"},
		{"no pixels", changed(func(b []byte) { le.PutUint32(b[24:], 0) }), "frame 7: 0x2 pixels"},
		{"too many pixels", changed(func(b []byte) { le.PutUint32(b[24:], 1<<31) }), "frame 7: 2147483648x2 pixels"},
		{"overflowing size", changed(func(b []byte) { le.PutUint32(b[24:], 1<<31); le.PutUint32(b[28:], 1<<31) }), "pixels, but frames have"},
		{"wrong length", changed(func(b []byte) { le.PutUint32(b[36:], 25) }), "25 bytes, but 4x2 pixels take 24"},
		{"long text", changed(func(b []byte) { le.PutUint16(b[6:], 2); le.PutUint32(b[36:], 1<<30) }), "a text of 1073741824 bytes"},
		{"end with payload", changed(func(b []byte) { le.PutUint16(b[6:], 4) }), "24 bytes where none belongs"},
		{"cut header", changed(func([]byte) {})[:39], "unexpected EOF"},
		{"cut at payload", changed(func([]byte) {})[:40], "unexpected EOF"},
		{"cut in payload", changed(func([]byte) {})[:63], "unexpected EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := NewReader(bytes.NewReader(test.stream)).Read(new(Frame))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want %q", err, test.want)
			}
		})
	}
}

func TestReaderAllocatesOnlyForWhatArrives(t *testing.T) {
	h := header{kind: RecordFrame, sequence: 1, width: 8192, height: 8192, format: formatRGB, length: 8192 * 8192 * channels}
	var b [headerSize]byte
	h.encode(&b)
	var f Frame
	_, err := NewReader(io.MultiReader(bytes.NewReader(b[:]), strings.NewReader("few"))).Read(&f)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	if got, want := cap(f.Pixels), readStep; got > want {
		t.Errorf("allocated %d bytes on the header's word, want at most %d", got, want)
	}
}

// loopReader repeats a stream for ever.
type loopReader struct{ stream, rest []byte }

func (l *loopReader) Read(b []byte) (int, error) {
	if len(l.rest) == 0 {
		l.rest = l.stream
	}
	n := copy(b, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	f := testFrame(1, 640, 480)
	w := NewWriter(io.Discard)
	if got := testing.AllocsPerRun(100, func() { _ = w.Frame(f) }); got != 0 {
		t.Errorf("writing a frame: %v allocations", got)
	}
	var b bytes.Buffer
	if err := NewWriter(&b).Frame(f); err != nil {
		t.Fatal(err)
	}
	var into Frame
	r := NewReader(&loopReader{stream: b.Bytes()})
	if got := testing.AllocsPerRun(100, func() { _, _ = r.Read(&into) }); got != 0 {
		t.Errorf("reading a frame: %v allocations", got)
	}
	ring := NewRing(8, 1<<30, 0)
	for range 8 {
		ring.Add(f)
	}
	if got := testing.AllocsPerRun(100, func() { ring.Add(f) }); got != 0 {
		t.Errorf("adding a frame to the ring: %v allocations", got)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(changed(func([]byte) {}))
	f.Add(changed(func(b []byte) { b[24] = 200 }))
	f.Add([]byte("edgf"))
	var all bytes.Buffer
	w := NewWriter(&all)
	_ = w.Source("a camera")
	_ = w.Alive()
	_ = w.Frame(testFrame(1, 2, 2))
	_ = w.End()
	f.Add(all.Bytes())
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := NewReader(bytes.NewReader(stream))
		var frame Frame
		var again bytes.Buffer
		w := NewWriter(&again)
		for {
			kind, err := r.Read(&frame)
			if err != nil {
				break
			}
			switch kind {
			case RecordFrame:
				err = w.Frame(&frame)
			case RecordSource:
				err = w.Source(r.Source())
			case RecordAlive:
				err = w.Alive()
			case RecordEnd:
				err = w.End()
			}
			if err != nil {
				t.Fatalf("what was read can't be written: %v", err)
			}
		}
		if cap(frame.Pixels) > len(stream)+readStep {
			t.Errorf("%d bytes of pixels from a stream of %d", cap(frame.Pixels), len(stream))
		}
	})
}
