package hdf5

// recordTree reads all records of a version 2 B-tree (specification III.A.2).
type recordTree struct {
	file       *File
	kind       int
	nodeSize   int64
	recordSize int
	capacities []int // records a node holds, by level from the leaves
	totals     []int // bytes that a child's total number of records takes, by level
	countSize  int
	visit      func(record *cursor) error
}

// records calls visit for every record of the tree at an address, in order.
func (f *File) records(address uint64, kind int, visit func(record *cursor) error) error {
	c, err := f.block(address, int64(22+f.sizes.offset+f.sizes.length))
	if err != nil {
		return err
	}
	c.signature("BTHD")
	c.version("tree", 0)
	if got := c.u8(); c.err == nil && got != kind {
		c.fail("a tree of kind %d where %d was expected", got, kind)
	}
	t := &recordTree{file: f, kind: kind, visit: visit}
	t.nodeSize, t.recordSize = int64(c.u32()), c.u16()
	depth := c.u16()
	c.skip(2) // split and merge percentages
	root, count := c.offset(), c.u16()
	c.length() // total number of records
	c.checksum("tree")
	if c.err != nil {
		return c.err
	}
	if t.recordSize == 0 || t.nodeSize < int64(10+t.recordSize) || t.nodeSize > f.size || depth > maxDepth {
		return errorAt(c.address, "a tree with nodes of %d bytes, records of %d and depth %d", t.nodeSize, t.recordSize, depth)
	}
	if root == undefined {
		return nil
	}
	t.layout(depth)
	return t.node(root, count, depth)
}

// layout computes how many records each level's nodes hold and how wide the
// counts in internal nodes are.
func (t *recordTree) layout(depth int) {
	leaf := int(t.nodeSize-10) / t.recordSize
	t.capacities, t.totals = []int{leaf}, []int{0}
	t.countSize = width(uint64(leaf))
	total := uint64(leaf)
	for level := 1; level <= depth; level++ {
		pointer := t.file.sizes.offset + t.countSize + t.totals[level-1]
		capacity := max(0, (int(t.nodeSize)-10-pointer)/(t.recordSize+pointer))
		t.capacities = append(t.capacities, capacity)
		total = min(total*uint64(capacity+1)+uint64(capacity), 1<<56)
		t.totals = append(t.totals, width(total))
	}
}

// width is the number of bytes that hold v.
func width(v uint64) int {
	n := 1
	for v >>= 8; v != 0; v >>= 8 {
		n++
	}
	return n
}

func (t *recordTree) node(address uint64, count, level int) error {
	if count > t.capacities[level] {
		return errorAt(int64(address), "a tree node of %d records where %d fit", count, t.capacities[level])
	}
	c, err := t.file.block(address, t.nodeSize)
	if err != nil {
		return err
	}
	name := "BTLF"
	if level > 0 {
		name = "BTIN"
	}
	c.signature(name)
	c.version("tree node", 0)
	c.skip(1)
	records := make([]cursor, count)
	for i := range records {
		records[i] = cursor{address: c.address + int64(c.pos), data: c.bytes(t.recordSize), sizes: t.file.sizes}
	}
	if c.err != nil {
		return c.err
	}
	for i := 0; level > 0 && i <= count; i++ {
		child := c.offset()
		n := int(c.uint(t.countSize))
		if level > 1 {
			c.skip(t.totals[level-1])
		}
		if c.err != nil {
			return c.err
		}
		if err := t.node(child, n, level-1); err != nil {
			return err
		}
		if i < count {
			if err := t.visit(&records[i]); err != nil {
				return err
			}
		}
	}
	c.checksum("tree node")
	if c.err != nil {
		return c.err
	}
	for i := 0; level == 0 && i < count; i++ {
		if err := t.visit(&records[i]); err != nil {
			return err
		}
	}
	return nil
}
