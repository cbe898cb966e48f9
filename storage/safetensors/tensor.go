package safetensors

import (
	"encoding/binary"
	"math"

	"edged/quant"
)

// Tensor is a tensor in memory: Data are its elements, little endian, in row
// order.
type Tensor struct {
	Name  string
	DType DType
	Shape []int
	Data  []byte
}

// Float32s returns the elements of a tensor of any type as float32. F64, I32
// and I64 are rounded.
func (t Tensor) Float32s() []float32 {
	if t.DType.Size() == 0 {
		return nil
	}
	values := make([]float32, len(t.Data)/t.DType.Size())
	t.DType.Decode(values, t.Data)
	return values
}

// Int8s returns the elements of an I8 tensor, nil for any other type.
func (t Tensor) Int8s() []int8 {
	if t.DType != I8 {
		return nil
	}
	values := make([]int8, len(t.Data))
	for i, b := range t.Data {
		values[i] = int8(b)
	}
	return values
}

// Float32 is a tensor of type F32.
func Float32(name string, shape []int, values []float32) Tensor {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return Tensor{name, F32, shape, data}
}

// Float16 is a tensor of type F16: values are rounded to the nearest, ties to
// even. Those beyond 65519 become infinite.
func Float16(name string, shape []int, values []float32) Tensor {
	data := make([]byte, 2*len(values))
	quant.EncodeFloat16(data, values)
	return Tensor{name, F16, shape, data}
}

// Int8 is a tensor of type I8.
func Int8(name string, shape []int, values []int8) Tensor {
	data := make([]byte, len(values))
	for i, v := range values {
		data[i] = byte(v)
	}
	return Tensor{name, I8, shape, data}
}

// Int32 is a tensor of type I32.
func Int32(name string, shape []int, values []int32) Tensor {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, uint32(v))
	}
	return Tensor{name, I32, shape, data}
}
