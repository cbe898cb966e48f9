package tflite

import (
	"encoding/binary"
	"fmt"
	"math"
)

// file is the whole FlatBuffer. The first offset that leads out of it sets
// err; from then on everything reads as absent.
type file struct {
	data   []byte
	copied int // bytes of lists and names; nothing keeps them from overlapping
	err    error
}

// table is a FlatBuffers table: fields found through a vtable.
type table struct {
	file   *file
	pos    int
	vtable []byte // field offsets, two bytes each
}

func (f *file) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf(format, args...)
	}
}

// at returns n bytes at pos, or nil.
func (f *file) at(pos, n int) []byte {
	if f.err != nil {
		return nil
	}
	if pos < 0 || n < 0 || pos > len(f.data) || n > len(f.data)-pos {
		f.fail("%d bytes at byte %d lie outside of the file", n, pos)
		return nil
	}
	return f.data[pos : pos+n]
}

func (f *file) u32(pos int) int {
	if b := f.at(pos, 4); b != nil {
		return int(binary.LittleEndian.Uint32(b))
	}
	return 0
}

// follow reads the offset at pos and returns where it leads.
func (f *file) follow(pos int) int {
	n := f.u32(pos)
	if n == 0 {
		f.fail("an offset of 0 at byte %d", pos)
	}
	return pos + n
}

func (f *file) table(pos int) table {
	t := table{file: f, pos: pos}
	b := f.at(pos, 4)
	if b == nil {
		return t
	}
	at := pos - int(int32(binary.LittleEndian.Uint32(b)))
	head := f.at(at, 4)
	if head == nil {
		return t
	}
	size := int(binary.LittleEndian.Uint16(head))
	if size < 4 {
		f.fail("a table at byte %d with fields of %d bytes", pos, size)
		return t
	}
	if fields := f.at(at+4, size-4); fields != nil {
		t.vtable = fields
	}
	return t
}

// field is the position of a field, 0 where it is absent.
func (t table) field(i int) int {
	if t.file.err != nil || 2*i+2 > len(t.vtable) {
		return 0
	}
	offset := int(binary.LittleEndian.Uint16(t.vtable[2*i:]))
	if offset == 0 {
		return 0
	}
	return t.pos + offset
}

func (t table) byte(i, absent int) int {
	if at := t.field(i); at != 0 {
		if b := t.file.at(at, 1); b != nil {
			return int(int8(b[0]))
		}
	}
	return absent
}

func (t table) int(i, absent int) int {
	if at := t.field(i); at != 0 {
		return int(int32(t.file.u32(at)))
	}
	return absent
}

func (t table) float(i int) float64 {
	if at := t.field(i); at != 0 {
		return float64(math.Float32frombits(uint32(t.file.u32(at))))
	}
	return 0
}

// vector returns the position of a vector's first element and their number.
func (t table) vector(i, elementSize int) (pos, n int) {
	at := t.field(i)
	if at == 0 {
		return 0, 0
	}
	start := t.file.follow(at)
	n = t.file.u32(start)
	if t.file.err == nil && n > (len(t.file.data)-start)/elementSize {
		t.file.fail("a list of %d elements at byte %d", n, start)
	}
	if t.file.err != nil {
		return 0, 0
	}
	return start + 4, n
}

func (t table) bytes(i int) []byte {
	pos, n := t.vector(i, 1)
	return t.file.at(pos, n)
}

// spend counts bytes that are copied. Writers share some lists, never most.
func (f *file) spend(n int) bool {
	if f.copied += n; f.copied > 2*len(f.data) {
		f.fail("its lists and names overlap")
	}
	return f.err == nil
}

// text is a string; "" where it is absent.
func (t table) text(i int) string {
	b := t.bytes(i)
	if !t.file.spend(len(b)) {
		return ""
	}
	return string(b)
}

func (t table) ints(i int) []int {
	pos, n := t.vector(i, 4)
	if !t.file.spend(4 * n) {
		return nil
	}
	out := make([]int, n)
	for k := range out {
		out[k] = int(int32(t.file.u32(pos + 4*k)))
	}
	return out
}

// longs is a list of 64-bit integers.
func (t table) longs(i int) []int {
	pos, n := t.vector(i, 8)
	if !t.file.spend(8 * n) {
		return nil
	}
	out := make([]int, n)
	for k := range out {
		low, high := uint32(t.file.u32(pos+8*k)), uint32(t.file.u32(pos+8*k+4))
		out[k] = int(uint64(high)<<32 | uint64(low))
	}
	return out
}

// maxTables bounds lists of tables: a table in memory is ten times its offset.
const maxTables = 1 << 16

func (t table) tables(i int) []table {
	pos, n := t.vector(i, 4)
	if n > maxTables {
		t.file.fail("a list of %d tables", n)
		return nil
	}
	out := make([]table, n)
	for k := range out {
		out[k] = t.file.table(t.file.follow(pos + 4*k))
	}
	return out
}

// sub is the table that a field leads to; one without fields where it is absent.
func (t table) sub(i int) table {
	if at := t.field(i); at != 0 {
		return t.file.table(t.file.follow(at))
	}
	return table{file: t.file}
}
