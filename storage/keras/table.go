package keras

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Limits of a table, far above those of any model for a board.
const (
	maxTable   = 8 << 20 // bytes
	maxKey     = 1 << 10 // bytes
	maxEntries = 1 << 16
)

const (
	footerSize   = 48
	blockTrailer = 5 // type of compression, checksum
	tableMagic   = "\x57\xfb\x80\x8b\x24\x75\x47\xdb"
)

// errTableEnds says that the table's end is not there.
var errTableEnds = errors.New("it does not end as a table of variables does: it is cut or no such table")

// readTable calls visit with each key and value of a table, the keys in
// ascending order. The format is LevelDB's
// (github.com/google/leveldb/blob/main/doc/table_format.md), without
// compression and filters, as TensorFlow's checkpoints have it.
func readTable(file []byte, visit func(key string, value []byte) error) error {
	if len(file) < footerSize || string(file[len(file)-len(tableMagic):]) != tableMagic {
		return errTableEnds
	}
	footer := file[len(file)-footerSize:]
	blocks := file[:len(file)-footerSize]
	_, footer, err := readHandle(footer) // of the metaindex, which holds nothing needed
	if err != nil {
		return fmt.Errorf("the footer: %w", err)
	}
	at, _, err := readHandle(footer)
	if err != nil {
		return fmt.Errorf("the footer: %w", err)
	}
	index, err := at.block(blocks)
	if err != nil {
		return fmt.Errorf("the index block: %w", err)
	}
	entries, last, total := 0, "", uint64(0)
	return readBlock(index, func(separator, value []byte) error {
		at, rest, err := readHandle(value)
		if err != nil || len(rest) != 0 {
			return errors.New("the index block has an entry that is no place of a block")
		}
		data, err := at.block(blocks)
		if err != nil {
			return err
		}
		if total += at.size + blockTrailer; total > uint64(len(blocks)) {
			return errors.New("its blocks overlap")
		}
		return readBlock(data, func(key, value []byte) error {
			if entries++; entries > maxEntries {
				return fmt.Errorf("it has more than %d entries", maxEntries)
			}
			if entries > 1 && string(key) <= last || bytes.Compare(key, separator) > 0 {
				return fmt.Errorf("the key %q is out of order", key)
			}
			last = string(key)
			return visit(last, value)
		})
	})
}

// handle is the place of a block in the file.
type handle struct{ offset, size uint64 }

func readHandle(b []byte) (handle, []byte, error) {
	offset, n := binary.Uvarint(b)
	if n <= 0 {
		return handle{}, nil, errors.New("the place of a block is cut")
	}
	size, m := binary.Uvarint(b[n:])
	if m <= 0 {
		return handle{}, nil, errors.New("the place of a block is cut")
	}
	return handle{offset, size}, b[n+m:], nil
}

// block returns a block's content once its checksum is right.
func (h handle) block(blocks []byte) ([]byte, error) {
	size := uint64(len(blocks))
	if h.offset > size || h.size > size-h.offset || size-h.offset-h.size < blockTrailer {
		return nil, fmt.Errorf("the block of %d bytes at %d is not within the file", h.size, h.offset)
	}
	end := h.offset + h.size
	stored := binary.LittleEndian.Uint32(blocks[end+1:])
	if masked(crc32.Checksum(blocks[h.offset:end+1], castagnoli)) != stored {
		return nil, fmt.Errorf("the block at %d has a wrong checksum", h.offset)
	}
	if kind := blocks[end]; kind != 0 {
		return nil, fmt.Errorf("the block at %d is compressed (type %d), which TensorFlow does not do and edged can't read", h.offset, kind)
	}
	return blocks[h.offset:end], nil
}

// readBlock calls visit with the entries of a block. key is valid during the
// call only.
func readBlock(block []byte, visit func(key, value []byte) error) error {
	entries, err := withoutRestarts(block)
	if err != nil {
		return err
	}
	var key []byte
	for b := entries; len(b) > 0; {
		var sizes [3]uint64 // of what the key shares with the last one, of the rest, of the value
		for i := range sizes {
			v, n := binary.Uvarint(b)
			if n <= 0 {
				return errors.New("a block has an entry that is cut")
			}
			sizes[i], b = v, b[n:]
		}
		shared, rest, value := sizes[0], sizes[1], sizes[2]
		if shared > uint64(len(key)) || rest > uint64(len(b)) || value > uint64(len(b))-rest {
			return errors.New("a block has an entry that reaches beyond it")
		}
		if shared+rest > maxKey {
			return fmt.Errorf("a key has %d bytes and may have %d", shared+rest, maxKey)
		}
		key = append(key[:shared], b[:rest]...)
		if err := visit(key, b[rest:rest+value]); err != nil {
			return err
		}
		b = b[rest+value:]
	}
	return nil
}

// withoutRestarts cuts off the restart points, which only searching needs.
func withoutRestarts(block []byte) ([]byte, error) {
	if len(block) < 4 {
		return nil, errors.New("a block is too short")
	}
	end := len(block) - 4
	count := uint64(binary.LittleEndian.Uint32(block[end:]))
	if count == 0 || count > uint64(end)/4 {
		return nil, fmt.Errorf("a block of %d bytes claims %d restart points", len(block), count)
	}
	entries := end - 4*int(count)
	for at := entries; at < end; at += 4 {
		if point := binary.LittleEndian.Uint32(block[at:]); point > uint32(entries) {
			return nil, errors.New("a block has a restart point beyond its entries")
		}
	}
	return block[:entries], nil
}
