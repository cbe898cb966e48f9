package keras

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// record is a key and value of a table.
type record struct{ key, value string }

// block writes a block whose keys share what they can.
func block(records []record) []byte {
	var b []byte
	last := ""
	for _, r := range records {
		shared := 0
		for shared < min(len(last), len(r.key)) && last[shared] == r.key[shared] {
			shared++
		}
		b = binary.AppendUvarint(b, uint64(shared))
		b = binary.AppendUvarint(b, uint64(len(r.key)-shared))
		b = binary.AppendUvarint(b, uint64(len(r.value)))
		b = append(append(b, r.key[shared:]...), r.value...)
		last = r.key
	}
	return append(b, 0, 0, 0, 0, 1, 0, 0, 0)
}

// table writes blocks of records as LevelDB does.
type table struct {
	file  []byte
	index []record
}

// add appends a block of the given type and returns its handle.
func (t *table) add(block []byte, kind byte) []byte {
	handle := binary.AppendUvarint(nil, uint64(len(t.file)))
	handle = binary.AppendUvarint(handle, uint64(len(block)))
	t.file = append(append(t.file, block...), kind)
	crc := crc32.Checksum(t.file[len(t.file)-len(block)-1:], castagnoli)
	t.file = binary.LittleEndian.AppendUint32(t.file, masked(crc))
	return handle
}

func (t *table) data(records ...record) *table {
	handle := t.add(block(records), 0)
	t.index = append(t.index, record{records[len(records)-1].key, string(handle)})
	return t
}

func (t *table) end() []byte {
	meta := t.add(block(nil), 0)
	footer := append(meta, t.add(block(t.index), 0)...)
	footer = append(footer, make([]byte, footerSize-len(tableMagic)-len(footer))...)
	return append(append(t.file, footer...), tableMagic...)
}

// overlapping is a table whose index leads to one block many times, and to one
// inside of it.
func overlapping() []byte {
	t := new(table).data(record{"a", strings.Repeat("x", 100)})
	for i := range 20 {
		t.index = append(t.index, record{fmt.Sprintf("b%02d", i), t.index[0].value})
	}
	inside := append([]byte{3}, t.index[0].value[1:]...)
	t.index = append(t.index, record{"c", string(inside)})
	return t.end()
}

func TestTableRefusesOverlappingBlocks(t *testing.T) {
	if got, err := readAll(overlapping()); err == nil {
		t.Errorf("got %v", got)
	}
}

func readAll(file []byte) (map[string]string, error) {
	all := map[string]string{}
	err := readTable(file, func(key string, value []byte) error {
		all[key] = string(value)
		return nil
	})
	return all, err
}

func TestTable(t *testing.T) {
	file := new(table).data(record{"", "header"}, record{"layer/a", "1"}, record{"layer/b", ""}).data(record{"layer/bb", "2"}, record{"x", "3"}).end()
	got, err := readAll(file)
	want := map[string]string{"": "header", "layer/a": "1", "layer/b": "", "layer/bb": "2", "x": "3"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v %v, want %v", got, err, want)
	}
}

func TestBadTables(t *testing.T) {
	compressed := new(table)
	compressed.index = append(compressed.index, record{"a", string(compressed.add(block([]record{{"a", "1"}}), 1))})
	outside := new(table).data(record{"a", "1"})
	outside.index = append(outside.index, record{"b", "\xff\xff\x03\x01"})
	overflow := new(table)
	overflow.index = append(overflow.index, record{"b", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"})
	raw := func(b ...byte) []byte {
		var t table
		t.index = append(t.index, record{"z", string(t.add(b, 0))})
		return t.end()
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "does not end"},
		{"no magic", make([]byte, 100), "does not end"},
		{"only a footer", append(make([]byte, footerSize-len(tableMagic)), tableMagic...), "not within"},
		{"compressed", compressed.end(), "compressed"},
		{"block beyond the file", outside.end(), "not within"},
		{"offset overflows", overflow.end(), "not within"},
		{"keys out of order", new(table).data(record{"b", ""}, record{"a", ""}).end(), "out of order"},
		{"key twice", new(table).data(record{"a", ""}, record{"a", ""}).end(), "out of order"},
		{"blocks out of order", new(table).data(record{"b", ""}).data(record{"a", ""}).end(), "out of order"},
		{"no restarts", raw(0, 0, 0, 0), "restart points"},
		{"too many restarts", raw(255, 255, 255, 255), "restart points"},
		{"short block", raw(1), "too short"},
		{"restart beyond", raw(9, 0, 0, 0, 1, 0, 0, 0), "beyond its entries"},
		{"shares too much", raw(1, 1, 0, 'a', 0, 0, 0, 0, 1, 0, 0, 0), "reaches beyond"},
		{"value too long", raw(0, 1, 200, 1, 'a', 0, 0, 0, 0, 1, 0, 0, 0), "reaches beyond"},
		{"entry cut", raw(0, 1, 0, 0, 0, 0, 1, 0, 0, 0), "is cut"},
		{"long key", new(table).data(record{strings.Repeat("k", maxKey+1), ""}).end(), "may have"},
	} {
		if _, err := readAll(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestKeysThatShare sees to it that keys which share a long beginning cost no
// more memory than the limits say.
func TestManyEntries(t *testing.T) {
	records := make([]record, maxEntries+1)
	for i := range records {
		records[i].key = fmt.Sprintf("%08d", i)
	}
	if _, err := readAll(new(table).data(records...).end()); err == nil || !strings.Contains(err.Error(), "entries") {
		t.Errorf("%d entries: %v", len(records), err)
	}
}

// FuzzTable reads whatever it is given; keys must ascend.
func FuzzTable(f *testing.F) {
	real, err := os.ReadFile("testdata/nested/" + indexFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(real)
	f.Add(new(table).data(record{"", "h"}, record{"a", "1"}).data(record{"b", "2"}).end())
	f.Add(overlapping())
	f.Fuzz(func(t *testing.T, file []byte) {
		var keys []string
		size := 0
		err := readTable(file, func(key string, value []byte) error {
			keys = append(keys, key)
			size += len(value)
			return nil
		})
		if err == nil && !slices.IsSorted(keys) {
			t.Errorf("keys %q", keys)
		}
		if len(keys) > maxEntries {
			t.Errorf("%d entries", len(keys))
		}
		if errors.Is(err, errTableEnds) && len(file) >= footerSize && strings.HasSuffix(string(file), tableMagic) {
			t.Error("a table with an end has none")
		}
	})
}

// FuzzBlock reads the content of a block, which the checksums keep from
// FuzzTable.
func FuzzBlock(f *testing.F) {
	f.Add(block([]record{{"", "header"}, {"layer/a", "1"}, {"layer/b", ""}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = readBlock(data, func(key, value []byte) error {
			if len(key) > maxKey || len(value) > len(data) {
				t.Errorf("key of %d and value of %d bytes", len(key), len(value))
			}
			return nil
		})
	})
}
