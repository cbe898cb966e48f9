//go:build !purego

package kernels

// int8Matvec is DenseInt8 on one row. Units share the weights out by slices of
// the inputs and runs of panels; the sums of the slices meet in the shared
// workspace.
type int8Matvec struct {
	*int8GEMM
	slices, runs int
	zeros        []int32
}

const (
	// int8Slice is the number of words of the inputs of one unit, whole groups.
	int8Slice = 4096
	// int8Run is the number of panels of one unit.
	int8Run = 8
)

func newInt8Matvec(gemm *int8GEMM) Op {
	gemm.name = "int8-dense/matvec/" + gemm.product.name
	return &int8Matvec{
		int8GEMM: gemm, slices: ceilDiv(gemm.depth, int8Slice), runs: ceilDiv(gemm.panels(), int8Run), zeros: make([]int32, gemm.filters),
	}
}

// panels is the number of panels of the weights.
func (op *int8GEMM) panels() int { return op.filters / op.product.columns }

func (op *int8Matvec) Units() int { return op.slices * op.runs }

func (op *int8Matvec) Workspace() (shared, private int) {
	p, n := op.product, min(int8Slice, op.depth)
	return bytes[int32](op.slices * op.filters), bytes[byte](4*n) + bytes[byte](4*p.rows*n) + bytes[int32](p.rows*p.columns)
}

func (op *int8Matvec) Run(a *Args, first, last int, private Buffer) {
	p, most := op.product, min(int8Slice, op.depth)
	row := take[byte](&private, 4*most)
	tile := take[byte](&private, 4*p.rows*most)
	sums := take[int32](&private, p.rows*p.columns)
	shared := a.Shared
	all := take[int32](&shared, op.slices*op.filters)
	for unit := first; unit < last; unit++ {
		slice, run := unit/op.runs, unit%op.runs
		begin := slice * int8Slice
		n := min(int8Slice, op.depth-begin)
		op.spread(tile, row[:4*n], a.Src[0].Int8()[begin*p.pack:])
		start := op.zeros
		if slice == 0 {
			start = op.bias
		}
		for panel := run * int8Run; panel < min((run+1)*int8Run, op.panels()); panel++ {
			at := panel * p.columns
			p.multiply(sums, p.columns, tile, op.weight[4*(panel*op.depth+begin)*p.columns:][:4*n*p.columns], n, 1, 1, start[at:][:p.columns])
			copy(all[slice*op.filters+at:], sums[:p.columns])
		}
	}
}

// spread writes operands as the first row of a tile. The other rows are what they
// are: nobody reads their sums.
func (op *int8Matvec) spread(tile, row []byte, src []int8) {
	const group = 4 * int8Words
	p := op.product
	src = src[:min(len(src), len(row)/op.element(), op.spec.InChannels)]
	p.fill(row, src, op.zero)
	clear(row[len(src)*op.element():])
	for k := 0; k < len(row); k += group {
		copy(tile[k*p.rows:], row[k:][:group])
	}
}

// Finish adds the slices up.
func (op *int8Matvec) Finish(a *Args) {
	shared := a.Shared
	all := take[int32](&shared, op.slices*op.filters)
	sums := all[:op.filters]
	for slice := 1; slice < op.slices; slice++ {
		for i, v := range all[slice*op.filters:][:op.filters] {
			sums[i] += v
		}
	}
	op.output.run(a.Dst.Int8(), sums, op.filters, 1)
}
