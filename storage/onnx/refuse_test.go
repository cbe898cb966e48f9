package onnx

import (
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"edged/kernels"
	"edged/nn"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is a protocol buffer under construction.
type message []byte

func (m message) text(field protowire.Number, s string) message {
	return protowire.AppendString(protowire.AppendTag(m, field, protowire.BytesType), s)
}

func (m message) number(field protowire.Number, v int) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), uint64(v))
}

func (m message) message(field protowire.Number, b message) message { return m.text(field, string(b)) }

// inputOf is a ValueInfoProto of float32, 0 standing for an open dimension.
func inputOf(name string, dims ...int) message {
	var shape message
	for _, d := range dims {
		var dim message
		if d != 0 {
			dim = dim.number(1, d)
		}
		shape = shape.message(1, dim)
	}
	tensor := message(nil).number(1, typeFloat).message(2, shape)
	return message(nil).text(1, name).message(2, message(nil).message(1, tensor))
}

func node(kind, out string, inputs ...string) message {
	var m message
	for _, in := range inputs {
		m = m.text(1, in)
	}
	return m.text(2, out).text(3, "last").text(4, kind)
}

func list(name string, values ...int) message {
	m := message(nil).text(1, name)
	for _, v := range values {
		m = m.number(8, v)
	}
	return m
}

func option(name string, v int) message { return message(nil).text(1, name).number(3, v) }

func weights(name string, kind, values int, dims ...int) message {
	var m message
	for _, d := range dims {
		m = m.number(1, d)
	}
	size := map[int]int{typeFloat: 4, typeInt64: 8}[kind]
	return m.number(2, kind).text(8, name).text(9, string(make([]byte, size*values)))
}

func integersOf(name string, values ...int) message {
	var data []byte
	for _, v := range values {
		data = binary.LittleEndian.AppendUint64(data, uint64(v))
	}
	return message(nil).number(1, len(values)).number(2, typeInt64).text(8, name).text(9, string(data))
}

// model is a ModelProto whose output is "out".
func model(parts ...message) []byte {
	graph := message(nil).message(12, inputOf("out"))
	for _, p := range parts {
		graph = append(graph, p...)
	}
	return message(nil).number(1, 8).message(8, message(nil).number(2, 17)).message(7, graph)
}

func in(m message) message       { return message(nil).message(11, m) }
func constant(m message) message { return message(nil).message(5, m) }
func op(m message) message       { return message(nil).message(1, m) }

