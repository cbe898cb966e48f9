package keras

import (
	"bufio"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"math"
	"os"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// shard is the data file of a checkpoint while it is written.
type shard struct {
	w       *bufio.Writer
	sum     hash.Hash32
	offset  int64
	entries []keyed
}

// keyed is an entry of the index.
type keyed struct {
	key   string
	value []byte
}

// writeShard writes all variables and the graph of objects to the data file at
// path and returns the index for it.
func (g *objects) writeShard(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return nil, err
	}
	s := &shard{w: bufio.NewWriterSize(f, chunk), sum: crc32.New(castagnoli)}
	s.put(graphKey, g.checkpointGraph())
	for _, n := range g.nodes {
		if n.weight == nil {
			continue
		}
		start := s.begin()
		for _, v := range n.weight.Value {
			if variableType(n.weight) == typeInt64 {
				s.write(binary.LittleEndian.AppendUint64(nil, uint64(int64(v))))
			} else {
				s.write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)))
			}
		}
		s.end(n.key, variableType(n.weight), n.weight.Shape, start)
	}
	err = s.w.Flush()
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return s.index(), err
}

func (s *shard) begin() int64 {
	s.sum.Reset()
	return s.offset
}

// write adds bytes to the data; the writer keeps its error for Flush.
func (s *shard) write(b []byte) {
	_, _ = s.w.Write(b)
	_, _ = s.sum.Write(b)
	s.offset += int64(len(b))
}

// end adds the entry of what was written since start (BundleEntryProto).
func (s *shard) end(key string, dtype uint64, shape []int, start int64) {
	b := appendInt(nil, 1, dtype)
	b = appendBytes(b, 2, appendShape(shape))
	if start > 0 {
		b = appendInt(b, 4, uint64(start))
	}
	b = appendInt(b, 5, uint64(s.offset-start))
	b = protowire.AppendFixed32(protowire.AppendTag(b, 6, protowire.Fixed32Type), masked(s.sum.Sum32()))
	s.entries = append(s.entries, keyed{key, b})
}

// put writes a tensor of one string, whose form bundle.text describes.
func (s *shard) put(key string, value []byte) {
	start := s.begin()
	s.write(binary.AppendUvarint(nil, uint64(len(value))))
	s.sum.Reset()
	_, _ = s.sum.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(value))))
	s.write(binary.LittleEndian.AppendUint32(nil, masked(s.sum.Sum32())))
	s.write(value)
	s.end(key, typeString, nil, start)
}

// index is the table of all entries behind a header (BundleHeaderProto).
func (s *shard) index() []byte {
	slices.SortFunc(s.entries, func(a, b keyed) int { return strings.Compare(a.key, b.key) })
	header := appendBytes(appendInt(nil, 1, 1), 3, appendInt(nil, 1, 1))
	return appendTable(nil, append([]keyed{{"", header}}, s.entries...))
}

// appendTable writes a table of one block; readTable describes the format.
func appendTable(b []byte, entries []keyed) []byte {
	b, data := appendBlock(b, entries)
	b, meta := appendBlock(b, nil)
	b, index := appendBlock(b, []keyed{{entries[len(entries)-1].key, data}})
	footer := append(meta, index...)
	footer = append(footer, make([]byte, footerSize-len(tableMagic)-len(footer))...)
	return append(append(b, footer...), tableMagic...)
}

// appendBlock writes a block and returns its place.
func appendBlock(b []byte, entries []keyed) (out, handle []byte) {
	start := len(b)
	var restarts []byte
	for _, e := range entries {
		restarts = binary.LittleEndian.AppendUint32(restarts, uint32(len(b)-start))
		b = append(b, 0) // nothing shared with the key before
		b = binary.AppendUvarint(b, uint64(len(e.key)))
		b = binary.AppendUvarint(b, uint64(len(e.value)))
		b = append(append(b, e.key...), e.value...)
	}
	if len(entries) == 0 {
		restarts = make([]byte, 4)
	}
	b = append(b, restarts...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(restarts)/4))
	size := len(b) - start
	b = append(b, 0) // not compressed
	b = binary.LittleEndian.AppendUint32(b, masked(crc32.Checksum(b[start:], castagnoli)))
	return b, binary.AppendUvarint(binary.AppendUvarint(nil, uint64(start)), uint64(size))
}
