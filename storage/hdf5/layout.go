package hdf5

// layout says where a dataset's elements are.
type layout struct {
	kind    int
	compact []byte
	extent  extent // contiguous
	chunk   []int  // extent of a chunk, without the element size
	index   chunkIndex
}

// The kinds of layouts; any other is chunked.
const (
	compact    = 0
	contiguous = 1
)

// chunkIndex finds the chunks of a dataset.
type chunkIndex struct {
	kind     int // 0: version 1 B-tree, else as version 4 layouts number them
	address  uint64
	size     uint64 // of a filtered single chunk
	mask     uint32
	pageBits int
}

// The chunk indexes of version 4 layouts.
const (
	indexOldTree    = 0
	indexSingle     = 1
	indexImplicit   = 2
	indexFixedArray = 3
	indexExtensible = 4
	indexTree       = 5
)

// readLayout reads a data layout message (specification IV.A.2.i).
func readLayout(c *cursor) layout {
	var l layout
	switch version := c.version("data layout", 1, 2, 3, 4); version {
	case 1, 2:
		l.readOld(c)
	default:
		l.kind = c.u8()
		switch {
		case l.kind == compact:
			n := c.u16()
			l.compact = c.bytes(n)
		case l.kind == contiguous:
			l.extent = extent{address: c.offset(), length: int64(c.length())}
		case l.kind == 2 && version == 3:
			rank := c.u8()
			l.index.address = c.offset()
			l.readChunk(c, rank, 4)
		case l.kind == 2:
			l.readIndexed(c)
		default:
			c.fail("layout class %d is not read", l.kind)
		}
	}
	return l
}

func (l *layout) readOld(c *cursor) {
	rank := c.u8()
	l.kind = c.u8()
	c.skip(5)
	if l.kind != compact {
		address := c.offset()
		l.extent.address, l.index.address = address, address
		l.extent.length = -1 // what the shape says
	}
	switch l.kind {
	case 0:
		c.skip(4 * rank)
		n := c.u32()
		if uint64(n) > uint64(c.remaining()) {
			c.fail("%d bytes of compact data", n)
			return
		}
		l.compact = c.bytes(int(n))
	case 2:
		l.readChunk(c, rank, 4)
	}
}

// readChunk reads a chunk's dimensions, of which the last is the element size.
func (l *layout) readChunk(c *cursor, rank, width int) {
	if rank < 1 || rank > maxRank+1 {
		c.fail("chunks of %d dimensions", rank)
		return
	}
	for range rank - 1 {
		d := c.uint(width)
		if c.err == nil && (d == 0 || d > 1<<40) {
			c.fail("a chunk dimension of %d", d)
		}
		l.chunk = append(l.chunk, int(d))
	}
	c.uint(width)
}

func (l *layout) readIndexed(c *cursor) {
	flags, rank, width := c.u8(), c.u8(), c.u8()
	if c.err == nil && (width < 1 || width > 8) {
		c.fail("chunk dimensions of %d bytes", width)
		return
	}
	l.readChunk(c, rank, width)
	l.index.kind = c.u8()
	switch l.index.kind {
	case indexSingle:
		if flags&2 != 0 {
			l.index.size, l.index.mask = c.length(), c.u32()
		}
	case indexImplicit:
	case indexFixedArray:
		l.index.pageBits = c.u8()
	case indexExtensible:
		c.skip(5)
	case indexTree:
		c.skip(6)
	default:
		c.fail("chunk index %d is unknown", l.index.kind)
	}
	l.index.address = c.offset()
}
