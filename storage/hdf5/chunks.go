package hdf5

// chunk is one stored piece of a dataset.
type chunk struct {
	offset []int // of its first element in the dataset
	extent extent
	mask   uint32 // filters that were not applied
}

// chunkReader walks over the chunks of one dataset.
type chunkReader struct {
	file     *File
	layout   layout
	dims     []int
	element  int // bytes
	filtered bool
	visit    func(chunk) error
}

// each calls visit for every chunk that is stored.
func (r *chunkReader) each() error {
	x := r.layout.index
	if x.address == undefined {
		return nil
	}
	switch x.kind {
	case indexOldTree:
		return r.oldTree(x.address, maxDepth)
	case indexSingle:
		n := int64(x.size)
		if !r.filtered {
			n = int64(r.plainSize())
		}
		return r.visit(chunk{offset: make([]int, len(r.dims)), extent: extent{x.address, n}, mask: x.mask})
	case indexImplicit:
		return r.implicit()
	case indexFixedArray:
		return r.fixedArray()
	case indexTree:
		return r.tree()
	}
	return errorAt(-1, "the chunks of a dataset without a size limit, which are not read: write it with a fixed shape")
}

// plainSize is the size in bytes of a chunk without filters.
func (r *chunkReader) plainSize() int {
	n := r.element
	for _, d := range r.layout.chunk {
		n *= d
	}
	return n
}

// grid is the number of chunks along each dimension, and in all.
func (r *chunkReader) grid() ([]int, int) {
	grid, total := make([]int, len(r.dims)), 1
	for i, d := range r.dims {
		grid[i] = (d + r.layout.chunk[i] - 1) / r.layout.chunk[i]
		total *= grid[i]
	}
	return grid, total
}

// at is the offset of the chunk with a running number.
func (r *chunkReader) at(number int, grid []int) []int {
	offset := make([]int, len(grid))
	for i := len(grid) - 1; i >= 0; i-- {
		offset[i] = number % grid[i] * r.layout.chunk[i]
		number /= grid[i]
	}
	return offset
}

// oldTree walks over a version 1 B-tree of chunks (specification III.A.1).
func (r *chunkReader) oldTree(address uint64, depth int) error {
	rank := len(r.dims)
	node, err := r.file.treeNode(address, 1, 8+8*(rank+1))
	if err != nil {
		return err
	}
	if depth == 0 {
		return errorAt(node.address, "the tree of a dataset's chunks has no end")
	}
	for i, child := range node.children {
		if node.level > 0 {
			err = r.oldTree(child, depth-1)
		} else {
			key := cursor{data: node.keys[i], address: node.address, sizes: r.file.sizes}
			c := chunk{extent: extent{address: child, length: int64(key.u32())}, mask: key.u32()}
			for range rank {
				c.offset = append(c.offset, int(key.uint(8)))
			}
			err = firstError(key.err, r.visit(c))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *chunkReader) implicit() error {
	grid, total := r.grid()
	n := int64(r.plainSize())
	for i := range total {
		c := chunk{offset: r.at(i, grid), extent: extent{r.layout.index.address + uint64(int64(i)*n), n}}
		if err := r.visit(c); err != nil {
			return err
		}
	}
	return nil
}

// entry reads one element of a fixed array: where a chunk is.
func (r *chunkReader) entry(c *cursor, sizeWidth int) chunk {
	out := chunk{extent: extent{c.offset(), int64(r.plainSize())}}
	if r.filtered {
		out.extent.length, out.mask = int64(c.uint(sizeWidth)), c.u32()
	}
	return out
}

// fixedArray walks over a fixed array of chunks (specification VII.C).
func (r *chunkReader) fixedArray() error {
	f := r.file
	c, err := f.block(r.layout.index.address, int64(12+f.sizes.offset+f.sizes.length))
	if err != nil {
		return err
	}
	c.signature("FAHD")
	c.version("fixed array", 0)
	c.skip(1)
	entrySize, pageBits := c.u8(), c.u8()
	count, data := c.length(), c.offset()
	c.checksum("fixed array")
	if c.err != nil || data == undefined {
		return c.err
	}
	grid, total := r.grid()
	sizeWidth := entrySize - f.sizes.offset - 4
	if count != uint64(total) || pageBits > 32 || r.filtered && (sizeWidth < 1 || sizeWidth > 8) || !r.filtered && entrySize != f.sizes.offset {
		return errorAt(c.address, "a fixed array that does not fit its dataset")
	}
	head := int64(6 + f.sizes.offset)
	at, number := data+uint64(head), 0
	page := total
	if total > 1<<pageBits {
		page = 1 << pageBits
		at += uint64((total+page-1)/page+7)/8 + 4 // bitmap of pages and checksum
	}
	for number < total {
		n := min(page, total-number)
		entries, err := f.block(at, int64(n*entrySize+4))
		if err != nil {
			return err
		}
		for range n {
			ch := r.entry(entries, sizeWidth)
			ch.offset = r.at(number, grid)
			number++
			if err := firstError(entries.err, r.visit(ch)); err != nil {
				return err
			}
		}
		at += uint64(n*entrySize + 4)
	}
	return nil
}

// tree walks over a version 2 B-tree of chunks.
func (r *chunkReader) tree() error {
	kind := treeChunks
	if r.filtered {
		kind = treeFilteredChunks
	}
	return r.file.records(r.layout.index.address, kind, func(record *cursor) error {
		c := chunk{extent: extent{record.offset(), int64(r.plainSize())}}
		if r.filtered {
			sizeWidth := record.remaining() - 4 - 8*len(r.dims)
			if sizeWidth < 1 || sizeWidth > 8 {
				return errorAt(record.address, "a chunk record of %d bytes", len(record.data))
			}
			c.extent.length, c.mask = int64(record.uint(sizeWidth)), record.u32()
		}
		for i := range r.dims {
			scaled := record.uint(8)
			if scaled > uint64(r.dims[i]/r.layout.chunk[i]) {
				return errorAt(record.address, "a chunk outside of its dataset")
			}
			c.offset = append(c.offset, int(scaled)*r.layout.chunk[i])
		}
		return firstError(record.err, r.visit(c))
	})
}
