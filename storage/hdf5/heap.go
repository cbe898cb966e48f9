package hdf5

// localHeap reads the data segment of a local heap: the names of an old group.
func (f *File) localHeap(address uint64) (*cursor, error) {
	c, err := f.block(address, int64(8+2*f.sizes.length+f.sizes.offset))
	if err != nil {
		return nil, err
	}
	c.signature("HEAP")
	c.version("local heap", 0)
	c.skip(3)
	size := c.length()
	c.length() // free list
	data := c.offset()
	if c.err != nil {
		return nil, c.err
	}
	if size > uint64(f.size) {
		return nil, errorAt(c.address, "a local heap of %d bytes", size)
	}
	return f.block(data, int64(size))
}

// globalHeapID refers to an object of variable length.
type globalHeapID struct {
	length     int
	collection uint64
	index      int
}

func readGlobalHeapID(c *cursor) globalHeapID {
	return globalHeapID{length: int(c.u32()), collection: c.offset(), index: int(c.u32())}
}

// globalHeap returns the objects of a global heap collection by index.
func (f *File) globalHeap(address uint64) (map[int][]byte, error) {
	head, err := f.block(address, int64(8+f.sizes.length))
	if err != nil {
		return nil, err
	}
	head.signature("GCOL")
	head.version("global heap", 1)
	head.skip(3)
	size := head.length()
	if head.err != nil {
		return nil, head.err
	}
	if size > uint64(f.size) {
		return nil, errorAt(head.address, "a global heap of %d bytes", size)
	}
	c, err := f.block(address, int64(size))
	if err != nil {
		return nil, err
	}
	c.skip(8 + f.sizes.length)
	objects := map[int][]byte{}
	for c.remaining() >= 8+f.sizes.length {
		index := c.u16()
		c.skip(6)
		n := c.length()
		if index == 0 {
			break
		}
		if n > uint64(c.remaining()) {
			return nil, errorAt(c.address+int64(c.pos), "an object of %d bytes in a global heap", n)
		}
		objects[index] = c.bytes(int(n))
		c.skip(min(int(-n&7), c.remaining()))
	}
	return objects, c.err
}
