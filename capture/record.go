package capture

import (
	"encoding/binary"
	"fmt"
)

// Version is the version of the frame protocol.
const Version = 1

// MaxPixels is the largest picture, width times height, that is written or
// read: 64 megapixels, 192 MB.
const MaxPixels = 64 << 20

// Record is the kind of a record of the frame protocol.
//
// edged-camera writes records to its standard output, each a header of 40
// bytes, little-endian, and a payload:
//
//	offset  size
//	     0     4  magic, "edgf"
//	     4     2  version of the protocol, 1
//	     6     2  kind of record
//	     8     8  sequence number, 1 for the first frame
//	    16     8  capture time, nanoseconds since 1970, signed
//	    24     4  width in pixels
//	    28     4  height in pixels
//	    32     4  pixel format, 1: RGB, 8 bits each, rows without padding
//	    36     4  length of the payload in bytes
//
// Numbers that mean nothing to a kind are zero.
type Record uint16

// The kinds of record.
const (
	RecordFrame  Record = 1 + iota // a picture; the payload is its pixels
	RecordSource                   // what was opened, a line of text, before the first frame
	RecordAlive                    // nothing to show now, but all is well: a clip of one picture a minute
	RecordEnd                      // a clip is over
)

const (
	headerSize = 40
	formatRGB  = 1
	maxText    = 1024
)

var magic = [4]byte{'e', 'd', 'g', 'f'}

type header struct {
	kind          Record
	sequence      uint64
	nanoseconds   int64
	width, height uint32
	format        uint32
	length        uint32
}

func (h *header) encode(b *[headerSize]byte) {
	le := binary.LittleEndian
	copy(b[:], magic[:])
	le.PutUint16(b[4:], Version)
	le.PutUint16(b[6:], uint16(h.kind))
	le.PutUint64(b[8:], h.sequence)
	le.PutUint64(b[16:], uint64(h.nanoseconds))
	le.PutUint32(b[24:], h.width)
	le.PutUint32(b[28:], h.height)
	le.PutUint32(b[32:], h.format)
	le.PutUint32(b[36:], h.length)
}

// decode reads and checks a header. After it the payload's length is what kind,
// width and height allow.
func (h *header) decode(b *[headerSize]byte) error {
	le := binary.LittleEndian
	if [4]byte(b[:4]) != magic {
		return fmt.Errorf("not a frame stream: it has %q where a record should begin; is the program edged-camera?", b[:4])
	}
	if v := le.Uint16(b[4:]); v != Version {
		return fmt.Errorf("frame stream of version %d, but this edged reads version %d: install edged and edged-camera of one release", v, Version)
	}
	*h = header{
		kind:        Record(le.Uint16(b[6:])),
		sequence:    le.Uint64(b[8:]),
		nanoseconds: int64(le.Uint64(b[16:])),
		width:       le.Uint32(b[24:]),
		height:      le.Uint32(b[28:]),
		format:      le.Uint32(b[32:]),
		length:      le.Uint32(b[36:]),
	}
	return h.check()
}

func (h *header) check() error {
	switch h.kind {
	case RecordFrame:
		if h.format != formatRGB {
			return fmt.Errorf("frame %d: unknown pixel format %d", h.sequence, h.format)
		}
		pixels := uint64(h.width) * uint64(h.height)
		if pixels == 0 || pixels > MaxPixels {
			return fmt.Errorf("frame %d: %dx%d pixels, but frames have 1 to %d", h.sequence, h.width, h.height, MaxPixels)
		}
		if uint64(h.length) != pixels*channels {
			return fmt.Errorf("frame %d: a payload of %d bytes, but %dx%d pixels take %d", h.sequence, h.length, h.width, h.height, pixels*channels)
		}
	case RecordSource:
		if h.length > maxText {
			return fmt.Errorf("frame stream: a text of %d bytes, but %d is the limit", h.length, maxText)
		}
	case RecordAlive, RecordEnd:
		if h.length != 0 {
			return fmt.Errorf("frame stream: a payload of %d bytes where none belongs", h.length)
		}
	default:
		return fmt.Errorf("frame stream: unknown kind of record %d", h.kind)
	}
	return nil
}
