package safetensors

import (
	"encoding/binary"
	"math"

	"github.com/x448/float16"
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
	decoder(t.DType)(values, t.Data)
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
	data := make([]byte, 0, 2*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint16(data, float16.Fromfloat32(v).Bits())
	}
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

// decoder returns the function that turns bytes of a type into float32.
func decoder(d DType) func(dst []float32, src []byte) {
	le := binary.LittleEndian
	switch d {
	case F64:
		return decode8(func(u uint64) float32 { return float32(math.Float64frombits(u)) })
	case I64:
		return decode8(func(u uint64) float32 { return float32(int64(u)) })
	case F32:
		return func(dst []float32, src []byte) {
			for i := range dst {
				dst[i] = math.Float32frombits(le.Uint32(src[4*i:]))
			}
		}
	case I32:
		return func(dst []float32, src []byte) {
			for i := range dst {
				dst[i] = float32(int32(le.Uint32(src[4*i:])))
			}
		}
	case F16:
		return func(dst []float32, src []byte) {
			for i := range dst {
				dst[i] = float16.Frombits(le.Uint16(src[2*i:])).Float32()
			}
		}
	case BF16:
		return func(dst []float32, src []byte) {
			for i := range dst {
				dst[i] = math.Float32frombits(uint32(le.Uint16(src[2*i:])) << 16)
			}
		}
	case I8:
		return func(dst []float32, src []byte) {
			for i := range dst {
				dst[i] = float32(int8(src[i]))
			}
		}
	default:
		return func(dst []float32, src []byte) {
			for i := range dst {
				dst[i] = float32(src[i])
			}
		}
	}
}

func decode8(convert func(uint64) float32) func(dst []float32, src []byte) {
	return func(dst []float32, src []byte) {
		for i := range dst {
			dst[i] = convert(binary.LittleEndian.Uint64(src[8*i:]))
		}
	}
}
