package hdf5

import (
	"encoding/binary"
	"io"
	"math"
)

// Write writes a file whose root group is root, as HDF5 1.8 and later and h5py
// read it: superblock 0, groups as B-trees of symbol tables, contiguous
// little-endian float32 datasets, strings of variable length in UTF-8. All
// metadata come first, then the datasets' values.
func Write(w io.Writer, root *Group) error {
	draft := newWriter(root, 0)
	e := newWriter(root, uint64(len(draft.out)))
	if _, err := w.Write(e.out); err != nil {
		return err
	}
	buffer := make([]byte, 0, pieceSize)
	for _, d := range e.datasets {
		for _, v := range d.Values {
			buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(v))
			if len(buffer) == cap(buffer) {
				if _, err := w.Write(buffer); err != nil {
					return err
				}
				buffer = buffer[:0]
			}
		}
	}
	_, err := w.Write(buffer)
	return err
}

// The sizes of what has one: a node of a group's B-tree has room for 32
// children, and a symbol table node for twice as many members as leafK says.
const (
	superblockSize = 96
	treeK          = 16
	treeNodeSize   = 24 + (2*treeK+1)*8 + 2*treeK*8
	symbolSize     = 40
	minHeap        = 4096 // bytes of a global heap
	maxHeapObjects = 60000
)

// writer lays the metadata out in memory. Datasets' values follow it from the
// address data on.
type writer struct {
	out      []byte
	leafK    int
	data     uint64
	datasets []*Dataset
	strings  map[string]heapID
}

// heapID is where a string is.
type heapID struct {
	collection uint64
	index      uint32
}

func newWriter(root *Group, data uint64) *writer {
	e := &writer{out: make([]byte, superblockSize), leafK: 4, data: data, strings: map[string]heapID{}}
	root.walk(func(g *Group) {
		e.leafK = max(e.leafK, (len(g.members)+4*treeK-1)/(4*treeK))
	})
	e.writeStrings(root)
	at := e.group(root)
	e.superblock(at)
	return e
}

func (e *writer) u8(v ...uint8) { e.out = append(e.out, v...) }

func (e *writer) u16(v ...int) {
	for _, n := range v {
		e.out = binary.LittleEndian.AppendUint16(e.out, uint16(n))
	}
}

func (e *writer) u32(v ...int) {
	for _, n := range v {
		e.out = binary.LittleEndian.AppendUint32(e.out, uint32(n))
	}
}

func (e *writer) u64(v ...uint64) {
	for _, n := range v {
		e.out = binary.LittleEndian.AppendUint64(e.out, n)
	}
}

func (e *writer) text(s string) { e.out = append(e.out, s...) }
func (e *writer) zeros(n int)   { e.out = append(e.out, make([]byte, n)...) }
func (e *writer) align()        { e.zeros(-len(e.out) & 7) }
func (e *writer) here() uint64  { return uint64(len(e.out)) }

// superblock fills in what was left out at the beginning (specification II.A).
func (e *writer) superblock(root groupAddress) {
	s := writer{}
	s.text(signature)
	s.u8(0, 0, 0, 0, 0, 8, 8, 0) // versions; sizes of addresses and lengths
	s.u16(e.leafK, treeK)
	s.u32(0)
	s.u64(0, undefined, e.data, undefined)
	s.u64(0, root.header)
	s.u32(1, 0) // the root's tree and heap follow
	s.u64(root.tree, root.heap)
	copy(e.out, s.out)
}

// writeStrings puts the text of all attributes into global heaps
// (specification III.E).
func (e *writer) writeStrings(root *Group) {
	var all []string
	root.walk(func(g *Group) {
		for _, t := range g.texts {
			for _, s := range t.values {
				if _, ok := e.strings[s]; !ok && s != "" {
					e.strings[s] = heapID{}
					all = append(all, s)
				}
			}
		}
	})
	for len(all) > 0 {
		n := min(len(all), maxHeapObjects)
		e.globalHeap(all[:n])
		all = all[n:]
	}
}

func (e *writer) globalHeap(all []string) {
	e.align()
	at, size := e.here(), 16
	for _, s := range all {
		size += 16 + (len(s)+7)&^7
	}
	free := max(minHeap-size, 16)
	e.text("GCOL")
	e.u8(1, 0, 0, 0)
	e.u64(uint64(size + free))
	for i, s := range all {
		e.strings[s] = heapID{at, uint32(i + 1)}
		e.u16(i+1, 1)
		e.u32(0)
		e.u64(uint64(len(s)))
		e.text(s)
		e.align()
	}
	e.u16(0, 0)
	e.u32(0)
	e.u64(uint64(free))
	e.zeros(free - 16)
}

// groupAddress is where the parts of a group are.
type groupAddress struct{ header, tree, heap uint64 }