func TestLoadRefuses(t *testing.T) {
	picture := in(inputOf("x", 0, 3, 8, 8))
	vector := in(inputOf("x", 1, 6))
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "no ONNX model"},
		{"something else", []byte("PK\x03\x04 something else"), "no ONNX model"},
		{"no graph", message(nil).number(1, 8), "no ONNX model"},
		{"unknown operator", model(picture, op(node("LRN", "out", "x"))), `node "last" (LRN): edged doesn't know this operator`},
		{"other domain", model(picture, op(node("Relu", "out", "x").text(7, "mine"))), `domain "mine"`},
		{"quantized", model(picture, op(node("QuantizeLinear", "out", "x"))), "quantized to integers"},
		{"external data", model(picture, constant(message(nil).text(8, "w").number(14, 1))), "external data"},
		{"external entries", model(picture, constant(message(nil).text(8, "w").text(13, ""))), "external data"},
		{"sparse", model(picture, message(nil).text(15, "")), "sparse"},
		{"no input", model(op(node("Relu", "out", "x"))), "0 inputs"},
		{"two inputs", model(picture, in(inputOf("y", 0, 3)), op(node("Add", "out", "x", "y"))), "2 inputs"},
		{"a batch", model(in(inputOf("x", 16, 3, 8, 8)), op(node("Relu", "out", "x"))), "a batch of 16"},
		{"open size", model(in(inputOf("x", 0, 3, 0, 0)), op(node("Relu", "out", "x"))), "fixed height and width"},
		{"huge input", model(in(inputOf("x", 0, 3, 1<<40, 1<<40)), op(node("Relu", "out", "x"))), "more than"},
		{"no such tensor", model(picture, op(node("Relu", "out", "y"))), `nothing computes "y"`},
		{"no output", model(picture, op(node("Relu", "y", "x"))), `nothing computes "out"`},
		{"no weights", model(picture, op(node("Conv", "out", "x"))), "its input 1 is no constant"},
		{"weights of another size", model(picture, constant(weights("w", typeFloat, 5, 2, 3, 3, 3)), op(node("Conv", "out", "x", "w"))), "has 20 bytes"},
		{"weights of absurd shape", model(picture, constant(weights("w", typeFloat, 4, 1<<40, 1<<40, 1, 1)), op(node("Conv", "out", "x", "w"))), "has 16 bytes"},
		{"channels that don't fit", model(picture, constant(weights("w", typeFloat, 8, 2, 4, 1, 1)), op(node("Conv", "out", "x", "w"))), "for 3 channels"},
		{"rows that don't fit", model(vector, constant(weights("w", typeFloat, 10, 5, 2)), op(node("MatMul", "out", "x", "w"))), "weights of 5 rows"},
		{"huge border", model(picture, constant(weights("w", typeFloat, 6, 2, 3, 1, 1)), op(node("Conv", "out", "x", "w").message(5, list("pads", 1<<40, 0, 0, 0)))), "pads"},
		{"huge window", model(picture, op(node("MaxPool", "out", "x").message(5, list("kernel_shape", 1<<40, 1)))), "kernel_shape"},
		{"reshape of the batch", model(picture, constant(integersOf("s", 3, 64)), op(node("Reshape", "out", "x", "s"))), "the batch must stay first"},
		{"reshape that doesn't fit", model(picture, constant(integersOf("s", 1, 5, -1)), op(node("Reshape", "out", "x", "s"))), "turns [3 8 8] into [1 5 -1]"},
		{"transpose of the batch", model(picture, op(node("Transpose", "out", "x").message(5, list("perm", 1, 0, 2, 3)))), "the batch must stay first"},
		{"transpose by rubbish", model(picture, op(node("Transpose", "out", "x").message(5, list("perm", 0, 1, 1, 9)))), "transpose by [0 1 1 9]"},
		{"flattened output", model(in(inputOf("x", 1, 3, 8, 8)), constant(weights("w", typeFloat, 6, 2, 3, 1, 1)), op(node("Conv", "y", "x", "w")), op(node("Flatten", "out", "y"))), "before a dense layer"},
		{"axis of the batch", model(vector, op(node("Softmax", "out", "x").message(5, option("axis", 0)))), "the batch's can't be touched"},
		{"a pool with dilations", model(picture, op(node("MaxPool", "out", "x").message(5, list("kernel_shape", 2, 2)).message(5, list("dilations", 2, 2)))), "dilations"},
		{"nodes without inputs", model(picture, op(node("Cast", "out"))), "it has no input"},
		{"a half addition", model(picture, op(node("Add", "out", "x"))), "1 computed tensors"},
		{"a half comparison", model(picture, op(node("Greater", "y", "x")), op(node("Where", "out", "y"))), "outside of ELU is not known"},
		{"error function alone", model(picture, op(node("Erf", "y", "x")), op(node("Relu", "out", "y"))), "part of GELU"},
		{"constant of another shape", model(picture, constant(weights("w", typeFloat, 8, 8)), op(node("PRelu", "out", "x", "w"))), "runs in another order"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load(test.data)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// TestLoadBoundsSharedWeights wants the memory for weights that many nodes name
// bounded by the file's size.
func TestLoadBoundsSharedWeights(t *testing.T) {
	parts := []message{in(inputOf("x", 1, 1<<9)), constant(weights("w", typeFloat, 1<<18, 1<<9, 1<<9))}
	name := "x"
	for range 100 {
		parts = append(parts, op(node("MatMul", name+"y", name, "w")))
		name += "y"
	}
	_, err := Load(model(append(parts, op(node("Relu", "out", name)))...))
	if err == nil || !strings.Contains(err.Error(), "more nodes than edged reads") {
		t.Errorf("got %v", err)
	}
}

// TestLoadPassesOverUnusedInputs reads what Keras's exporter leaves of constants.
func TestLoadPassesOverUnusedInputs(t *testing.T) {
	m, err := Load(model(in(inputOf("left", 1, 1, 1, 3)), in(inputOf("x", 0, 4)), op(node("Relu", "out", "x"))))
	if err != nil || len(m.Layers) == 0 {
		t.Errorf("%v", err)
	}
}

func TestCompleteTellsACopyUnderWay(t *testing.T) {
	data := read(t, filepath.Join(reference, "seed_small", "model.onnx"))
	if !Complete(data) {
		t.Error("a whole file is told incomplete")
	}
	for _, n := range []int{0, 1, 40, len(data) / 2, len(data) - 1} {
		if Complete(data[:n]) {
			t.Errorf("%d of %d bytes are told complete", n, len(data))
		}
		if _, err := Load(data[:n]); err == nil {
			t.Errorf("%d of %d bytes were loaded", n, len(data))
		}
	}
}

func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "cases", "*.onnx"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range files {
		f.Add(read(f, path))
	}
	f.Add(read(f, filepath.Join(reference, "avgpool_elu", "model.onnx")))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_ = Complete(data)
		m, err := Load(data)
		if err != nil || nn.CheckWeights(m) != nil {
			return
		}
		p, err := nn.Compile(m, nn.Options{Kernels: kernels.Portable()})
		if err != nil || p.ArenaBytes()+p.WorkspaceBytes(1) > 16<<20 {
			return
		}
		work := 0
		for _, s := range p.Steps() {
			work += s.FLOPs
		}
		if work < 1<<22 {
			p.NewRunner(nil).Predict()
		}
	})
}
