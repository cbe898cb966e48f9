package hdf5

import (
	"encoding/binary"
	"math"

	"edged/quant"
)

// class is a datatype's kind.
type class uint8

const (
	classInteger  class = 0
	classFloat    class = 1
	classString   class = 3
	classOpaque   class = 5
	classEnum     class = 8
	classVariable class = 9 // variable length: a sequence or a string
)

// datatype describes one element.
type datatype struct {
	class    class
	size     int // bytes in the file
	big      bool
	signed   bool
	padding  int  // of strings: 0 zero-terminated, 1 zeros, 2 spaces
	isString bool // of classVariable
	bfloat16 bool // of classOpaque
}

// readDatatype reads a datatype message (specification IV.A.2.d).
func readDatatype(c *cursor) datatype {
	first := c.u8()
	bits := uint32(c.uint(3))
	t := datatype{class: class(first & 0x0f), size: int(c.u32())}
	if c.err != nil {
		return t
	}
	if v := first >> 4; v < 1 || v > 4 {
		c.fail("version %d of a datatype is unknown", v)
		return t
	}
	switch t.class {
	case classInteger:
		t.big, t.signed = bits&1 != 0, bits&8 != 0
	case classFloat:
		t.readFloat(c, bits)
	case classString:
		t.padding = int(bits & 0x0f)
	case classVariable:
		t.isString = bits&0x0f == 1
	case classEnum:
		base := readDatatype(c)
		t.class, t.big, t.signed = base.class, base.big, base.signed
		if base.size != t.size || base.class != classInteger {
			c.fail("an enumeration over something else than integers of its size")
		}
	default:
		// Other classes occur in attributes that nobody asks for; reading
		// such a value is what fails.
	}
	return t
}

// readFloat accepts the IEEE 754 types and bfloat16 stored as its own layout.
func (t *datatype) readFloat(c *cursor, bits uint32) {
	t.big = bits&1 != 0
	c.skip(4) // bit offset and precision
	exponentAt, exponent := c.u8(), c.u8()
	mantissaAt, mantissa := c.u8(), c.u8()
	if c.err != nil {
		return
	}
	got := [4]int{exponentAt, exponent, mantissaAt, mantissa}
	want := map[int][4]int{2: {10, 5, 0, 10}, 4: {23, 8, 0, 23}, 8: {52, 11, 0, 52}}[t.size]
	if got != want || bits&0x40 != 0 {
		c.fail("a floating-point type of %d bytes that is not IEEE 754", t.size)
	}
}

func (t datatype) order() binary.ByteOrder {
	if t.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// numeric tells whether elements can be read as numbers.
func (t datatype) numeric() bool {
	switch t.class {
	case classFloat:
		return true
	case classInteger:
		return t.size == 1 || t.size == 2 || t.size == 4 || t.size == 8
	case classOpaque:
		return t.bfloat16
	}
	return false
}

// floats converts raw elements to float32.
func (t datatype) floats(dst []float32, raw []byte) {
	if t.class == classFloat && t.size == 4 && !t.big {
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[i*4:]))
		}
		return
	}
	if t.class == classFloat && t.size == 2 && !t.big && !t.bfloat16 {
		quant.DecodeFloat16(dst, raw)
		return
	}
	for i := range dst {
		dst[i] = float32(t.float(raw[i*t.size : (i+1)*t.size]))
	}
}

// float converts one raw element.
func (t datatype) float(b []byte) float64 {
	if t.class == classInteger {
		v := t.integer(b)
		if t.signed {
			return float64(v)
		}
		return float64(uint64(v))
	}
	switch {
	case t.bfloat16:
		return float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16))
	case t.size == 2:
		return float64(quant.FromFloat16(t.order().Uint16(b)))
	case t.size == 4:
		return float64(math.Float32frombits(t.order().Uint32(b)))
	default:
		return math.Float64frombits(t.order().Uint64(b))
	}
}

// integer converts one raw element, sign-extended where the type is signed.
func (t datatype) integer(b []byte) int64 {
	switch t.size {
	case 1:
		if t.signed {
			return int64(int8(b[0]))
		}
		return int64(b[0])
	case 2:
		if v := t.order().Uint16(b); t.signed {
			return int64(int16(v))
		} else {
			return int64(v)
		}
	case 4:
		if v := t.order().Uint32(b); t.signed {
			return int64(int32(v))
		} else {
			return int64(v)
		}
	default:
		return int64(t.order().Uint64(b))
	}
}
