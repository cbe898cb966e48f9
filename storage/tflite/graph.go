package tflite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"edged/quant"
)

// The element types.
const (
	typeFloat32 = 0
	typeFloat16 = 1
	typeInt32   = 2
	typeUint8   = 3
	typeInt64   = 4
	typeBool    = 6
	typeInt8    = 9
)

// tensor is one edge of the graph or a constant.
type tensor struct {
	name  string
	shape []int
	kind  int
	data  []byte // of a constant, nil for what is computed

	scales []float32 // of integers that stand for real numbers
	zeros  []int     // one for each scale
	axis   int       // that the scales belong to

	batched bool // tells the writer that the first axis is the batch
}

// operator is one node of the graph.
type operator struct {
	code    int
	inputs  []int // tensors; -1: left out
	outputs []int
	options table
}

// graph is the first subgraph of a model.
type graph struct {
	tensors         []tensor
	operators       []operator
	inputs, outputs []int
}

const identifier = "TFL3"

// errNoModel is what a file that is something else gets.
var errNoModel = errors.New("it is no TensorFlow Lite model")

// parse reads the graph. All tensors that operators name exist.
func parse(data []byte) (*graph, error) {
	if len(data) < 8 || string(data[4:8]) != identifier {
		return nil, errNoModel
	}
	f := &file{data: data}
	model := f.table(f.follow(0))
	if v := model.int(0, 0); f.err == nil && v != 3 {
		return nil, fmt.Errorf("it is of version %d of the format, which is unknown", v)
	}
	codes := operatorCodes(model.tables(1))
	subgraphs, buffers := model.tables(2), model.tables(4)
	if f.err != nil {
		return nil, f.err
	}
	if len(subgraphs) != 1 {
		return nil, fmt.Errorf("it has %d graphs, one is read", len(subgraphs))
	}
	g := &graph{}
	for _, t := range subgraphs[0].tables(0) {
		g.tensors = append(g.tensors, readTensor(t, buffers))
	}
	g.inputs, g.outputs = subgraphs[0].ints(1), subgraphs[0].ints(2)
	for _, o := range subgraphs[0].tables(3) {
		op := operator{inputs: o.ints(1), outputs: o.ints(2), options: o.sub(4)}
		index := o.int(0, 0)
		if index < 0 || index >= len(codes) {
			return nil, fmt.Errorf("an operator of kind %d where %d are listed", index, len(codes))
		}
		op.code = codes[index]
		g.operators = append(g.operators, op)
	}
	if f.err != nil {
		return nil, f.err
	}
	return g, g.check()
}

func operatorCodes(list []table) []int {
	codes := make([]int, len(list))
	for i, c := range list {
		codes[i] = max(c.byte(0, 0), c.int(3, 0))
	}
	return codes
}

func readTensor(t table, buffers []table) tensor {
	out := tensor{shape: t.ints(0), kind: t.byte(1, 0), name: t.text(3)}
	if i := t.int(2, 0); i > 0 && i < len(buffers) {
		if data := buffers[i].bytes(0); len(data) > 0 {
			out.data = data
		}
	}
	q := t.sub(4)
	for _, v := range q.ints(2) {
		out.scales = append(out.scales, math.Float32frombits(uint32(int32(v))))
	}
	out.zeros, out.axis = q.longs(3), q.int(6, 0)
	return out
}

// check sees to it that every index is that of a tensor.
func (g *graph) check() error {
	inside := func(list []int, least int) error {
		for _, i := range list {
			if i < least || i >= len(g.tensors) {
				return fmt.Errorf("tensor %d is named and there are %d", i, len(g.tensors))
			}
		}
		return nil
	}
	if err := errors.Join(inside(g.inputs, 0), inside(g.outputs, 0)); err != nil {
		return err
	}
	for _, o := range g.operators {
		if err := errors.Join(inside(o.inputs, -1), inside(o.outputs, 0)); err != nil {
			return err
		}
		if len(o.outputs) == 0 {
			return errors.New("an operator has no output")
		}
	}
	if len(g.inputs) != 1 || len(g.outputs) != 1 {
		return fmt.Errorf("it has %d inputs and %d outputs and must have one of each", len(g.inputs), len(g.outputs))
	}
	return nil
}

// elements is the number of elements of a constant's shape.
func (t *tensor) elements() (int, error) {
	n := 1
	for _, d := range t.shape {
		if d < 0 || d > 0 && n > len(t.data)/d {
			return 0, fmt.Errorf("tensor %q of shape %v has %d bytes", t.name, t.shape, len(t.data))
		}
		n *= d
	}
	return n, nil
}

// floats are the values of a float32 or float16 constant.
func (t *tensor) floats() ([]float32, error) {
	n, err := t.elements()
	if err != nil {
		return nil, err
	}
	out := make([]float32, n)
	switch {
	case t.kind == typeFloat32 && len(t.data) == 4*n:
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.data[4*i:]))
		}
	case t.kind == typeFloat16 && len(t.data) == 2*n:
		quant.DecodeFloat16(out, t.data)
	case t.kind == typeInt8 || t.kind == typeInt32:
		return out, t.reals(out)
	default:
		return nil, fmt.Errorf("tensor %q of type %d and shape %v has %d bytes; float32 and float16 are read", t.name, t.kind, t.shape, len(t.data))
	}
	return out, nil
}

// integers are the values of an int32 or int64 constant.
func (t *tensor) integers() ([]int, error) {
	n, err := t.elements()
	if err != nil {
		return nil, err
	}
	out := make([]int, n)
	switch {
	case t.kind == typeInt32 && len(t.data) == 4*n:
		for i := range out {
			out[i] = int(int32(binary.LittleEndian.Uint32(t.data[4*i:])))
		}
	case t.kind == typeInt64 && len(t.data) == 8*n:
		for i := range out {
			out[i] = int(binary.LittleEndian.Uint64(t.data[8*i:]))
		}
	default:
		return nil, fmt.Errorf("tensor %q of type %d and shape %v has %d bytes; integers were expected", t.name, t.kind, t.shape, len(t.data))
	}
	return out, nil
}
