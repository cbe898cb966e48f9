package onnx

import (
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestManyParts reads files that repeat what is two bytes long and takes more in
// memory, or compute long lists again and again: they are refused before they
// take 64 MB more than four times their size.
func TestManyParts(t *testing.T) {
	const times = 4 << 20
	input := in(inputOf("x", 0, 3, 8, 8))
	sums := [][]byte{}
	for range maxOperators {
		sums = append(sums, op(node("Add", "y", "c", "c")))
	}
	long := make([]int, maxIntegers)
	turns := [][]byte{}
	for range 100 {
		turns = append(turns, op(node("Transpose", "y", "c")))
	}
	for _, c := range []struct {
		name  string
		parts []message
		want  string
	}{
		{"inputs of a node", []message{op(slices.Repeat(message{0x0a, 0}, times))}, "more than"},
		{"outputs of a node", []message{op(slices.Repeat(message{0x12, 0}, times))}, "more than"},
		{"attributes", []message{op(slices.Repeat(message{0x2a, 0}, times))}, "more than"},
		{"tensors", []message{slices.Repeat(message{0x2a, 0}, times)}, "more than"},
		{"tensors of an attribute", []message{op(message(nil).message(5, slices.Repeat(message{0x2a, 0}, times)))}, "more than"},
		{"inputs", []message{slices.Repeat(message{0x5a, 0}, times)}, "more than"},
		{"outputs", []message{slices.Repeat(message{0x62, 0}, times)}, "more than"},
		{"sums", []message{input, constant(integersOf("c", long...)), slices.Concat(sums...)}, "integers of constants"},
		{"transposes", []message{input, constant(weights("c", typeFloat, 1<<20, 1<<10, 1<<10)), slices.Concat(turns...)}, "used by more nodes"},
	} {
		data := model(c.parts...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Load(data)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > uint64(4*len(data)+64<<20) {
			t.Errorf("%s: %d bytes were allocated for %d", c.name, n, len(data))
		}
	}
}
