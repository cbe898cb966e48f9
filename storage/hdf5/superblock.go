package hdf5

import "bytes"

const signature = "\x89HDF\r\n\x1a\n"

// maxSuperblock is more than a superblock and its root entry have, in bytes.
const maxSuperblock = 128

// Is tells whether a file that begins so may be HDF5.
func Is(head []byte) bool { return bytes.HasPrefix(head, []byte(signature)) }

// readSuperblock finds the superblock at byte 0 or, behind a user block, at
// 512 and its doubles, and takes sizes and the root group from it.
func (f *File) readSuperblock() error {
	blank := true
	for at := int64(0); at+int64(len(signature)) <= f.size; at = max(512, at*2) {
		head := make([]byte, len(signature))
		if err := f.readAt(head, at); err != nil {
			return err
		}
		if string(head) == signature {
			return f.parseSuperblock(at)
		}
		blank = blank && string(head) == "\x00\x00\x00\x00\x00\x00\x00\x00"
	}
	if blank {
		return &ShortError{Have: f.size}
	}
	return errorAt(-1, "this is no HDF5 file: it has no superblock")
}

func (f *File) parseSuperblock(at int64) error {
	c, err := f.blockUpTo(uint64(at), maxSuperblock)
	if err != nil {
		return err
	}
	c.skip(len(signature))
	version := c.version("superblock", 0, 1, 2, 3)
	if version <= 1 {
		f.parseOldSuperblock(c, version)
	} else {
		f.parseNewSuperblock(c)
	}
	if c.err != nil && len(c.data) < maxSuperblock {
		return &ShortError{Have: f.size}
	}
	if c.err != nil {
		return c.err
	}
	if f.base != at {
		return errorAt(at, "the superblock stands at byte %d and gives %d as its base address", at, f.base)
	}
	return nil
}

func (f *File) parseOldSuperblock(c *cursor, version int) {
	c.skip(4) // versions of free space, root group, reserved, shared header
	f.setSizes(c)
	c.skip(1 + 2 + 2 + 4) // reserved, group leaf and internal node K, flags
	if version == 1 {
		c.skip(4) // chunk B-tree K, reserved
	}
	f.setExtent(c)
	c.offset() // driver information
	c.offset() // the root entry's link name
	f.root = c.offset()
}

func (f *File) parseNewSuperblock(c *cursor) {
	f.setSizes(c)
	c.skip(1) // flags
	base := c.offset()
	c.offset() // extension
	end := c.offset()
	f.setBounds(c, base, end)
	f.root = c.offset()
	c.checksum("superblock")
}

func (f *File) setSizes(c *cursor) {
	f.sizes = sizes{offset: c.u8(), length: c.u8()}
	c.sizes = f.sizes
	for _, n := range []int{f.sizes.offset, f.sizes.length} {
		if c.err == nil && n != 2 && n != 4 && n != 8 {
			c.fail("addresses or lengths of %d bytes", n)
		}
	}
}

func (f *File) setExtent(c *cursor) {
	base := c.offset()
	c.offset() // free space
	f.setBounds(c, base, c.offset())
}

func (f *File) setBounds(c *cursor, base, end uint64) {
	if c.err != nil {
		return
	}
	if base > uint64(f.size) || end < base || end > 1<<62 {
		c.fail("base address %d or end-of-file address %d cannot be", base, end)
		return
	}
	f.base, f.end = int64(base), int64(end)
}
