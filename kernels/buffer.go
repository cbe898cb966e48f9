package kernels

import "unsafe"

// Alignment is the alignment in bytes of every buffer that NewBuffer makes: one
// cache line, and the widest vector register of any supported CPU.
const Alignment = 64

// Buffer is a piece of aligned memory that holds one tensor, whatever its
// element type. The typed views share the memory; none of them allocates.
type Buffer []byte

// NewBuffer returns a zeroed buffer of size bytes whose first byte is aligned
// to Alignment.
func NewBuffer(size int) Buffer {
	raw := make([]byte, size+Alignment-1)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(raw))) & (Alignment - 1))
	return raw[skip : skip+size : skip+size]
}

// Float32Bytes, Float16Bytes and the like convert an element count to bytes.
const (
	Float32Bytes = 4
	Float16Bytes = 2
	Int32Bytes   = 4
)

// Float32 views the buffer as float32 elements.
func (b Buffer) Float32() []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/Float32Bytes)
}

// Float16 views the buffer as IEEE 754 half-precision bit patterns.
func (b Buffer) Float16() []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/Float16Bytes)
}

// Int8 views the buffer as signed bytes.
func (b Buffer) Int8() []int8 {
	return unsafe.Slice((*int8)(unsafe.Pointer(unsafe.SliceData(b))), len(b))
}

// Int32 views the buffer as int32 elements.
func (b Buffer) Int32() []int32 {
	return unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/Int32Bytes)
}

// Float32Buffer views float32 values as a buffer without copying them.
func Float32Buffer(v []float32) Buffer {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*Float32Bytes)
}
