package keras

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"edged/storage/folder"
	"edged/storage/protobuf"
	"edged/storage/safetensors"
)

const (
	indexFile = "variables/variables.index"
	graphKey  = "_CHECKPOINTABLE_OBJECT_GRAPH"

	maxRank   = 8
	maxShards = 1000
	maxGraph  = 32 << 20 // bytes of the object graph

	// maxWeights bounds the bytes of all weights together as they are stored.
	maxWeights = 1 << 30

	chunk = 256 << 10 // bytes of a tensor in memory while it is converted
)

// TensorFlow's numbers of the types that are read (types.proto).
const (
	typeFloat    = 1
	typeDouble   = 2
	typeInt32    = 3
	typeString   = 7
	typeInt64    = 9
	typeBfloat16 = 14
	typeHalf     = 19
)

func dtype(number uint64) safetensors.DType {
	switch number {
	case typeFloat:
		return safetensors.F32
	case typeDouble:
		return safetensors.F64
	case typeInt32:
		return safetensors.I32
	case typeInt64:
		return safetensors.I64
	case typeBfloat16:
		return safetensors.BF16
	case typeHalf:
		return safetensors.F16
	}
	return ""
}

// bundle is a TensorFlow checkpoint in its second format: an index, and data
// files called shards (tensorflow/core/util/tensor_bundle).
type bundle struct {
	folder  *folder.Folder
	index   []byte
	shards  int
	entries map[string]entry
	files   map[int]*folder.File
}

// entry is a tensor as the index describes it (BundleEntryProto).
type entry struct {
	dtype  uint64
	shape  []int
	shard  int
	offset int64
	size   int64
	crc    uint32 // masked
	sliced bool
}

// openBundle reads the index and looks at the sizes of all data files.
func openBundle(dir *folder.Folder) (*bundle, error) {
	index, err := dir.Read(indexFile, maxTable)
	if err != nil {
		return nil, err
	}
	b := &bundle{folder: dir, index: index, files: map[int]*folder.File{}}
	if err := b.parse(); err != nil {
		if errors.Is(err, errTableEnds) {
			return nil, folder.Short(indexFile, "%v", err)
		}
		return nil, folder.Damaged(indexFile, "%w", err)
	}
	if err := b.openShards(); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bundle) parse() error {
	b.entries = map[string]entry{}
	first := true
	err := readTable(b.index, func(key string, value []byte) error {
		if first {
			first = false
			if key != "" {
				return errors.New("it has no header")
			}
			return b.parseHeader(value)
		}
		e, err := parseEntry(value)
		if err != nil {
			return fmt.Errorf("variable %q: %w", key, err)
		}
		if e.shard >= b.shards {
			return fmt.Errorf("variable %q is in data file %d of %d", key, e.shard, b.shards)
		}
		b.entries[key] = e
		return nil
	})
	if err == nil && first {
		err = errors.New("it has no header")
	}
	return err
}

