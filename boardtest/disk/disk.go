// Package disk is a disk for an emulated machine that remembers each write, so
// that it can tell what a power cut at any moment would have left.
package disk

import (
	"bytes"
	"math/rand/v2"
	"sync"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// Disk is a disk in memory. Its methods may be called by several goroutines.
type Disk struct {
	mu      sync.Mutex
	initial []byte
	current []byte
	log     []command
}

// command is a write or, without data, a flush.
type command struct {
	offset int64
	data   []byte
	forced bool // a write that counts as flushed once it is done
}

// New returns a disk with that content, which it takes over.
func New(content []byte) *Disk {
	return &Disk{initial: content, current: bytes.Clone(content)}
}

// Size in bytes.
func (d *Disk) Size() int64 { return int64(len(d.initial)) }

// Position counts the writes and flushes so far: a moment in the disk's life.
func (d *Disk) Position() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.log)
}

func (d *Disk) read(b []byte, offset int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	copy(b, d.current[offset:])
}

// write takes data over. What is forced counts as flushed.
func (d *Disk) write(data []byte, offset int64, forced bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	copy(d.current[offset:], data)
	d.log = append(d.log, command{offset, data, forced})
}

func (d *Disk) flush() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append(d.log, command{})
}

// Cut returns what may be on the disk after a power cut at position: every write
// up to the last flush before it, and of each later one all, nothing or the first
// sectors, as random says.
func (d *Disk) Cut(position int, random *rand.Rand) []byte {
	d.mu.Lock()
	log := d.log[:position]
	d.mu.Unlock()
	flushed := len(log)
	for flushed > 0 && log[flushed-1].data != nil {
		flushed--
	}
	left := bytes.Clone(d.initial)
	for i, c := range log {
		data := c.data
		if i >= flushed && !c.forced {
			data = data[:survivors(len(data), random)]
		}
		copy(left[c.offset:], data)
	}
	return left
}

// survivors is how many bytes of an unflushed write reach the disk.
func survivors(size int, random *rand.Rand) int {
	switch random.IntN(5) {
	case 0, 1:
		return 0
	case 2:
		return random.IntN(size/sector+1) * sector
	default:
		return size
	}
}
