package hdf5

// message is one message of an object header.
type message struct {
	kind   int
	shared bool
	body   cursor
}

// The kinds of messages that are read.
const (
	msgDataspace    = 0x01
	msgLinkInfo     = 0x02
	msgDatatype     = 0x03
	msgFillOld      = 0x04
	msgFill         = 0x05
	msgLink         = 0x06
	msgExternal     = 0x07
	msgLayout       = 0x08
	msgFilters      = 0x0b
	msgAttribute    = 0x0c
	msgContinuation = 0x10
	msgSymbolTable  = 0x11
	msgAttributes   = 0x15
)

// maxHeaderBlocks bounds the continuation blocks of one object header.
const maxHeaderBlocks = 1 << 12

// header reads all messages of the object header at an address.
func (f *File) header(address uint64) ([]message, error) {
	c, err := f.blockUpTo(address, 64)
	if err != nil {
		return nil, err
	}
	if string(c.data[:min(4, len(c.data))]) == "OHDR" {
		return f.newHeader(address, c)
	}
	return f.oldHeader(address, c)
}

func (f *File) oldHeader(address uint64, c *cursor) ([]message, error) {
	c.version("object header", 1)
	c.skip(1)
	count := c.u16()
	c.skip(4)
	size := int64(c.u32())
	if c.err != nil {
		return nil, c.err
	}
	h := headerReader{file: f, limit: count}
	return h.messages(extent{address: address + 16, length: size})
}

func (f *File) newHeader(address uint64, c *cursor) ([]message, error) {
	c.signature("OHDR")
	c.version("object header", 2)
	flags := c.u8()
	if flags&0x20 != 0 {
		c.skip(16) // times
	}
	if flags&0x10 != 0 {
		c.skip(4) // phase change of attributes
	}
	size := int64(c.uint(1 << (flags & 3)))
	if c.err != nil {
		return nil, c.err
	}
	prefix := int64(c.pos)
	if size < 0 || size > f.size {
		return nil, errorAt(c.address, "the object header claims %d bytes", size)
	}
	h := headerReader{file: f, limit: -1, tracked: flags&0x04 != 0, prefix: prefix}
	return h.messages(extent{address: address, length: prefix + size + 4})
}

// extent is a piece of the file.
type extent struct {
	address uint64
	length  int64
}

// headerReader collects messages over all blocks of one object header.
type headerReader struct {
	file    *File
	limit   int   // messages a version 1 header announces, -1: version 2
	prefix  int64 // version 2: bytes before the first message of the first block
	tracked bool  // version 2: messages carry their creation order
	blocks  []extent
	out     []message
}

func (h *headerReader) messages(first extent) ([]message, error) {
	h.blocks = []extent{first}
	for i := 0; i < len(h.blocks); i++ {
		if i == maxHeaderBlocks {
			return nil, errorAt(int64(first.address), "an object header continues without end")
		}
		c, err := h.file.block(h.blocks[i].address, h.blocks[i].length)
		if err != nil {
			return nil, err
		}
		if h.limit >= 0 {
			err = h.oldBlock(c)
		} else {
			err = h.newBlock(c, i == 0)
		}
		if err != nil {
			return nil, err
		}
	}
	return h.out, nil
}

func (h *headerReader) oldBlock(c *cursor) error {
	for c.remaining() >= 8 && h.limit > 0 {
		h.limit--
		kind, size, flags := c.u16(), c.u16(), c.u8()
		c.skip(3)
		h.add(c, kind, size, flags)
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

func (h *headerReader) newBlock(c *cursor, first bool) error {
	if len(c.data) < 8 {
		return errorAt(c.address, "an object header block of %d bytes", len(c.data))
	}
	whole := *c
	whole.pos = len(c.data) - 4
	if whole.checksum("object header"); whole.err != nil {
		return whole.err
	}
	c.data = c.data[:len(c.data)-4]
	if first {
		c.skip(int(h.prefix))
	} else {
		c.signature("OCHK")
	}
	head := 4
	if h.tracked {
		head += 2
	}
	for c.err == nil && c.remaining() >= head {
		kind, size, flags := c.u8(), c.u16(), c.u8()
		if h.tracked {
			c.skip(2)
		}
		h.add(c, kind, size, flags)
	}
	return c.err
}

func (h *headerReader) add(c *cursor, kind, size, flags int) {
	at := c.address + int64(c.pos)
	body := cursor{data: c.bytes(size), address: at, sizes: h.file.sizes}
	if c.err != nil {
		return
	}
	if kind == msgContinuation {
		next := extent{address: body.offset(), length: int64(body.length())}
		if body.err != nil {
			c.err = body.err
			return
		}
		h.blocks = append(h.blocks, next)
		return
	}
	h.out = append(h.out, message{kind: kind, shared: flags&2 != 0, body: body})
}
