//go:build !purego

package kernels

import "edged/arm64"

// int8DenseKernel is the inner loop of a dense layer on one kind of core.
type int8DenseKernel struct {
	name     string // as the Table's
	opposed  bool   // the weights of k and k+8 must not both be -128
	multiply func(sums []int32, x, w []int8)
}

const (
	int8DenseUnits = 4       // outputs a unit
	int8DensePiece = 1 << 16 // inputs of a call, which can't be preempted
)

// int8Dense is a dense layer on int8. A unit is int8DenseUnits outputs of one
// row.
type int8Dense struct {
	Unshared
	spec    DenseSpec
	weights Int8Weights // Values are [unit][depth]
	bias    []int32     // takes in the input's zero point
	depth   int         // inputs rounded up
	kernel  *int8DenseKernel
}

// newInt8Dense returns the op, or nil for weights that it isn't made for.
func newInt8Dense(s *DenseSpec, w Int8Weights, kernel *int8DenseKernel) Op {
	op := &int8Dense{spec: *s, weights: w.clone(), kernel: kernel, bias: make([]int32, s.Units), depth: roundUp(s.Inputs, arm64.Int8DenseStep)}
	op.weights.Values = make([]int8, s.Units*op.depth)
	for u := range s.Units {
		row := op.weights.Values[u*op.depth:][:op.depth]
		op.bias[u] = w.bias(u)
		for k := range s.Inputs {
			v := w.Values[k*s.Units+u]
			row[k] = v
			op.bias[u] -= int32(w.InZero) * int32(v)
			if kernel.opposed && v == -128 && k%16 >= 8 && row[k-8] == -128 {
				return nil
			}
		}
	}
	return op
}

func (op *int8Dense) Name() string { return "int8-dense/matvec/" + op.kernel.name }

func (op *int8Dense) perRow() int { return ceilDiv(op.spec.Units, int8DenseUnits) }

func (op *int8Dense) Units() int { return op.spec.Rows * op.perRow() }

func (op *int8Dense) Workspace() (shared, private int) {
	private = bytes[int32](1)
	if op.depth != op.spec.Inputs {
		private += bytes[int8](op.depth)
	}
	return 0, private
}

func (op *int8Dense) Run(a *Args, first, last int, private Buffer) {
	s := &op.spec
	part := take[int32](&private, 1)
	padded := -1 // the row that lies in private
	for unit := first; unit < last; unit++ {
		row, u := unit/op.perRow(), unit%op.perRow()*int8DenseUnits
		x := a.Src[0].Int8()[row*s.Inputs:][:s.Inputs]
		if op.depth != s.Inputs {
			if row != padded {
				clear(private.Int8()[s.Inputs:op.depth])
				copy(private.Int8(), x)
				padded = row
			}
			x = private.Int8()[:op.depth]
		}
		for ; u < min(s.Units, unit%op.perRow()*int8DenseUnits+int8DenseUnits); u++ {
			sum := op.bias[u]
			for k := 0; k < op.depth; k += int8DensePiece {
				piece := x[k:min(op.depth, k+int8DensePiece)]
				op.kernel.multiply(part, piece, op.weights.Values[u*op.depth+k:][:len(piece)])
				sum += part[0]
			}
			a.Dst.Int8()[row*s.Units+u] = op.weights.requantize(sum, u)
		}
	}
}
