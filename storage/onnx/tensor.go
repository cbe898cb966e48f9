package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"edged/quant"
	"edged/storage/protobuf"
)

// The element types of TensorProto.DataType that are read.
const (
	typeFloat   = 1
	typeInt32   = 6
	typeInt64   = 7
	typeBool    = 9
	typeFloat16 = 10
	typeDouble  = 11
)

// tensor is a constant.
type tensor struct {
	name  string
	shape []int
	kind  int
	data  []byte // little endian
	list  []int  // of folded integers, instead of data
}

// maxIntegers bounds a list of integers: axes, shapes and the like.
const maxIntegers = 1 << 10

// readTensor reads a TensorProto.
func (g *graph) readTensor(b []byte) (*tensor, error) {
	if err := g.part(); err != nil {
		return nil, err
	}
	t := &tensor{}
	err := protobuf.Fields(b, func(f protobuf.Field) error {
		switch f.Number {
		case 1:
			return integers(f, func(v uint64) error {
				if len(t.shape) == maxRank {
					return fmt.Errorf("tensor %q has more than %d dimensions", t.name, maxRank)
				}
				t.shape = append(t.shape, int(v))
				return nil
			})
		case 2:
			t.kind = int(f.Value)
		case 4, 9, 10:
			t.data = fixed(t.data, f)
		case 5, 7:
			return integers(f, t.appendInteger)
		case 8:
			t.name = string(f.Bytes)
		case 13:
			return errExternal
		case 14:
			if f.Value == 1 {
				return errExternal
			}
		}
		return nil
	})
	return t, err
}

var errExternal = errors.New("its weights are in a file of their own (external data), which is not read: export it as one file")

// appendInteger adds an element of int32_data or int64_data, where the types
// are as the fields before it said.
func (t *tensor) appendInteger(v uint64) error {
	if t.kind == typeFloat16 {
		t.data = binary.LittleEndian.AppendUint16(t.data, uint16(v))
		return nil
	}
	if len(t.list) == maxIntegers {
		return fmt.Errorf("tensor %q lists more than %d integers", t.name, maxIntegers)
	}
	t.list = append(t.list, int(v))
	return nil
}

// elements is the number of elements, of bytes bytes each.
func (t *tensor) elements(bytes int) (int, error) {
	n := 1
	for _, d := range t.shape {
		if d < 0 || d > 0 && n > len(t.data)/bytes/d {
			return 0, t.wrong()
		}
		n *= d
	}
	if n*bytes != len(t.data) {
		return 0, t.wrong()
	}
	return n, nil
}

func (t *tensor) wrong() error {
	return fmt.Errorf("tensor %q of type %d and shape %v has %d bytes", t.name, t.kind, t.shape, len(t.data))
}

// floats are the values of a constant of float32, float16 or float64.
func (t *tensor) floats() ([]float32, error) {
	size, err := t.width()
	if err != nil {
		return nil, err
	}
	n, err := t.elements(size)
	if err != nil {
		return nil, err
	}
	out := make([]float32, n)
	switch t.kind {
	case typeFloat:
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.data[4*i:]))
		}
	case typeFloat16:
		quant.DecodeFloat16(out, t.data)
	default:
		for i := range out {
			out[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(t.data[8*i:])))
		}
	}
	return out, nil
}

// width is the bytes of each element of a constant of floating point.
func (t *tensor) width() (int, error) {
	size, ok := map[int]int{typeFloat: 4, typeFloat16: 2, typeDouble: 8}[t.kind]
	if !ok {
		return 0, fmt.Errorf("tensor %q is of type %d; float32, float16 and float64 are read", t.name, t.kind)
	}
	return size, nil
}

// integers are the values of a short list of int32 or int64.
func (t *tensor) integers() ([]int, error) {
	if t.list != nil {
		return t.list, nil
	}
	size, ok := map[int]int{typeInt32: 4, typeInt64: 8}[t.kind]
	if !ok {
		return nil, fmt.Errorf("tensor %q is of type %d and must be a list of integers", t.name, t.kind)
	}
	n, err := t.elements(size)
	if err != nil {
		return nil, err
	}
	if n > maxIntegers {
		return nil, fmt.Errorf("tensor %q lists more than %d integers", t.name, maxIntegers)
	}
	out := make([]int, n)
	for i := range out {
		if size == 4 {
			out[i] = int(int32(binary.LittleEndian.Uint32(t.data[4*i:])))
		} else {
			out[i] = int(binary.LittleEndian.Uint64(t.data[8*i:]))
		}
	}
	return out, nil
}

// whole is a folded constant of integers.
func whole(shape []int, list ...int) *tensor {
	if list == nil {
		list = []int{}
	}
	return &tensor{kind: typeInt64, shape: shape, list: list}
}

// floating is a folded constant of float32.
func floating(shape []int, values []float32) *tensor {
	t := &tensor{kind: typeFloat, shape: shape, data: make([]byte, 0, 4*len(values))}
	for _, v := range values {
		t.data = binary.LittleEndian.AppendUint32(t.data, math.Float32bits(v))
	}
	return t
}

// number is a folded constant of one float32.
func number(v float32) *tensor { return floating(nil, []float32{v}) }
