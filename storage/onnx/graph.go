package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"edged/storage/protobuf"

	"google.golang.org/protobuf/encoding/protowire"
)

// operator is one node of the graph.
type operator struct {
	index           int
	name, kind      string
	domain          string
	inputs, outputs []string // an empty name: left out
	attributes      map[string]*attribute
}

// String names the operator as errors do.
func (o *operator) String() string {
	if o.name == "" {
		return fmt.Sprintf("node %d (%s)", o.index, o.kind)
	}
	return fmt.Sprintf("node %q (%s)", o.name, o.kind)
}

// attribute is one of an operator's options, of whichever type.
type attribute struct {
	float  float64
	number int
	text   string
	list   []int
	tensor *tensor
}

// input is an input of the graph: its shape with the batch, -1 where open.
type input struct {
	name  string
	kind  int
	shape []int
}

// graph is a model's graph, and the version of the operators' definitions.
type graph struct {
	operators []operator
	constants map[string]*tensor
	inputs    []input
	outputs   []string
	version   int
	parts     int // messages and names read
}

const (
	// maxOperators bounds the graph, as nn bounds a network's layers.
	maxOperators = 1 << 13
	// maxParts bounds the inputs, outputs, attributes and tensors of all nodes
	// together: an empty one takes two bytes in the file and a hundred in memory.
	maxParts = 1 << 17
	// maxRank bounds a tensor's dimensions and what lists of them hold.
	maxRank = 8
)

var errNoModel = errors.New("it is no ONNX model")

