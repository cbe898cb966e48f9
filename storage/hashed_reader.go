package storage

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
)

// hashBlock is how many bytes are hashed at a time.
const hashBlock = 256 << 10

// hashedReader is an io.ReaderAt for one reading from front to back. What was
// read is hashed on another core.
type hashedReader struct {
	r      io.ReaderAt
	next   int64
	block  []byte // that is being filled
	filled chan []byte
	hashed chan []byte
	sum    hash.Hash
}

// newHashedReader starts the hashing, which end ends.
func newHashedReader(r io.ReaderAt) *hashedReader {
	h := &hashedReader{r: r, block: make([]byte, 0, hashBlock), filled: make(chan []byte), hashed: make(chan []byte, 1), sum: sha256.New()}
	h.hashed <- make([]byte, 0, hashBlock)
	go func() {
		defer close(h.hashed)
		for block := range h.filled {
			h.sum.Write(block)
			h.hashed <- block[:0]
		}
	}()
	return h
}

// ReadAt reads on.
func (h *hashedReader) ReadAt(p []byte, at int64) (int, error) {
	if at != h.next {
		return 0, fmt.Errorf("byte %d is read where byte %d comes", at, h.next)
	}
	n, err := h.r.ReadAt(p, at)
	h.next += int64(n)
	for read := p[:n]; len(read) > 0; {
		part := read[:min(len(read), cap(h.block)-len(h.block))]
		h.block, read = append(h.block, part...), read[len(part):]
		if len(h.block) == cap(h.block) {
			h.filled <- h.block
			h.block = <-h.hashed
		}
	}
	return n, err
}

// end returns the hash of all that was read. Nothing can be read any more.
func (h *hashedReader) end() hash.Hash {
	h.filled <- h.block
	close(h.filled)
	for range h.hashed {
	}
	return h.sum
}
