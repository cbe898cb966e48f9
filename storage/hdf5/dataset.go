package hdf5

// maxInflation bounds how much larger than the file the elements of a
// compressed dataset may be: deflate makes at most 1032 bytes of one.
const maxInflation = 1032

// Shape is a dataset's dimensions, outermost first; none for a scalar.
func (o *Object) Shape() ([]int, error) {
	d, err := o.describe()
	if err != nil {
		return nil, err
	}
	return d.space.dims, nil
}

// Floats reads a dataset of numbers as float32, in C order. limit bounds the
// number of elements; more are an error before anything is allocated. Opaque
// elements of two bytes whose attribute dtype is bfloat16 are such numbers:
// Keras 3 writes them.
func (o *Object) Floats(limit int) ([]float32, error) {
	d, err := o.describe()
	if err != nil {
		return nil, err
	}
	if d.kind.class == classOpaque && d.kind.size == 2 {
		a, err := o.Attribute("dtype")
		if err == nil {
			name, err := a.Text()
			d.kind.bfloat16 = err == nil && name == "bfloat16"
		}
	}
	if !d.kind.numeric() {
		return nil, errorAt(-1, "numbers were expected, found datatype class %d of %d bytes", d.kind.class, d.kind.size)
	}
	if d.layout.kind == contiguous {
		return o.stream(d, limit)
	}
	raw, n, err := o.read(d, limit)
	if err != nil {
		return nil, err
	}
	out := make([]float32, n)
	d.kind.floats(out, raw)
	return out, nil
}

// stream converts the elements of a contiguous dataset piece by piece.
func (o *Object) stream(d *description, limit int) ([]float32, error) {
	n, err := o.count(d, limit)
	if err != nil {
		return nil, err
	}
	at, err := o.file.contiguous(d, n*d.kind.size)
	if err != nil {
		return nil, err
	}
	out := make([]float32, n)
	piece := make([]byte, min(n*d.kind.size, max(pieceSize, d.kind.size)))
	for rest := out; len(rest) > 0; {
		k := min(len(rest), len(piece)/d.kind.size)
		raw := piece[:k*d.kind.size]
		if err := o.file.readAt(raw, at); err != nil {
			return nil, err
		}
		d.kind.floats(rest[:k], raw)
		rest, at = rest[k:], at+int64(len(raw))
	}
	return out, nil
}

const pieceSize = 256 << 10 // bytes

// Strings reads a dataset of strings, of at most limit elements.
func (o *Object) Strings(limit int) ([]string, error) {
	d, err := o.describe()
	if err != nil {
		return nil, err
	}
	raw, n, err := o.read(d, limit)
	if err != nil {
		return nil, err
	}
	return o.file.strings(d.kind, raw, n)
}

// description is what the messages say of a dataset.
type description struct {
	kind    datatype
	space   dataspace
	layout  layout
	filters []int
}

func (o *Object) describe() (*description, error) {
	kind, space, where := o.find(msgDatatype), o.find(msgDataspace), o.find(msgLayout)
	if kind == nil || space == nil || where == nil {
		return nil, errorAt(-1, "a dataset was expected")
	}
	if o.find(msgExternal) != nil {
		return nil, errorAt(-1, "a dataset keeps its elements in another file, which is refused")
	}
	d := &description{}
	var err error
	if d.kind, err = o.file.datatypeOf(kind); err != nil {
		return nil, err
	}
	shape, place := space.body, where.body
	d.space, d.layout = readDataspace(&shape), readLayout(&place)
	if err := firstError(shape.err, place.err); err != nil {
		return nil, err
	}
	if m := o.find(msgFilters); m != nil {
		body := m.body
		d.filters = readFilters(&body)
		if body.err != nil {
			return nil, body.err
		}
	}
	if d.kind.size <= 0 || int64(d.kind.size) > o.file.size {
		return nil, errorAt(kind.body.address, "elements of %d bytes", d.kind.size)
	}
	return d, nil
}

// count is the number of elements, which must fit the file and the limit.
func (o *Object) count(d *description, limit int) (int, error) {
	room := o.file.size
	if len(d.filters) > 0 {
		room *= maxInflation
	}
	n, err := d.space.elements(room / int64(d.kind.size))
	if err != nil {
		return 0, err
	}
	if n > limit {
		return 0, errorAt(-1, "the shape %v has more than the %d elements expected", d.space.dims, limit)
	}
	return n, nil
}

