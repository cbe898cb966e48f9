package hdf5

// maxDepth bounds the depth of every tree in the file.
const maxDepth = 16

// oldGroup reads the members of a group that is a version 1 B-tree of symbol
// table nodes with its names in a local heap (specification III.A, III.B).
func (f *File) oldGroup(c cursor, links linkSet) error {
	tree, heap := c.offset(), c.offset()
	if c.err != nil {
		return c.err
	}
	names, err := f.localHeap(heap)
	if err != nil {
		return err
	}
	return f.groupNode(tree, names, links, maxDepth)
}

func (f *File) groupNode(address uint64, names *cursor, links linkSet, depth int) error {
	node, err := f.treeNode(address, 0, f.sizes.length)
	if err != nil {
		return err
	}
	if depth == 0 {
		return errorAt(node.address, "the tree of a group has no end")
	}
	for _, child := range node.children {
		if node.level > 0 {
			err = f.groupNode(child, names, links, depth-1)
		} else {
			err = f.symbols(child, names, links)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// treeNode is one node of a version 1 B-tree.
type treeNode struct {
	address  int64
	level    int
	keys     [][]byte // one more than children
	children []uint64
}

func (f *File) treeNode(address uint64, kind, keySize int) (*treeNode, error) {
	head := int64(8 + 2*f.sizes.offset)
	c, err := f.block(address, head)
	if err != nil {
		return nil, err
	}
	c.signature("TREE")
	got := c.u8()
	level, used := c.u8(), c.u16()
	if c.err != nil {
		return nil, c.err
	}
	if got != kind {
		return nil, errorAt(c.address, "a tree of kind %d where %d was expected", got, kind)
	}
	body, err := f.block(address+uint64(head), int64(used*(keySize+f.sizes.offset)+keySize))
	if err != nil {
		return nil, err
	}
	n := &treeNode{address: c.address, level: level}
	for range used {
		n.keys = append(n.keys, body.bytes(keySize))
		n.children = append(n.children, body.offset())
	}
	n.keys = append(n.keys, body.bytes(keySize))
	return n, body.err
}

// symbols reads a symbol table node.
func (f *File) symbols(address uint64, names *cursor, links linkSet) error {
	head, err := f.block(address, 8)
	if err != nil {
		return err
	}
	head.signature("SNOD")
	head.version("symbol table node", 1)
	head.skip(1)
	count := head.u16()
	if head.err != nil {
		return head.err
	}
	c, err := f.block(address+8, int64(count*(2*f.sizes.offset+24)))
	if err != nil {
		return err
	}
	for range count {
		at, object := c.offset(), c.offset()
		cache := c.u32()
		c.skip(20)
		if c.err != nil {
			return c.err
		}
		if at > uint64(len(names.data)) {
			return errorAt(c.address, "a name outside of its heap")
		}
		name := *names
		name.pos = int(at)
		text := name.cstring()
		if name.err != nil {
			return name.err
		}
		if cache != 2 { // 2: a symbolic link
			links[text] = object
		}
	}
	return nil
}