// group writes a group after its members.
func (e *writer) group(g *Group) groupAddress {
	names := g.names()
	members := make([]uint64, len(names))
	for i, name := range names {
		switch m := g.members[name].(type) {
		case *Group:
			members[i] = e.group(m).header
		case *Dataset:
			members[i] = e.dataset(m)
		}
	}
	at := groupAddress{}
	var offsets []uint64
	at.heap, offsets = e.localHeap(names)
	at.tree = e.tree(offsets, members)
	messages := [][]byte{message8(msgSymbolTable, func(b *writer) { b.u64(at.tree, at.heap) })}
	for _, t := range g.texts {
		messages = append(messages, message8(msgAttribute, func(b *writer) { e.attribute(b, t) }))
	}
	at.header = e.header(messages)
	return at
}

// localHeap writes the names of a group's members (specification III.D).
func (e *writer) localHeap(names []string) (at uint64, offsets []uint64) {
	e.align()
	at = e.here()
	size := 8 // the empty name
	for _, name := range names {
		offsets = append(offsets, uint64(size))
		size += (len(name) + 8) &^ 7
	}
	e.text("HEAP")
	e.u8(0, 0, 0, 0)
	e.u64(uint64(size), 1, at+32) // 1: nothing is free
	e.zeros(8)
	for _, name := range names {
		e.text(name)
		e.u8(0)
		e.align()
	}
	return at, offsets
}

// tree writes a group's members as a B-tree of one node (specification III.A.1)
// over symbol table nodes (III.B).
func (e *writer) tree(names, members []uint64) uint64 {
	perNode := 2 * e.leafK
	keys, children := []uint64{0}, []uint64(nil)
	for i := 0; i < len(members); i += perNode {
		n := min(perNode, len(members)-i)
		children = append(children, e.here())
		e.text("SNOD")
		e.u8(1, 0)
		e.u16(n)
		for k := i; k < i+n; k++ {
			e.u64(names[k], members[k])
			e.zeros(symbolSize - 16)
		}
		e.zeros((perNode - n) * symbolSize)
		keys = append(keys, names[i+n-1])
	}
	at := e.here()
	e.text("TREE")
	e.u8(0, 0)
	e.u16(len(children))
	e.u64(undefined, undefined, keys[0])
	for i, child := range children {
		e.u64(child, keys[i+1])
	}
	e.zeros(treeNodeSize - int(e.here()-at))
	return at
}

// header writes an object header (specification IV.A.1.a).
func (e *writer) header(messages [][]byte) uint64 {
	e.align()
	at, size := e.here(), 0
	for _, m := range messages {
		size += len(m)
	}
	e.u8(1, 0)
	e.u16(len(messages))
	e.u32(1, size, 0)
	for _, m := range messages {
		e.out = append(e.out, m...)
	}
	return at
}

// message8 is a message of an object header.
func message8(kind int, body func(b *writer)) []byte {
	b := &writer{}
	body(b)
	b.align()
	m := &writer{}
	m.u16(kind, len(b.out))
	m.u32(0)
	return append(m.out, b.out...)
}

// attribute writes an attribute message's body.
func (e *writer) attribute(b *writer, t text) {
	kind := &writer{}
	kind.u8(0x19, 1, 1, 0) // strings of variable length, UTF-8
	kind.u32(16)
	kind.u8(0x10, 0, 0, 0) // of bytes
	kind.u32(1)
	kind.u16(0, 8)
	space := &writer{}
	if t.scalar {
		space.u8(1, 0, 0, 0, 0, 0, 0, 0)
	} else {
		space.u8(1, 1, 0, 0, 0, 0, 0, 0)
		space.u64(uint64(len(t.values)))
	}
	b.u8(1, 0)
	b.u16(len(t.name)+1, len(kind.out), len(space.out))
	b.text(t.name)
	b.u8(0)
	b.align()
	b.out = append(b.out, kind.out...)
	b.align()
	b.out = append(b.out, space.out...)
	for _, s := range t.values {
		id := e.strings[s]
		b.u32(len(s))
		b.u64(id.collection)
		b.u32(int(id.index))
	}
}

// dataset writes a dataset's header and reserves the place of its values.
func (e *writer) dataset(d *Dataset) uint64 {
	address, size := e.data, uint64(4*len(d.Values))
	if size == 0 {
		address = undefined
	}
	e.data += size
	e.datasets = append(e.datasets, d)
	return e.header([][]byte{
		message8(msgDataspace, func(b *writer) {
			b.u8(1, uint8(len(d.Shape)), 0, 0, 0, 0, 0, 0)
			for _, n := range d.Shape {
				b.u64(uint64(n))
			}
		}),
		message8(msgDatatype, func(b *writer) {
			b.u8(0x11, 0x20, 31, 0) // IEEE 754, little-endian
			b.u32(4)
			b.u16(0, 32)
			b.u8(23, 8, 0, 23)
			b.u32(127)
		}),
		message8(msgFill, func(b *writer) { b.u8(2, 2, 2, 0) }),
		message8(msgLayout, func(b *writer) {
			b.u8(3, contiguous)
			b.u64(address, size)
		}),
	})
}