// parseHeader reads a BundleHeaderProto.
func (b *bundle) parseHeader(value []byte) error {
	bigEndian := false
	var shards uint64
	err := protobuf.Fields(value, func(f protobuf.Field) error {
		switch {
		case f.Is(1, protowire.VarintType):
			shards = f.Value
		case f.Is(2, protowire.VarintType):
			bigEndian = f.Value != 0
		}
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("the header: %w", err)
	case bigEndian:
		return errors.New("the variables were written on a big-endian machine, which edged can't read")
	case shards < 1 || shards > maxShards:
		return fmt.Errorf("the header claims %d data files", shards)
	}
	b.shards = int(shards)
	return nil
}

// parseEntry reads a BundleEntryProto.
func parseEntry(value []byte) (entry, error) {
	var e entry
	err := protobuf.Fields(value, func(f protobuf.Field) (err error) {
		switch {
		case f.Is(1, protowire.VarintType):
			e.dtype = f.Value
		case f.Is(2, protowire.BytesType):
			e.shape, err = parseShape(f.Bytes)
		case f.Is(3, protowire.VarintType):
			e.shard, err = asInt(f.Value)
		case f.Is(4, protowire.VarintType):
			e.offset = int64(f.Value)
		case f.Is(5, protowire.VarintType):
			e.size = int64(f.Value)
		case f.Is(6, protowire.Fixed32Type):
			e.crc = uint32(f.Value)
		case f.Is(7, protowire.BytesType):
			e.sliced = true
		}
		return err
	})
	if err != nil {
		return e, err
	}
	if e.offset < 0 || e.size < 0 || e.offset > math.MaxInt64-e.size {
		return e, fmt.Errorf("%d bytes at %d can't be", e.size, e.offset)
	}
	return e, nil
}

// parseShape reads a TensorShapeProto.
func parseShape(message []byte) ([]int, error) {
	shape := []int{}
	err := protobuf.Fields(message, func(f protobuf.Field) error {
		if !f.Is(2, protowire.BytesType) {
			return nil
		}
		size := 0
		err := protobuf.Fields(f.Bytes, func(f protobuf.Field) (err error) {
			if f.Is(1, protowire.VarintType) {
				size, err = asInt(f.Value)
			}
			return err
		})
		shape = append(shape, size)
		if len(shape) > maxRank {
			return fmt.Errorf("it has more than %d dimensions", maxRank)
		}
		return err
	})
	return shape, err
}

func asInt(v uint64) (int, error) {
	if v > math.MaxInt32 {
		return 0, fmt.Errorf("the number %d can't be", v)
	}
	return int(v), nil
}

// openShards opens every data file, which must hold all that the index puts
// there, whether it is needed or not: a shorter one is still being copied.
func (b *bundle) openShards() error {
	ends := map[int]int64{}
	for _, e := range b.entries {
		ends[e.shard] = max(ends[e.shard], e.offset+e.size)
	}
	for shard := range b.shards {
		file, err := b.folder.Open(b.shardName(shard))
		if err != nil {
			return err
		}
		b.files[shard] = file
		if file.Size < ends[shard] {
			return folder.Short(b.shardName(shard), "it has %d of %d bytes", file.Size, ends[shard])
		}
	}
	return nil
}

func (b *bundle) shardName(shard int) string {
	return fmt.Sprintf("variables/variables.data-%05d-of-%05d", shard, b.shards)
}

func (b *bundle) close() {
	for _, f := range b.files {
		f.Close()
	}
}

// check refuses an entry that is not count elements of a type that edged reads.
func (e entry) check(count int) error {
	d := dtype(e.dtype)
	switch {
	case e.sliced:
		return errors.New("it is partitioned, which edged can't read: save the model unpartitioned")
	case d == "":
		return fmt.Errorf("its type is number %d of TensorFlow's, and must be a float or an integer", e.dtype)
	case e.size != int64(count)*int64(d.Size()):
		return fmt.Errorf("it has %d bytes and takes %d as %v of %s", e.size, int64(count)*int64(d.Size()), e.shape, d)
	}
	return nil
}

// read fills dst with a tensor that was checked, or only verifies its checksum
// where dst is nil.
func (b *bundle) read(e entry, dst []float32) error {
	d := dtype(e.dtype)
	buffer := make([]byte, min(chunk, e.size))
	crc := uint32(0)
	for done := int64(0); done < e.size; {
		part := buffer[:min(int64(len(buffer)), e.size-done)]
		if err := b.readAt(e, part, done); err != nil {
			return err
		}
		crc = crc32.Update(crc, castagnoli, part)
		if dst != nil {
			n := len(part) / d.Size()
			d.Decode(dst[:n], part)
			dst = dst[n:]
		}
		done += int64(len(part))
	}
	if masked(crc) != e.crc {
		return errors.New("its checksum is wrong")
	}
	return nil
}

func (b *bundle) readAt(e entry, part []byte, at int64) error {
	n, err := b.files[e.shard].ReadAt(part, e.offset+at)
	if n == len(part) {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return folder.Short(b.shardName(e.shard), "it ended while it was read")
	}
	return err
}

// text returns the content of a tensor of one string. Its bytes are the length
// as a varint, the masked checksum of the length as 4 bytes, and the string; the
// tensor's checksum is of the length as 4 bytes and what follows.
func (b *bundle) text(key string, limit int64) ([]byte, error) {
	e, ok := b.entries[key]
	switch {
	case !ok:
		return nil, folder.Damaged(indexFile, "%q is not there", key)
	case e.dtype != typeString || len(e.shape) != 0 || e.sliced:
		return nil, folder.Damaged(indexFile, "%q is not a string", key)
	case e.size > limit:
		return nil, folder.Damaged(indexFile, "%q has %d bytes and may have %d", key, e.size, limit)
	}
	data := make([]byte, e.size)
	if err := b.readAt(e, data, 0); err != nil {
		return nil, err
	}
	length, n := binary.Uvarint(data)
	if n <= 0 || len(data)-n < 4 || length != uint64(len(data)-n-4) {
		return nil, folder.Damaged(b.shardName(e.shard), "%q has a length that is not its own", key)
	}
	prefix := binary.LittleEndian.AppendUint32(nil, uint32(length))
	lengthCRC := crc32.Checksum(prefix, castagnoli)
	if masked(lengthCRC) != binary.LittleEndian.Uint32(data[n:]) || masked(crc32.Update(lengthCRC, castagnoli, data[n:])) != e.crc {
		return nil, folder.Damaged(b.shardName(e.shard), "%q has a wrong checksum", key)
	}
	return data[n+4:], nil
}
