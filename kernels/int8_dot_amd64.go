//go:build !purego

package kernels

import (
	"slices"

	"edged/amd64"
)

// int8DotKernels multiply eight rows of weights, or two, by a vector.
type int8DotKernels struct {
	*int8Set
	group      int // inputs that lie together
	eight, two func(sums []int32, x []byte, w []int8)
}

var (
	int8DotVNNI = &int8DotKernels{int8Set: int8VNNI, group: 64, eight: amd64.Int8Dense8, two: amd64.Int8Dense2}
	int8DotAVX2 = &int8DotKernels{int8Set: int8AVX2, group: 16, eight: amd64.Int8Dense8On256, two: amd64.Int8Dense2On256}
)

// int8Dot is DenseInt8 on one row along the inputs. Units share the
// weights out by slices of the inputs and runs of units of the layer; the sums of
// the slices meet in the shared workspace.
type int8Dot struct {
	loop                 *int8DotKernels
	units, inputs, depth int    // depth is inputs in whole groups
	weight               []int8 // [units/8][depth/group][8][group] and then the same with 2
	bias                 []int32
	output               *requantizer
	slices, runs         int
}

const (
	int8DotSlice = 1 << 14 // inputs of one unit
	int8DotRun   = 64      // the layer's units of one unit, whole groups
)

func newInt8Dot(s *DenseSpec, w Int8Weights, loop *int8DotKernels) Op {
	op := &int8Dot{loop: loop, units: roundUp(s.Units, 2), inputs: s.Inputs, depth: roundUp(s.Inputs, loop.group), output: newRequantizer(w)}
	op.slices, op.runs = ceilDiv(op.depth, int8DotSlice), ceilDiv(op.units, int8DotRun)
	op.weight, op.bias = make([]int8, op.units*op.depth), make([]int32, op.units)
	for f := range s.Units {
		first, rows := op.rows(f)
		at, sum := op.weight[first*op.depth+(f-first)*loop.group:], int32(0)
		for k := range s.Inputs {
			v := w.Values[k*s.Units+f]
			at[k/loop.group*rows*loop.group+k%loop.group] = v
			sum += int32(v)
		}
		op.bias[f] = w.bias(f) - (int32(w.InZero)+loop.offset)*sum
	}
	return op
}

// rows is the first of the units that are computed with unit f, and their number.
func (op *int8Dot) rows(f int) (first, count int) {
	if f < op.units&^7 {
		return f &^ 7, 8
	}
	return f &^ 1, 2
}

func (op *int8Dot) Name() string { return "int8-dense/dot/" + op.loop.name }

func (op *int8Dot) Units() int { return op.slices * op.runs }

func (op *int8Dot) Workspace() (shared, private int) {
	return bytes[int32](op.slices * op.units), bytes[byte](op.loop.element * min(int8DotSlice, op.depth))
}

func (op *int8Dot) Run(a *Args, first, last int, private Buffer) {
	k := op.loop
	x := take[byte](&private, k.element*min(int8DotSlice, op.depth))
	shared := a.Shared
	all := take[int32](&shared, op.slices*op.units)
	for unit := first; unit < last; unit++ {
		slice, run := unit/op.runs, unit%op.runs
		begin := slice * int8DotSlice
		depth := min(int8DotSlice, op.depth-begin)
		x := x[:k.element*depth]
		end := min(begin+depth, op.inputs)
		k.fill(x[:k.element*(end-begin)], a.Src[0].Int8()[begin:end])
		sums := all[slice*op.units:][:op.units]
		for f := run * int8DotRun; f < min((run+1)*int8DotRun, op.units); {
			_, rows := op.rows(f)
			w := op.weight[f*op.depth+begin*rows:][:rows*depth]
			if rows == 8 {
				k.eight(sums[f:][:8], x, w)
			} else {
				k.two(sums[f:][:2], x, w)
			}
			f += rows
		}
	}
}

// Finish adds the slices up.
func (op *int8Dot) Finish(a *Args) {
	shared := a.Shared
	all := take[int32](&shared, op.slices*op.units)
	sums := all[:op.units]
	for part := range slices.Chunk(all[op.units:], op.units) {
		for i, v := range part {
			sums[i] += v
		}
	}
	for i, v := range op.bias {
		sums[i] += v
	}
	op.output.run(a.Dst.Int8(), sums, op.units, 1)
}
