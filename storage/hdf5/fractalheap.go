package hdf5

// fractalHeap holds the links of a large new group or the attributes of an
// object that has many (specification III.G).
type fractalHeap struct {
	file       *File
	offsetSize int // bytes of an offset inside the heap
	lengthSize int // bytes of an object's length
	checked    bool
	startBlock uint64
	maxDirect  uint64
	tableWidth int
	rows       int // of the root indirect block, 0: the root is a direct block
	root       uint64
}

const maxHeapRows = 64

func (f *File) fractalHeap(address uint64) (*fractalHeap, error) {
	o, l := f.sizes.offset, f.sizes.length
	c, err := f.block(address, int64(26+3*o+12*l))
	if err != nil {
		return nil, err
	}
	h := &fractalHeap{file: f}
	c.signature("FRHP")
	c.version("fractal heap", 0)
	c.skip(2) // length of an identifier
	filters := c.u16()
	h.checked = c.u8()&2 != 0
	maxObject := uint64(c.u32())
	c.skip(l + o + l + o + 8*l) // huge and free objects, counts
	h.tableWidth = c.u16()
	h.startBlock, h.maxDirect = c.length(), c.length()
	bits := c.u16()
	c.skip(2)
	h.root, h.rows = c.offset(), c.u16()
	c.checksum("fractal heap")
	if c.err != nil {
		return nil, c.err
	}
	if filters != 0 {
		return nil, errorAt(c.address, "a compressed fractal heap, which is not read")
	}
	size := uint64(f.size)
	if h.tableWidth == 0 || h.startBlock == 0 || h.startBlock > size || h.maxDirect < h.startBlock || h.maxDirect > size*2+1<<20 || h.rows > maxHeapRows || bits == 0 || bits > 64 {
		return nil, errorAt(c.address, "a fractal heap with impossible sizes")
	}
	h.offsetSize = (bits + 7) / 8
	h.lengthSize = min(width(h.maxDirect), width(maxObject))
	return h, nil
}

// object returns the object that an identifier names.
func (h *fractalHeap) object(id *cursor) (*cursor, error) {
	flags := id.u8()
	if id.err != nil {
		return nil, id.err
	}
	switch flags >> 4 & 3 {
	case 0:
		offset, n := id.uint(h.offsetSize), id.uint(h.lengthSize)
		if id.err != nil {
			return nil, id.err
		}
		return h.managed(offset, n)
	case 2:
		return &cursor{data: id.bytes(min(flags&15+1, id.remaining())), address: id.address, sizes: h.file.sizes}, id.err
	}
	return nil, errorAt(id.address, "a huge object in a fractal heap, which is not read")
}

// managed reads n bytes at an offset of the heap's own address space.
func (h *fractalHeap) managed(offset, n uint64) (*cursor, error) {
	block, size, start := h.root, h.startBlock, uint64(0)
	var err error
	for rows, depth := h.rows, 0; rows > 0; depth++ {
		if depth == maxDepth {
			return nil, errorAt(int64(block), "a fractal heap without end")
		}
		if block, size, start, rows, err = h.descend(block, rows, start, offset); err != nil {
			return nil, err
		}
	}
	within := offset - start
	if n > size || within > size-n {
		return nil, errorAt(int64(block), "an object of %d bytes outside of its heap block", n)
	}
	if block == undefined || block > uint64(h.file.size) {
		return nil, errorAt(-1, "an object in a heap block that is not there")
	}
	return h.file.block(block+within, int64(n))
}

// descend finds, in an indirect block, the child that holds an offset.
func (h *fractalHeap) descend(block uint64, rows int, start, offset uint64) (child, size, childStart uint64, childRows int, err error) {
	o := h.file.sizes.offset
	head := 5 + o + h.offsetSize
	c, err := h.file.block(block, int64(head+rows*h.tableWidth*o))
	if err != nil {
		return 0, 0, 0, 0, err
	}
	c.signature("FHIB")
	c.skip(head - 4)
	size = h.startBlock
	for row := range rows {
		if row > 1 {
			size *= 2
		}
		for range h.tableWidth {
			child = c.offset()
			if offset >= start && offset-start < size {
				if size > h.maxDirect {
					childRows = h.rowsOf(size)
				}
				return child, size, start, childRows, c.err
			}
			start += size
		}
	}
	return 0, 0, 0, 0, errorAt(c.address, "an object outside of its fractal heap")
}

// rowsOf is the number of rows of an indirect block that spans size bytes.
func (h *fractalHeap) rowsOf(size uint64) int {
	rows := 1
	for span := h.startBlock * uint64(h.tableWidth); span < size && rows < maxHeapRows; rows++ {
		span *= 2
	}
	return rows
}

// The kinds of version 2 B-trees that are read.
const (
	treeChunks          = 10
	treeFilteredChunks  = 11
	treeLinksByName     = 5
	treeAttributesNamed = 8
)

// denseLinks reads the members of a group from its link info message.
func (f *File) denseLinks(c cursor, links linkSet) error {
	c.version("link info", 0)
	if c.u8()&1 != 0 {
		c.skip(8)
	}
	heapAt, names := c.offset(), c.offset()
	if c.err != nil || heapAt == undefined || names == undefined {
		return c.err
	}
	return f.dense(heapAt, names, treeLinksByName, func(object *cursor) error { return links.read(object) })
}

// denseAttributes reads attributes that are stored outside of the header.
func (f *File) denseAttributes(c cursor) ([]*Attribute, error) {
	c.version("attribute info", 0)
	if c.u8()&1 != 0 {
		c.skip(2)
	}
	heapAt, names := c.offset(), c.offset()
	if c.err != nil || heapAt == undefined || names == undefined {
		return nil, c.err
	}
	var out []*Attribute
	err := f.dense(heapAt, names, treeAttributesNamed, func(object *cursor) error {
		a, err := f.attribute(*object)
		if err == nil {
			out = append(out, a)
		}
		return err
	})
	return out, err
}

// dense visits every object of a heap in the order of a tree of identifiers.
func (f *File) dense(heapAt, tree uint64, kind int, visit func(object *cursor) error) error {
	heap, err := f.fractalHeap(heapAt)
	if err != nil {
		return err
	}
	return f.records(tree, kind, func(record *cursor) error {
		if kind == treeLinksByName {
			record.skip(4) // hash of the name
		}
		id := *record
		object, err := heap.object(&id)
		if err != nil {
			return err
		}
		return visit(object)
	})
}
