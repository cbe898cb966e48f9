package hdf5

import "strings"

// strings converts n raw elements of a string type.
func (f *File) strings(t datatype, raw []byte, n int) ([]string, error) {
	switch {
	case t.class == classString:
		out := make([]string, n)
		for i := range out {
			out[i] = trim(raw[i*t.size:(i+1)*t.size], t.padding)
		}
		return out, nil
	case t.class == classVariable && t.isString:
		return f.variableStrings(t, raw, n)
	}
	return nil, errorAt(-1, "text was expected, found datatype class %d", t.class)
}

func (f *File) variableStrings(t datatype, raw []byte, n int) ([]string, error) {
	if t.size < 8+f.sizes.offset {
		return nil, errorAt(-1, "references to strings of %d bytes", t.size)
	}
	out := make([]string, n)
	heaps := map[uint64]map[int][]byte{}
	for i := range out {
		c := cursor{data: raw[i*t.size : (i+1)*t.size], sizes: f.sizes}
		id := readGlobalHeapID(&c)
		if id.length == 0 {
			continue
		}
		heap, ok := heaps[id.collection]
		if !ok {
			var err error
			if heap, err = f.globalHeap(id.collection); err != nil {
				return nil, err
			}
			heaps[id.collection] = heap
		}
		object := heap[id.index]
		if id.length < 0 || id.length > len(object) {
			return nil, errorAt(-1, "a string of %d bytes is not in its heap", id.length)
		}
		if f.budget -= int64(id.length); f.budget < 0 {
			return nil, errorAt(-1, "the strings are larger than the file can hold")
		}
		out[i] = trim(object[:id.length], 0)
	}
	return out, nil
}

func trim(b []byte, padding int) string {
	s := string(b)
	if padding == 2 {
		return strings.TrimRight(s, " ")
	}
	if padding == 1 {
		return strings.TrimRight(s, "\x00")
	}
	s, _, _ = strings.Cut(s, "\x00")
	return s
}
