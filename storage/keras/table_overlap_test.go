package keras

import (
	"encoding/binary"
	"hash/crc32"
	"strings"
	"testing"
	"time"
)

// TestOverlappingBlocks reads a table whose index names one block of a megabyte
// without entries a hundred thousand times: it is refused at once, and not after
// all their checksums.
func TestOverlappingBlocks(t *testing.T) {
	var file []byte
	block := func(content []byte) []byte {
		at, size := len(file), len(content)
		file = append(append(file, content...), 0)
		file = binary.LittleEndian.AppendUint32(file, masked(crc32.Checksum(file[at:], castagnoli)))
		return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(at)), uint64(size))
	}
	restarts := func(entries []byte, count int) []byte {
		return binary.LittleEndian.AppendUint32(append(entries, make([]byte, 4*count)...), uint32(count))
	}
	empty := block(restarts(nil, 1<<18))
	var entries []byte
	for range 100_000 {
		entries = append(append(entries, 0, 1, byte(len(empty)), 'z'), empty...)
	}
	footer := append([]byte{0, 0}, block(restarts(entries, 1))...)
	footer = append(append(footer, make([]byte, footerSize-len(tableMagic)-len(footer))...), tableMagic...)
	start := time.Now()
	err := readTable(append(file, footer...), func(string, []byte) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "overlap") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %v", took)
	}
}
