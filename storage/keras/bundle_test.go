package keras

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"edged/storage/folder"
)

// message writes the fields of a protocol buffer: numbers as varints, strings
// as bytes, uint32 as fixed.
func message(parts ...any) string {
	var b []byte
	for i := 0; i < len(parts); i += 2 {
		number := protowire.Number(parts[i].(int))
		switch v := parts[i+1].(type) {
		case int:
			b = protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), uint64(v))
		case uint32:
			b = protowire.AppendFixed32(protowire.AppendTag(b, number, protowire.Fixed32Type), v)
		case string:
			b = protowire.AppendString(protowire.AppendTag(b, number, protowire.BytesType), v)
		}
	}
	return string(b)
}

func shapeMessage(dims ...int) string {
	var parts []any
	for _, d := range dims {
		parts = append(parts, 2, message(1, d))
	}
	return message(parts...)
}

func crcOf(data []byte) uint32 { return masked(crc32.Checksum(data, castagnoli)) }

// bundleDir writes a checkpoint of one data file and those records besides the
// header.
func bundleDir(t testing.TB, data []byte, records ...record) *folder.Folder {
	t.Helper()
	dir := t.TempDir()
	records = slices.Insert(records, 0, record{"", message(1, 1)})
	write(t, dir, indexFile, new(table).data(records...).end())
	write(t, dir, "variables/variables.data-00000-of-00001", data)
	opened, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(opened.Close)
	return opened
}

func write(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, data, 0o666)); err != nil {
		t.Fatal(err)
	}
}

// TestTypes reads a tensor of each type and verifies its checksum.
func TestTypes(t *testing.T) {
	le := binary.LittleEndian
	for _, c := range []struct {
		dtype int
		data  []byte
	}{
		{typeFloat, le.AppendUint32(nil, math.Float32bits(3))},
		{typeDouble, le.AppendUint64(nil, math.Float64bits(3))},
		{typeInt32, le.AppendUint32(nil, 3)},
		{typeInt64, le.AppendUint64(nil, 3)},
		{typeHalf, le.AppendUint16(nil, 0x4200)},
		{typeBfloat16, le.AppendUint16(nil, 0x4040)},
	} {
		padded := append([]byte{1, 2, 3}, c.data...)
		for _, crc := range []uint32{crcOf(c.data), 1} {
			b, err := openBundle(bundleDir(t, padded, record{"x", message(1, c.dtype, 2, shapeMessage(1), 4, 3, 5, len(c.data), 6, crc)}))
			if err != nil {
				t.Fatal(err)
			}
			e := b.entries["x"]
			if err := e.check(1); err != nil {
				t.Error(err)
			}
			got := make([]float32, 1)
			err = b.read(e, got)
			b.close()
			if ok := err == nil; ok != (crc != 1) || got[0] != 3 {
				t.Errorf("type %d: %v %v", c.dtype, got, err)
			}
		}
	}
}

func TestEntryCheck(t *testing.T) {
	for _, c := range []struct {
		entry entry
		want  string
	}{
		{entry{dtype: typeFloat, shape: []int{2}, size: 8}, ""},
		{entry{dtype: typeFloat, shape: []int{2}, size: 8, sliced: true}, "partitioned"},
		{entry{dtype: typeString, shape: []int{2}, size: 8}, "type"},
		{entry{dtype: 0, shape: []int{2}, size: 8}, "type"},
		{entry{dtype: typeFloat, shape: []int{2}, size: 4}, "takes 8"},
		{entry{dtype: typeHalf, shape: []int{2}, size: 8}, "takes 4"},
	} {
		err := c.entry.check(2)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.entry, err, c.want)
		}
	}
}

func TestBadBundles(t *testing.T) {
	for _, c := range []struct {
		name       string
		index      []byte
		want       string
		incomplete bool
	}{
		{"no header", new(table).data(record{"a", ""}).end(), "no header", false},
		{"no shards", new(table).data(record{"", ""}).end(), "0 data files", false},
		{"many shards", new(table).data(record{"", message(1, 1<<20)}).end(), "data files", false},
		{"big endian", new(table).data(record{"", message(1, 1, 2, 1)}).end(), "big-endian", false},
		{"not a message", new(table).data(record{"", message(1, 1)}, record{"a", "\xff"}).end(), "variable", false},
		{"shard out of range", new(table).data(record{"", message(1, 1)}, record{"a", message(1, 1, 3, 1)}).end(), "data file 1 of 1", false},
		{"negative size", new(table).data(record{"", message(1, 1)}, record{"a", message(1, 1, 5, -1)}).end(), "can't be", false},
		{"end overflows", new(table).data(record{"", message(1, 1)}, record{"a", message(1, 1, 4, math.MaxInt64, 5, 1)}).end(), "can't be", false},
		{"negative dimension", new(table).data(record{"", message(1, 1)}, record{"a", message(1, 1, 2, shapeMessage(-1))}).end(), "can't be", false},
		{"many dimensions", new(table).data(record{"", message(1, 1)}, record{"a", message(1, 1, 2, shapeMessage(1, 1, 1, 1, 1, 1, 1, 1, 1))}).end(), "dimensions", false},
		{"data file too short", new(table).data(record{"", message(1, 1)}, record{"a", message(1, 1, 4, 9, 5, 8)}).end(), "8 of 17 bytes", true},
		{"data file missing", new(table).data(record{"", message(1, 2)}).end(), "missing", true},
		{"cut", []byte("hello"), "does not end", true},
	} {
		dir := t.TempDir()
		write(t, dir, indexFile, c.index)
		write(t, dir, "variables/variables.data-00000-of-00001", make([]byte, 8))
		opened, err := folder.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		_, err = openBundle(opened)
		opened.Close()
		var incomplete *folder.IncompleteError
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &incomplete) != c.incomplete {
			t.Errorf("%s: %v, want %q, incomplete %v", c.name, err, c.want, c.incomplete)
		}
	}
}

// FuzzBundle reads a checkpoint with fuzzed values of index entries.
func FuzzBundle(f *testing.F) {
	f.Add([]byte(message(1, 1)), []byte(message(1, typeFloat, 2, shapeMessage(1), 5, 4, 6, uint32(7))), []byte(message(1, typeString, 5, 9)), []byte("some data"))
	f.Fuzz(func(t *testing.T, header, first, graph, data []byte) {
		b := &bundle{files: map[int]*folder.File{}, index: new(table).data(
			record{"", string(header)}, record{graphKey, string(graph)}, record{"a", string(first)}).end()}
		if b.parse() != nil {
			return
		}
		for key, e := range b.entries {
			if e.shard >= b.shards || e.size < 0 || e.offset < 0 || e.offset+e.size < 0 || len(e.shape) > maxRank {
				t.Errorf("%s: %+v", key, e)
			}
		}
	})
}

// FuzzObjectGraph parses whatever it is given and looks for a weight.
func FuzzObjectGraph(f *testing.F) {
	f.Add([]byte(message(1, message(1, message(1, 1, 2, "layer_with_weights-0")), 1, message(1, message(1, 2, 2, "kernel")), 1, message(2, message(1, "VARIABLE_VALUE", 3, "key")))))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := parseObjectGraph(data)
		if err != nil {
			return
		}
		g.find("layer_with_weights-0/layer_with_weights-1/kernel")
	})
}
