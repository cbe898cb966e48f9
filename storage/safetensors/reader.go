package safetensors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"edged/quant"
)

// chunk is how much of a tensor is in memory while it is converted.
const chunk = 64 << 10

// ErrShort is wrapped by the error about a file that ends before its data do,
// as one does that is still being copied.
var ErrShort = errors.New("the file is too short")

// File is an open safetensors file: its header. Tensors are read on demand.
type File struct {
	r      io.ReaderAt
	header *header
	byName map[string]int
}

// Open reads and checks the header of a file of size bytes. Tensors must have
// one of the known types, bytes that match type and shape, and fill the file
// without overlap or gap; the header has at most MaxHeader bytes.
func Open(r io.ReaderAt, size int64) (*File, error) {
	var prefix [8]byte
	if size < int64(len(prefix)) {
		return nil, fmt.Errorf("%w: %d bytes are no safetensors header", ErrShort, size)
	}
	if _, err := r.ReadAt(prefix[:], 0); err != nil {
		return nil, fmt.Errorf("read the header's length: %w", err)
	}
	n := binary.LittleEndian.Uint64(prefix[:])
	if n > MaxHeader {
		return nil, fmt.Errorf("the header claims %d bytes and may have %d", n, MaxHeader)
	}
	start := int64(len(prefix)) + int64(n)
	if start > size {
		return nil, fmt.Errorf("%w: the header has %d bytes and the file %d", ErrShort, n, size)
	}
	text := make([]byte, n)
	if _, err := r.ReadAt(text, int64(len(prefix))); err != nil && n > 0 {
		return nil, fmt.Errorf("read the header: %w", err)
	}
	h, err := parseHeader(text, start, size)
	if err != nil {
		return nil, err
	}
	f := &File{r: r, header: h, byName: make(map[string]int, len(h.tensors))}
	for i, t := range h.tensors {
		f.byName[t.Name] = i
	}
	return f, nil
}

// Tensors describes all tensors in the order of their data: reading them one
// after the other reads the file from front to back.
func (f *File) Tensors() []Info { return f.header.tensors }

// Metadata is the header's text entries; it may be nil.
func (f *File) Metadata() map[string]string { return f.header.metadata }

// Lookup describes the tensor of that name.
func (f *File) Lookup(name string) (Info, bool) {
	i, ok := f.byName[name]
	if !ok {
		return Info{}, false
	}
	return f.header.tensors[i], true
}

// Bytes returns a tensor's bytes as they are in the file, little endian.
func (f *File) Bytes(name string) ([]byte, error) {
	t, err := f.find(name)
	if err != nil {
		return nil, err
	}
	data := make([]byte, t.end-t.begin)
	if err := f.read(t, data, 0); err != nil {
		return nil, err
	}
	return data, nil
}

// Float32s returns the elements of a tensor of any type as float32. F64, I32
// and I64 are rounded.
func (f *File) Float32s(name string) ([]float32, error) {
	t, err := f.find(name)
	if err != nil {
		return nil, err
	}
	values := make([]float32, t.Elements())
	return values, f.ReadFloat32s(name, values)
}

// ReadFloat32s fills dst, which must have as many elements as the tensor, as
// Float32s does but without memory of its own beyond a small buffer.
func (f *File) ReadFloat32s(name string, dst []float32) error {
	t, err := f.find(name)
	if err != nil {
		return err
	}
	if len(dst) != t.Elements() {
		return fmt.Errorf("tensor %q has %d elements and room for %d was given", name, t.Elements(), len(dst))
	}
	return f.chunks(t, func(first int, data []byte) {
		t.DType.Decode(dst[first:][:len(data)/t.DType.Size()], data)
	})
}

// Float16s returns the bits of the elements of an F16 tensor.
func (f *File) Float16s(name string) ([]uint16, error) {
	t, err := f.find(name)
	if err != nil {
		return nil, err
	}
	if t.DType != F16 {
		return nil, fmt.Errorf("tensor %q is of type %s, not F16", name, t.DType)
	}
	bits := make([]uint16, t.Elements())
	return bits, f.chunks(t, func(first int, data []byte) {
		quant.GetFloat16(bits[first:][:len(data)/2], data)
	})
}

// chunks reads a tensor piece by piece; first is the index of a piece's first
// element. The bytes are valid during the call.
func (f *File) chunks(t Info, read func(first int, data []byte)) error {
	buffer := make([]byte, min(chunk, t.end-t.begin))
	for done := int64(0); done < t.end-t.begin; done += int64(len(buffer)) {
		buffer = buffer[:min(int64(len(buffer)), t.end-t.begin-done)]
		if err := f.read(t, buffer, done); err != nil {
			return err
		}
		read(int(done)/t.DType.Size(), buffer)
	}
	return nil
}

func (f *File) find(name string) (Info, error) {
	t, ok := f.Lookup(name)
	if !ok {
		return Info{}, fmt.Errorf("there is no tensor %q", name)
	}
	return t, nil
}

// read fills buffer from the tensor's byte at on.
func (f *File) read(t Info, buffer []byte, at int64) error {
	if len(buffer) == 0 {
		return nil
	}
	n, err := f.r.ReadAt(buffer, t.begin+at)
	if n == len(buffer) {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = ErrShort
	}
	return fmt.Errorf("tensor %q: %w", t.Name, err)
}

// Tensors is a whole file in memory, by name.
type Tensors map[string]Tensor

// ReadFile reads all tensors of the file at path into memory.
func ReadFile(path string) (Tensors, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	stat, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !stat.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := Open(file, stat.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	all := make(Tensors, len(f.Tensors()))
	for _, t := range f.Tensors() {
		data, err := f.Bytes(t.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all[t.Name] = Tensor{Name: t.Name, DType: t.DType, Shape: t.Shape, Data: data}
	}
	return all, nil
}
