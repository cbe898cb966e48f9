package hdf5

import (
	"errors"
	"io"
)

// File is an open HDF5 file. It is not safe for concurrent use.
type File struct {
	r      io.ReaderAt
	size   int64
	base   int64 // address 0 of the file's own addresses
	end    int64 // the superblock's end-of-file address, absolute
	sizes  sizes
	root   uint64
	budget int64 // bytes of metadata that may still be read
}

// The metadata that may be read in all: a generous multiple of what a sound
// file of that size can hold.
const (
	budgetFactor = 4
	budgetFloor  = 32 << 20
)

// Open reads the superblock of a file of size bytes. The error is a
// *ShortError when the file is not all there, and a *FormatError when it is no
// HDF5 file or is damaged.
func Open(r io.ReaderAt, size int64) (*File, error) {
	f := &File{r: r, size: size, budget: budgetFactor*size + budgetFloor}
	if err := f.readSuperblock(); err != nil {
		return nil, err
	}
	if f.end > size {
		return nil, &ShortError{Have: size, Want: f.end}
	}
	return f, nil
}

// Root is the file's root group.
func (f *File) Root() (*Object, error) { return f.object(f.root) }

// block reads n bytes of metadata at a file address.
func (f *File) block(address uint64, n int64) (*cursor, error) {
	absolute, err := f.locate(address, n)
	if err != nil {
		return nil, err
	}
	if f.budget -= n + 64; f.budget < 0 {
		return nil, errorAt(absolute, "the metadata is larger than the file can hold: it refers to itself")
	}
	data := make([]byte, n)
	if err := f.readAt(data, absolute); err != nil {
		return nil, err
	}
	return &cursor{data: data, address: absolute, sizes: f.sizes}, nil
}

// blockUpTo is block for data of unknown length: at most n bytes.
func (f *File) blockUpTo(address uint64, n int64) (*cursor, error) {
	if address < uint64(f.size-f.base) {
		n = min(n, f.size-f.base-int64(address))
	}
	return f.block(address, n)
}

// locate checks that n bytes at a file address lie inside the file and returns
// their absolute position.
func (f *File) locate(address uint64, n int64) (int64, error) {
	if address == undefined {
		return 0, errorAt(-1, "something is stored at the address of nothing")
	}
	room := f.size - f.base
	if n < 0 || address > uint64(room) || n > room-int64(address) {
		return 0, errorAt(-1, "%d bytes at address %d lie outside of the file", n, address)
	}
	return f.base + int64(address), nil
}

func (f *File) readAt(dst []byte, absolute int64) error {
	n, err := f.r.ReadAt(dst, absolute)
	if n == len(dst) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return errorAt(absolute, "reading failed: %v", err)
}
