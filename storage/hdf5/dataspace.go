package hdf5

// dataspace is the shape of a dataset or attribute: no dimensions for a scalar.
type dataspace struct {
	dims []int
	null bool // no elements at all
}

const maxRank = 32

// readDataspace reads a dataspace message (specification IV.A.2.b).
func readDataspace(c *cursor) dataspace {
	version := c.version("dataspace", 1, 2)
	rank, flags := c.u8(), c.u8()
	var s dataspace
	if version == 1 {
		c.skip(5)
	} else {
		s.null = c.u8() == 2
	}
	if rank > maxRank {
		c.fail("%d dimensions", rank)
		return s
	}
	for range rank {
		d := c.length()
		if d > 1<<40 {
			c.fail("a dimension of %d", d)
			return s
		}
		s.dims = append(s.dims, int(d))
	}
	if flags&1 != 0 {
		c.skip(rank * c.sizes.length) // maximum dimensions
	}
	return s
}

// elements is the number of elements, or an error when they cannot be in a
// file of limit bytes.
func (s dataspace) elements(limit int64) (int, error) {
	if s.null {
		return 0, nil
	}
	n := int64(1)
	for _, d := range s.dims {
		if d == 0 {
			return 0, nil
		}
		if n > limit/int64(d) {
			return 0, errorAt(-1, "the shape %v holds more than the file", s.dims)
		}
		n *= int64(d)
	}
	return int(n), nil
}
