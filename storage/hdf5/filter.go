package hdf5

import (
	"bytes"
	"compress/zlib"
	"io"
)

// The filters that are read, by HDF5's registered numbers.
const (
	filterDeflate    = 1
	filterShuffle    = 2
	filterFletcher32 = 3
)

// readFilters reads a filter pipeline message (specification IV.A.2.l) and
// returns the filters' numbers in the order in which they were applied.
func readFilters(c *cursor) []int {
	version := c.version("filter pipeline", 1, 2)
	count := c.u8()
	if version == 1 {
		c.skip(6)
	}
	var filters []int
	for range count {
		id, nameSize := c.u16(), 0
		if version == 1 || id >= 256 {
			nameSize = c.u16()
		}
		c.skip(2) // flags
		values := c.u16()
		if version == 1 {
			nameSize += -nameSize & 7
			values += values & 1
		}
		c.skip(nameSize + 4*values)
		if c.err == nil && id != filterDeflate && id != filterShuffle && id != filterFletcher32 {
			c.fail("filter %d is not read: write the file with gzip or without compression", id)
		}
		filters = append(filters, id)
	}
	return filters
}

// unfilter undoes the filters on one chunk that has size bytes when plain.
func unfilter(filters []int, mask uint32, data []byte, size, elementSize int) ([]byte, error) {
	for i := len(filters) - 1; i >= 0; i-- {
		if i < 32 && mask>>i&1 != 0 {
			continue
		}
		switch filters[i] {
		case filterDeflate:
			plain, err := inflate(data, size+4)
			if err != nil {
				return nil, err
			}
			data = plain
		case filterShuffle:
			data = unshuffle(data, elementSize)
		case filterFletcher32:
			if len(data) < 4 {
				return nil, errorAt(-1, "a chunk is too short for its checksum")
			}
			data = data[:len(data)-4]
		}
	}
	if len(data) != size {
		return nil, errorAt(-1, "a chunk has %d bytes where %d were expected", len(data), size)
	}
	return data, nil
}

// inflate undoes zlib and refuses to make more than limit bytes.
func inflate(data []byte, limit int) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, errorAt(-1, "a chunk is not deflated: %v", err)
	}
	defer z.Close()
	var out bytes.Buffer
	if _, err := io.Copy(&out, io.LimitReader(z, int64(limit)+1)); err != nil {
		return nil, errorAt(-1, "a deflated chunk is damaged: %v", err)
	}
	if out.Len() > limit {
		return nil, errorAt(-1, "a deflated chunk is larger than its dataset says")
	}
	return out.Bytes(), nil
}

// unshuffle puts back together elements whose bytes were stored in planes.
func unshuffle(data []byte, elementSize int) []byte {
	if elementSize <= 1 {
		return data
	}
	out := make([]byte, len(data))
	n := len(data) / elementSize
	for plane := range elementSize {
		for i, b := range data[plane*n : (plane+1)*n] {
			out[i*elementSize+plane] = b
		}
	}
	copy(out[n*elementSize:], data[n*elementSize:])
	return out
}