// parse reads a ModelProto.
func parse(data []byte) (*graph, error) {
	var body []byte
	g := &graph{constants: map[string]*tensor{}}
	err := protobuf.Fields(data, func(f protobuf.Field) error {
		switch {
		case f.Is(7, protowire.BytesType):
			body = f.Bytes
		case f.Is(8, protowire.BytesType):
			return g.readVersion(f.Bytes)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoModel, err)
	}
	if body == nil || g.version == 0 {
		return nil, errNoModel
	}
	if err := protobuf.Fields(body, g.field); err != nil {
		return nil, err
	}
	return g, nil
}

// readVersion reads an OperatorSetIdProto; that of ONNX's own operators counts.
func (g *graph) readVersion(b []byte) error {
	domain, version := "", 0
	err := protobuf.Fields(b, func(f protobuf.Field) error {
		switch {
		case f.Is(1, protowire.BytesType):
			domain = string(f.Bytes)
		case f.Is(2, protowire.VarintType):
			version = int(f.Value)
		}
		return nil
	})
	if domain == "" || domain == "ai.onnx" {
		g.version = version
	}
	return err
}

// field reads a field of a GraphProto.
func (g *graph) field(f protobuf.Field) error {
	switch {
	case f.Is(1, protowire.BytesType):
		if len(g.operators) == maxOperators {
			return fmt.Errorf("it has more than %d nodes", maxOperators)
		}
		o, err := g.readOperator(f.Bytes)
		o.index = len(g.operators)
		g.operators = append(g.operators, o)
		return err
	case f.Is(5, protowire.BytesType):
		t, err := g.readTensor(f.Bytes)
		if err != nil {
			return err
		}
		g.constants[t.name] = t
	case f.Is(11, protowire.BytesType):
		if err := g.part(); err != nil {
			return err
		}
		in, err := readInput(f.Bytes)
		g.inputs = append(g.inputs, in)
		return err
	case f.Is(12, protowire.BytesType):
		if err := g.part(); err != nil {
			return err
		}
		out, err := readInput(f.Bytes)
		g.outputs = append(g.outputs, out.name)
		return err
	case f.Is(15, protowire.BytesType):
		return errors.New("its weights are sparse, which is not read")
	}
	return nil
}

// part counts a part of the graph that is about to be read.
func (g *graph) part() error {
	if g.parts++; g.parts > maxParts {
		return fmt.Errorf("it has more than %d inputs, outputs, attributes and tensors", maxParts)
	}
	return nil
}

// readOperator reads a NodeProto.
func (g *graph) readOperator(b []byte) (operator, error) {
	o := operator{attributes: map[string]*attribute{}}
	err := protobuf.Fields(b, func(f protobuf.Field) error {
		if f.Kind != protowire.BytesType {
			return nil
		}
		if err := g.part(); err != nil {
			return err
		}
		switch f.Number {
		case 1:
			o.inputs = append(o.inputs, string(f.Bytes))
		case 2:
			o.outputs = append(o.outputs, string(f.Bytes))
		case 3:
			o.name = string(f.Bytes)
		case 4:
			o.kind = string(f.Bytes)
		case 5:
			name, a, err := g.readAttribute(f.Bytes)
			o.attributes[name] = a
			return err
		case 7:
			o.domain = string(f.Bytes)
		}
		return nil
	})
	if err == nil && (len(o.outputs) == 0 || o.outputs[0] == "") {
		err = fmt.Errorf("%v has no output", &o)
	}
	return o, err
}

// readAttribute reads an AttributeProto.
func (g *graph) readAttribute(b []byte) (name string, a *attribute, err error) {
	a = &attribute{}
	err = protobuf.Fields(b, func(f protobuf.Field) error {
		switch {
		case f.Is(1, protowire.BytesType):
			name = string(f.Bytes)
		case f.Is(2, protowire.Fixed32Type):
			a.float = float64(math.Float32frombits(uint32(f.Value)))
		case f.Is(3, protowire.VarintType):
			a.number = int(f.Value)
		case f.Is(4, protowire.BytesType):
			a.text = string(f.Bytes)
		case f.Is(5, protowire.BytesType):
			a.tensor, err = g.readTensor(f.Bytes)
			return err
		case f.Number == 8:
			return integers(f, func(v uint64) error {
				if len(a.list) == 4*maxRank {
					return fmt.Errorf("attribute %q lists more than %d numbers", name, 4*maxRank)
				}
				a.list = append(a.list, int(v))
				return nil
			})
		}
		return nil
	})
	return name, a, err
}

// readInput reads a ValueInfoProto of a tensor.
func readInput(b []byte) (input, error) {
	var in input
	err := nested(b, []protowire.Number{2, 1}, func(f protobuf.Field) error {
		switch {
		case f.Is(1, protowire.VarintType):
			in.kind = int(f.Value)
		case f.Is(2, protowire.BytesType):
			return nested(f.Bytes, []protowire.Number{1}, nil, func(dimension []byte) error {
				size := -1
				err := protobuf.Fields(dimension, func(f protobuf.Field) error {
					if f.Is(1, protowire.VarintType) {
						size = int(f.Value)
					}
					return nil
				})
				if len(in.shape) == maxRank {
					return fmt.Errorf("an input has more than %d dimensions", maxRank)
				}
				in.shape = append(in.shape, size)
				return err
			})
		}
		return nil
	})
	if err != nil {
		return in, err
	}
	return in, protobuf.Fields(b, func(f protobuf.Field) error {
		if f.Is(1, protowire.BytesType) {
			in.name = string(f.Bytes)
		}
		return nil
	})
}

// nested walks down through messages by their fields' numbers. The last
// message's fields go to visit, or the message itself to each.
func nested(b []byte, path []protowire.Number, visit func(protobuf.Field) error, each ...func([]byte) error) error {
	return protobuf.Fields(b, func(f protobuf.Field) error {
		switch {
		case !f.Is(path[0], protowire.BytesType):
			return nil
		case len(path) > 1:
			return nested(f.Bytes, path[1:], visit, each...)
		case visit != nil:
			return protobuf.Fields(f.Bytes, visit)
		}
		return each[0](f.Bytes)
	})
}

// integers visits the numbers of a repeated field, packed or not.
func integers(f protobuf.Field, visit func(uint64) error) error {
	if f.Kind == protowire.VarintType {
		return visit(f.Value)
	}
	for b := f.Bytes; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		if err := visit(v); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// fixed appends the little-endian bytes of a repeated fixed-size field.
func fixed(to []byte, f protobuf.Field) []byte {
	switch f.Kind {
	case protowire.Fixed32Type:
		return binary.LittleEndian.AppendUint32(to, uint32(f.Value))
	case protowire.Fixed64Type:
		return binary.LittleEndian.AppendUint64(to, f.Value)
	}
	if to == nil {
		return slices.Clip(f.Bytes)
	}
	return append(to, f.Bytes...)
}

func (o *operator) float(name string, otherwise float64) float64 {
	if a, ok := o.attributes[name]; ok {
		return a.float
	}
	return otherwise
}

func (o *operator) number(name string, otherwise int) int {
	if a, ok := o.attributes[name]; ok {
		return a.number
	}
	return otherwise
}

func (o *operator) text(name, otherwise string) string {
	if a, ok := o.attributes[name]; ok {
		return a.text
	}
	return otherwise
}

func (o *operator) list(name string) []int {
	if a, ok := o.attributes[name]; ok {
		return a.list
	}
	return nil
}
