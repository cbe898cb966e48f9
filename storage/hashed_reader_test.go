package storage

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"testing"

	"go.uber.org/goleak"
)

// TestHashedReader reads files shorter and longer than its blocks in pieces of
// any size.
func TestHashedReader(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, hashBlock - 1, hashBlock, hashBlock + 1, 2 * hashBlock, 5*hashBlock + 3} {
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		h := newHashedReader(bytes.NewReader(data))
		if _, err := h.ReadAt(make([]byte, 1), 1); err == nil {
			t.Error("it read what was not next")
		}
		for at := 0; at < size; {
			p := make([]byte, min(1+r.IntN(2*hashBlock), size-at))
			n, err := h.ReadAt(p, int64(at))
			if n != len(p) || err != nil || !bytes.Equal(p, data[at:][:n]) {
				t.Fatalf("%d of %d bytes at %d of %d: %v", n, len(p), at, size, err)
			}
			at += n
		}
		if _, err := h.ReadAt(make([]byte, 1), int64(size)); err == nil {
			t.Error("it read beyond the end")
		}
		if want := sha256.Sum256(data); !slices.Equal(h.end().Sum(nil), want[:]) {
			t.Errorf("the hash of %d bytes is wrong", size)
		}
	}
}
