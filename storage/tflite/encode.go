package tflite

import (
	"errors"
	"fmt"
	"slices"

	flatbuffers "github.com/google/flatbuffers/go"
)

// maxFile is what FlatBuffers' offsets reach, less what is not weights.
const maxFile = 2<<30 - 64<<20

// bufferAlignment is what schema.fbs asks of weights.
const bufferAlignment = 16

// kinds are the operators that are written: what BuiltinOptions calls their
// options, and the first version of the operator that does what edged asks of it.
var kinds = map[int]struct {
	options byte
	version int32
}{
	opAdd: {11, 2}, opAveragePool: {5, 2}, opConcatenation: {10, 2}, opConv2D: {1, 3}, opDepthwise: {2, 3},
	opDequantize: {38, 3}, opFullyConn: {8, 5}, opLogistic: {0, 2}, opMaxPool: {5, 2}, opMul: {21, 2}, opRelu: {0, 2},
	opRelu6: {0, 2}, opReshape: {17, 1}, opSoftmax: {9, 2}, opTanh: {0, 2}, opPad: {22, 2}, opMean: {27, 2}, opSub: {28, 2},
	opExp: {33, 1}, opPrelu: {0, 1}, opMaximum: {39, 2}, opMinimum: {39, 2}, opGreater: {44, 1}, opLog: {0, 1},
	opReduceMax: {27, 2}, opLeakyRelu: {75, 2}, opElu: {0, 1}, opQuantize: {89, 2}, opHardSwish: {91, 1}, opSelect: {47, 1}, opSlice: {48, 2},
	opGelu: {116, 1},
}

// encoder builds the file from its end.
type encoder struct{ *flatbuffers.Builder }

// encode is the whole file.
func (w *writer) encode() ([]byte, error) {
	size := 0
	for _, t := range w.tensors {
		size += len(t.data)
	}
	if size > maxFile {
		return nil, fmt.Errorf("its weights take %d bytes and a .tflite file may have 2 GB", size)
	}
	e := encoder{flatbuffers.NewBuilder(size + 1<<16)}
	buffers := []flatbuffers.UOffsetT{e.buffer(nil)}
	var tensors []flatbuffers.UOffsetT
	for _, t := range w.tensors {
		number := 0
		if t.data != nil {
			number = len(buffers)
			buffers = append(buffers, e.buffer(t.data))
		}
		tensors = append(tensors, e.tensor(t, number))
	}
	var codes []int
	var operators []flatbuffers.UOffsetT
	for _, o := range w.operators {
		if !slices.Contains(codes, o.code) {
			codes = append(codes, o.code)
		}
		if _, ok := kinds[o.code]; !ok {
			return nil, errors.New("an operator that is not known")
		}
		operators = append(operators, e.operator(o, slices.Index(codes, o.code)))
	}
	graph := e.graph(e.offsets(tensors), e.offsets(operators), w.input, w.output)
	graphs := e.offsets([]flatbuffers.UOffsetT{graph})
	var kinds []flatbuffers.UOffsetT
	for _, code := range codes {
		kinds = append(kinds, e.code(code))
	}
	list, buffer, description := e.offsets(kinds), e.offsets(buffers), e.CreateString("edged")
	e.StartObject(8)
	e.PrependUint32Slot(0, 3, 0)
	e.PrependUOffsetTSlot(1, list, 0)
	e.PrependUOffsetTSlot(2, graphs, 0)
	e.PrependUOffsetTSlot(3, description, 0)
	e.PrependUOffsetTSlot(4, buffer, 0)
	e.FinishWithFileIdentifier(e.EndObject(), []byte(identifier))
	return e.FinishedBytes(), nil
}

func (e encoder) buffer(data []byte) flatbuffers.UOffsetT {
	var at flatbuffers.UOffsetT
	if data != nil {
		e.StartVector(1, len(data), bufferAlignment)
		for _, b := range slices.Backward(data) {
			e.PlaceByte(b)
		}
		at = e.EndVector(len(data))
	}
	e.StartObject(1)
	e.PrependUOffsetTSlot(0, at, 0)
	return e.EndObject()
}

