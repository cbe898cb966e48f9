package hdf5

import "encoding/binary"

// undefined is HDF5's address of nothing: all bits set.
const undefined = ^uint64(0)

// cursor walks over a block of metadata. The first read past the end sets err;
// from then on every read gives zero.
type cursor struct {
	data    []byte
	pos     int
	address int64 // of data[0] in the file
	sizes   sizes
	err     error
}

// sizes are the widths in bytes of addresses and lengths in this file.
type sizes struct {
	offset, length int
}

func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = errorAt(c.address+int64(c.pos), format, args...)
	}
}

func (c *cursor) remaining() int { return len(c.data) - c.pos }

func (c *cursor) bytes(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n < 0 || n > c.remaining() {
		c.fail("the block ends %d bytes too early", n-c.remaining())
		return nil
	}
	b := c.data[c.pos : c.pos+n]
	c.pos += n
	return b
}

func (c *cursor) skip(n int) { c.bytes(n) }

func (c *cursor) uint(width int) uint64 {
	b := c.bytes(width)
	if b == nil {
		return 0
	}
	var v uint64
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}

func (c *cursor) u8() int     { return int(c.uint(1)) }
func (c *cursor) u16() int    { return int(c.uint(2)) }
func (c *cursor) u32() uint32 { return uint32(c.uint(4)) }

// offset reads an address; all bits set reads as undefined whatever the width.
func (c *cursor) offset() uint64 { return c.wide(c.sizes.offset) }

// length reads a length, with the same rule for "unlimited".
func (c *cursor) length() uint64 { return c.wide(c.sizes.length) }

func (c *cursor) wide(width int) uint64 {
	v := c.uint(width)
	if width < 8 && v == 1<<(8*width)-1 {
		return undefined
	}
	return v
}

func (c *cursor) signature(want string) {
	if got := c.bytes(len(want)); c.err == nil && string(got) != want {
		c.pos -= len(want)
		c.fail("expected the signature %q, found %q", want, got)
	}
}

func (c *cursor) version(name string, allowed ...int) int {
	v := c.u8()
	for _, a := range allowed {
		if v == a {
			return v
		}
	}
	if c.err == nil {
		c.pos--
		c.fail("version %d of the %s is unknown", v, name)
	}
	return v
}

// cstring reads up to and including a zero byte.
func (c *cursor) cstring() string {
	if c.err != nil {
		return ""
	}
	for i := c.pos; i < len(c.data); i++ {
		if c.data[i] == 0 {
			s := string(c.data[c.pos:i])
			c.pos = i + 1
			return s
		}
	}
	c.fail("a name has no end")
	return ""
}

// checksum compares the four bytes that follow with the lookup3 hash of
// everything from the block's start.
func (c *cursor) checksum(of string) {
	end := c.pos
	b := c.bytes(4)
	if b == nil {
		return
	}
	if binary.LittleEndian.Uint32(b) != lookup3(c.data[:end]) {
		c.fail("the checksum of the %s is wrong", of)
	}
}
