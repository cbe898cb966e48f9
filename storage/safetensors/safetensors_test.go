package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// file is the bytes of a safetensors file with that header and that many bytes
// of data.
func file(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	return append(b, make([]byte, data)...)
}

func open(b []byte) (*File, error) { return Open(bytes.NewReader(b), int64(len(b))) }

func TestRoundTrip(t *testing.T) {
	tensors := []Tensor{
		Int8("q", []int{3}, []int8{-128, 0, 127}),
		Float16("half", []int{2, 2}, []float32{1, -0.5, 65504, 6e-8}),
		Float32("b", []int{2}, []float32{1.5, -2}),
		Float32("a", []int{}, []float32{7}),
		Int32("zero_point", []int{1}, []int32{-3}),
		Float32("empty", []int{0, 4}, nil),
	}
	metadata := map[string]string{"format": "test"}
	var first, second bytes.Buffer
	if err := Write(&first, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(tensors)
	if err := Write(&second, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the order of the tensors changed the file")
	}
	f, err := open(first.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if f.Metadata()["format"] != "test" {
		t.Errorf("metadata %v", f.Metadata())
	}
	var order []string
	for _, i := range f.Tensors() {
		order = append(order, i.Name)
		if i.begin%int64(i.DType.Size()) != 0 {
			t.Errorf("%s begins at %d, not at a multiple of its element", i.Name, i.begin)
		}
	}
	if want := "a b empty zero_point half q"; strings.Join(order, " ") != want {
		t.Errorf("order %v, want %s", order, want)
	}
	want := map[string][]float32{
		"q": {-128, 0, 127}, "half": {1, -0.5, 65504, 5.9604645e-08}, "b": {1.5, -2}, "a": {7}, "zero_point": {-3}, "empty": {},
	}
	for name, values := range want {
		got, err := f.Float32s(name)
		if err != nil || !slices.Equal(got, values) {
			t.Errorf("%s: %v %v, want %v", name, got, err, values)
		}
	}
	if bits, err := f.Float16s("half"); err != nil || !slices.Equal(bits, []uint16{0x3c00, 0xb800, 0x7bff, 0x0001}) {
		t.Errorf("half: %x %v", bits, err)
	}
	if _, err := f.Float16s("b"); err == nil {
		t.Error("a tensor of F32 was read as float16")
	}
	if _, err := f.Float16s("none"); err == nil {
		t.Error("a tensor that is not there was read")
	}
	raw, err := f.Bytes("q")
	if err != nil || !slices.Equal(Tensor{DType: I8, Data: raw}.Int8s(), []int8{-128, 0, 127}) {
		t.Errorf("q: %v %v", raw, err)
	}
}

func TestTypesAreConverted(t *testing.T) {
	le := binary.LittleEndian
	for _, c := range []struct {
		dtype DType
		data  []byte
		want  float32
	}{
		{F64, le.AppendUint64(nil, math.Float64bits(0.1)), 0.1},
		{F32, le.AppendUint32(nil, math.Float32bits(-3)), -3},
		{F16, le.AppendUint16(nil, 0x3c01), 1.0009766},
		{BF16, le.AppendUint16(nil, 0x3f80), 1},
		{I64, le.AppendUint64(nil, math.MaxUint64), -1},
		{I32, le.AppendUint32(nil, 1<<31), -1 << 31},
		{I8, []byte{0x80}, -128},
		{U8, []byte{0x80}, 128},
	} {
		var b bytes.Buffer
		if err := Write(&b, []Tensor{{"x", c.dtype, []int{1}, c.data}}, nil); err != nil {
			t.Fatal(err)
		}
		f, err := open(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := f.Float32s("x"); err != nil || got[0] != c.want {
			t.Errorf("%s: got %v %v, want %v", c.dtype, got, err, c.want)
		}
	}
}

func TestLargeTensorIsReadInChunks(t *testing.T) {
	values := make([]float32, 3*chunk/4+5)
	for i := range values {
		values[i] = float32(i)
	}
	path := filepath.Join(t.TempDir(), "x.safetensors")
	var b bytes.Buffer
	if err := Write(&b, []Tensor{Float32("x", []int{len(values)}, values)}, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	all, err := ReadFile(path)
	if err != nil || !slices.Equal(all["x"].Float32s(), values) {
		t.Errorf("ReadFile: %v", err)
	}
	f, err := open(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.Float32s("x"); err != nil || !slices.Equal(got, values) {
		t.Errorf("Float32s: %v", err)
	}
}

func TestBadFilesAreRefused(t *testing.T) {
	one := `"dtype":"F32","shape":[2],"data_offsets":`
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "too short"},
		{"no header", make([]byte, 7), "too short"},
		{"endless header", binary.LittleEndian.AppendUint64(nil, math.MaxUint64), "may have"},
		{"header beyond the file", binary.LittleEndian.AppendUint64(nil, 100), "too short"},
		{"no JSON", file(`hello`, 0), "header"},
		{"array", file(`[]`, 0), "header"},
		{"cut JSON", file(`{"a":{`+one+`[0,8]}`, 8), "header"},
		{"text after", file(`{} {}`, 0), "after"},
		{"twice", file(`{"a":{`+one+`[0,8]},"a":{`+one+`[8,16]}}`, 16), "twice"},
		{"overlap", file(`{"a":{`+one+`[0,8]},"b":{`+one+`[4,12]}}`, 12), "overlaps"},
		{"gap", file(`{"a":{`+one+`[0,8]},"b":{`+one+`[12,20]}}`, 20), "no tensor"},
		{"rest", file(`{"a":{`+one+`[0,8]}}`, 9), "at the end"},
		{"cut data", file(`{"a":{`+one+`[0,8]}}`, 7), "not within"},
		{"negative", file(`{"a":{`+one+`[-8,0]}}`, 8), "not within"},
		{"backwards", file(`{"a":{`+one+`[8,0]}}`, 8), "not within"},
		{"three offsets", file(`{"a":{`+one+`[0,8,8]}}`, 8), "two numbers"},
		{"no offsets", file(`{"a":{"dtype":"F32","shape":[2]}}`, 0), "two numbers"},
		{"no shape", file(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 4), "no shape"},
		{"wrong size", file(`{"a":{`+one+`[0,4]}}`, 4), "takes 8 bytes"},
		{"type", file(`{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}`, 8), "type"},
		{"overflow", file(`{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}}`, 8), "shape"},
		{"negative shape", file(`{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}`, 8), "shape"},
		{"rank", file(`{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}`, 4), "dimensions"},
		{"bytes", file("{\"\xff\":{"+one+"[0,8]}}", 8), "UTF-8"},
	} {
		_, err := open(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestFileThatShrinksIsShort(t *testing.T) {
	b := file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8)
	f, err := Open(bytes.NewReader(b[:len(b)-1]), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Float32s("a"); !errors.Is(err, ErrShort) {
		t.Errorf("got %v, want ErrShort", err)
	}
}

func TestWriteRefuses(t *testing.T) {
	for _, tensors := range [][]Tensor{
		{Float32("a", []int{1}, []float32{1}), Int8("a", []int{1}, []int8{1})},
		{Float32("a", []int{2}, []float32{1})},
		{{"a", "F8", []int{1}, []byte{1}}},
		{Float32(metadataKey, []int{1}, []float32{1})},
	} {
		if err := Write(&bytes.Buffer{}, tensors, nil); err == nil {
			t.Errorf("%v was written", tensors)
		}
	}
}