func (e encoder) tensor(t tensor, buffer int) flatbuffers.UOffsetT {
	shape, name := e.integers(t.shape), e.CreateString(t.name)
	var signature, quantization flatbuffers.UOffsetT
	if t.batched {
		signature = e.integers(append([]int{-1}, t.shape[1:]...))
	}
	if t.scales != nil {
		quantization = e.quantization(t)
	}
	e.StartObject(9)
	e.PrependUOffsetTSlot(0, shape, 0)
	e.PrependByteSlot(1, byte(t.kind), 0)
	e.PrependUint32Slot(2, uint32(buffer), 0)
	e.PrependUOffsetTSlot(3, name, 0)
	e.PrependUOffsetTSlot(4, quantization, 0)
	e.PrependUOffsetTSlot(7, signature, 0)
	return e.EndObject()
}

func (e encoder) quantization(t tensor) flatbuffers.UOffsetT {
	e.StartVector(4, len(t.scales), 4)
	for _, s := range slices.Backward(t.scales) {
		e.PlaceFloat32(s)
	}
	scales := e.EndVector(len(t.scales))
	e.StartVector(8, len(t.zeros), 8)
	for _, z := range slices.Backward(t.zeros) {
		e.PlaceInt64(int64(z))
	}
	zeros := e.EndVector(len(t.zeros))
	e.StartObject(7)
	e.PrependUOffsetTSlot(2, scales, 0)
	e.PrependUOffsetTSlot(3, zeros, 0)
	e.PrependInt32Slot(6, int32(t.axis), 0)
	return e.EndObject()
}

func (e encoder) operator(o written, index int) flatbuffers.UOffsetT {
	inputs, outputs := e.integers(o.inputs), e.integers(o.outputs)
	kind := kinds[o.code].options
	var options flatbuffers.UOffsetT
	if kind != 0 {
		e.StartObject(7)
		for _, f := range o.options {
			e.option(f)
		}
		options = e.EndObject()
	}
	e.StartObject(5)
	e.PrependUint32Slot(0, uint32(index), 0)
	e.PrependUOffsetTSlot(1, inputs, 0)
	e.PrependUOffsetTSlot(2, outputs, 0)
	e.PrependByteSlot(3, kind, 0)
	e.PrependUOffsetTSlot(4, options, 0)
	return e.EndObject()
}

func (e encoder) option(f option) {
	switch v := f.value.(type) {
	case bool:
		e.PrependBoolSlot(f.slot, v, false)
	case byte:
		e.PrependByteSlot(f.slot, v, 0)
	case int32:
		e.PrependInt32Slot(f.slot, v, 0)
	case float32:
		e.PrependFloat32Slot(f.slot, v, 0)
	}
}

func (e encoder) graph(tensors, operators flatbuffers.UOffsetT, input, output int) flatbuffers.UOffsetT {
	inputs, outputs, name := e.integers([]int{input}), e.integers([]int{output}), e.CreateString("main")
	e.StartObject(5)
	e.PrependUOffsetTSlot(0, tensors, 0)
	e.PrependUOffsetTSlot(1, inputs, 0)
	e.PrependUOffsetTSlot(2, outputs, 0)
	e.PrependUOffsetTSlot(3, operators, 0)
	e.PrependUOffsetTSlot(4, name, 0)
	return e.EndObject()
}

// code lists an operator. Those above 127 have a number for old readers too.
func (e encoder) code(code int) flatbuffers.UOffsetT {
	e.StartObject(4)
	e.PrependByteSlot(0, byte(min(code, 127)), 0)
	e.PrependInt32Slot(2, kinds[code].version, 1)
	e.PrependInt32Slot(3, int32(code), 0)
	return e.EndObject()
}

func (e encoder) integers(list []int) flatbuffers.UOffsetT {
	e.StartVector(4, len(list), 4)
	for _, v := range slices.Backward(list) {
		e.PlaceInt32(int32(v))
	}
	return e.EndVector(len(list))
}

func (e encoder) offsets(list []flatbuffers.UOffsetT) flatbuffers.UOffsetT {
	e.StartVector(4, len(list), 4)
	for _, at := range slices.Backward(list) {
		e.PrependUOffsetT(at)
	}
	return e.EndVector(len(list))
}
