// Package kerneltest compares a table of kernels with a naive implementation in
// float64, and its int8 kernels with exact arithmetic. Every tensor lies on memory of its own with inaccessible pages on
// both sides, flush with one and then with the other; workspaces are filled
// with rubbish; units run forwards at once and backwards one by one.
package kerneltest

import (
	"flag"
	"math/rand/v2"
	"path"
	"strings"
	"testing"

	"edged/kernels"
)

// Run runs all suites, each as a subtest, on the kernels of a table. Kernels
// that the table takes over from lesser ones are left out. It fails if a
// kernel named in must (as Op.Name gives it) was not exercised, unless the test
// run was restricted to some subtests.
func Run(t *testing.T, table *kernels.Table, must ...string) {
	s := &suite{table: table, memory: newMemory(t), ran: map[string]bool{}}
	t.Run("Conv2D", s.conv2D)
	t.Run("Depthwise", s.depthwise)
	t.Run("Dense", s.dense)
	t.Run("Chain", s.chain)
	t.Run("Pool", s.pool)
	t.Run("GlobalPool", s.globalPool)
	t.Run("Activate", s.activate)
	t.Run("Softmax", s.softmax)
	t.Run("Affine", s.affine)
	t.Run("PReLU", s.prelu)
	t.Run("Combine", s.combine)
	t.Run("Concatenate", s.concatenate)
	t.Run("Pad", s.pad)
	t.Run("Transpose", s.transpose)
	t.Run("Resizing", s.resizing)
	t.Run("Int8Conv2D", s.int8Conv2D)
	t.Run("Int8Depthwise", s.int8Depthwise)
	t.Run("Int8Dense", s.int8Dense)
	t.Run("Int8Pool", s.int8Pool)
	t.Run("Int8Combine", s.int8Combine)
	t.Run("Int8Table", s.int8Table)
	t.Run("Int8Softmax", s.int8Softmax)
	t.Run("Int8Convert", s.int8Convert)
	if strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		return
	}
	for _, name := range must {
		if !s.ran[name] {
			t.Errorf("kernel %s was not exercised by any case", name)
		}
	}
}

type suite struct {
	table  *kernels.Table
	memory *memory
	ran    map[string]bool
}

// check runs the op in every way and compares it with want.
func (s *suite) check(t *testing.T, name string, op kernels.Op, inputs [][]float32, want result) {
	if op == nil {
		t.Fatalf("%s: no op", name)
	}
	if !s.owns(op) {
		return
	}
	s.ran[op.Name()] = true
	var buffers []kernels.Buffer
	for _, input := range inputs {
		buffers = append(buffers, kernels.Float32Buffer(input))
	}
	t.Run(name, func(t *testing.T) {
		var first []float32
		for _, way := range ways {
			got := s.memory.execute(t, op, buffers, len(want.values)*kernels.Float32Bytes, way).Float32()
			want.compare(t, op, got)
			if first == nil {
				first = got
			}
			for i := range got {
				if got[i] != first[i] && got[i] == got[i] {
					t.Fatalf("%s: element %d is %g in one order of units and %g in another", op.Name(), i, first[i], got[i])
				}
			}
		}
	})
}

// owns tells whether the op's kernels are the table's own.
func (s *suite) owns(op kernels.Op) bool {
	return op == nil || strings.HasPrefix(path.Base(op.Name()), s.table.Name)
}

// random returns n values between -1 and 1 that depend on seed only.
func random(n, seed int) []float32 {
	source := rand.New(rand.NewPCG(uint64(n), uint64(seed)))
	values := make([]float32, n)
	for i := range values {
		values[i] = 2*source.Float32() - 1
	}
	return values
}