// read returns a dataset's raw elements and their number.
func (o *Object) read(d *description, limit int) ([]byte, int, error) {
	n, err := o.count(d, limit)
	if err != nil {
		return nil, 0, err
	}
	size := n * d.kind.size
	switch d.layout.kind {
	case compact:
		if len(d.layout.compact) < size {
			return nil, 0, errorAt(-1, "%d bytes of compact data where %d were expected", len(d.layout.compact), size)
		}
		return d.layout.compact[:size], n, nil
	case contiguous:
		at, err := o.file.contiguous(d, size)
		if err != nil {
			return nil, 0, err
		}
		raw := make([]byte, size)
		return raw, n, o.file.readAt(raw, at)
	default:
		raw, err := o.chunked(d, size)
		return raw, n, err
	}
}

// contiguous finds the elements of a contiguous dataset, of size bytes, in the
// file.
func (f *File) contiguous(d *description, size int) (int64, error) {
	if size == 0 {
		return 0, nil
	}
	if d.layout.extent.address == undefined {
		return 0, errorAt(-1, "a dataset has no data: it was created and never written")
	}
	if d.layout.extent.length >= 0 && d.layout.extent.length < int64(size) {
		return 0, errorAt(-1, "%d bytes of data where %d were expected", d.layout.extent.length, size)
	}
	return f.locate(d.layout.extent.address, int64(size))
}

// chunked puts the chunks of a dataset together. Every chunk must be there.
func (o *Object) chunked(d *description, size int) ([]byte, error) {
	if size == 0 {
		return nil, nil
	}
	if len(d.layout.chunk) != len(d.space.dims) {
		return nil, errorAt(-1, "chunks of %d dimensions in a dataset of %d", len(d.layout.chunk), len(d.space.dims))
	}
	plain, elements := int64(d.kind.size), 1
	for i, extent := range d.layout.chunk {
		if int64(extent) > int64(1<<31)/plain {
			return nil, errorAt(-1, "chunks of %v elements", d.layout.chunk)
		}
		plain *= int64(extent)
		elements *= min(extent, d.space.dims[i])
	}
	if int64(elements) > int64(size) || plain > o.file.size*maxInflation {
		return nil, errorAt(-1, "chunks of %v elements are larger than the file can hold", d.layout.chunk)
	}
	raw := make([]byte, size)
	seen := 0
	reader := &chunkReader{file: o.file, layout: d.layout, dims: d.space.dims, element: d.kind.size, filtered: len(d.filters) > 0}
	_, want := reader.grid()
	reader.visit = func(c chunk) error {
		if seen++; seen > want {
			return errorAt(-1, "more chunks than the shape has room for")
		}
		return o.placeChunk(raw, d, c, int(plain))
	}
	if err := reader.each(); err != nil {
		return nil, err
	}
	if seen != want {
		return nil, errorAt(-1, "%d of %d chunks are there", seen, want)
	}
	return raw, nil
}

func (o *Object) placeChunk(raw []byte, d *description, c chunk, plain int) error {
	for i, at := range c.offset {
		if at < 0 || at >= d.space.dims[i] || at%d.layout.chunk[i] != 0 {
			return errorAt(-1, "a chunk at %v in a dataset of %v", c.offset, d.space.dims)
		}
	}
	if len(d.filters) == 0 && c.extent.length != int64(plain) {
		return errorAt(-1, "a chunk of %d bytes where %d were expected", c.extent.length, plain)
	}
	at, err := o.file.locate(c.extent.address, c.extent.length)
	if err != nil {
		return err
	}
	data := make([]byte, c.extent.length)
	if err := o.file.readAt(data, at); err != nil {
		return err
	}
	if data, err = unfilter(d.filters, c.mask, data, plain, d.kind.size); err != nil {
		return err
	}
	copyChunk(raw, data, d.space.dims, d.layout.chunk, c.offset, d.kind.size)
	return nil
}

// copyChunk copies the part of a chunk that lies inside the dataset, one run
// of the last dimension at a time.
func copyChunk(dst, src []byte, dims, chunk, offset []int, element int) {
	if len(dims) == 0 {
		copy(dst, src)
		return
	}
	if len(dims) == 1 {
		n := min(chunk[0], dims[0]-offset[0])
		copy(dst[offset[0]*element:], src[:n*element])
		return
	}
	dstStride, srcStride := element, element
	for i := 1; i < len(dims); i++ {
		dstStride *= dims[i]
		srcStride *= chunk[i]
	}
	for i := range min(chunk[0], dims[0]-offset[0]) {
		copyChunk(dst[(offset[0]+i)*dstStride:(offset[0]+i+1)*dstStride], src[i*srcStride:(i+1)*srcStride], dims[1:], chunk[1:], offset[1:], element)
	}
}
