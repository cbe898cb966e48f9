package kernels

import (
	"runtime"
	"sync"
)

// matvecKernels are the inner loops of a vector times a matrix of weights on
// one CPU family. len(x) is a multiple of matvecGroup; sums[u] is the product
// with column u of weights laid out [k/4][columns][4].
type matvecKernels[T element] struct {
	name       string
	eight, two func(sums, x []float32, w []T)
}

const (
	matvecGroup = 16
	// matvecSlice is the number of inputs summed in one go by one unit.
	matvecSlice = 4096
	// matvecRun is the number of blocks of columns of one unit.
	matvecRun = 8
)

// matvec is Dense on few rows. Units share the weights out by slices of the
// inputs and runs of blocks of eight or two columns. The sums of several
// slices meet in the shared workspace.
type matvec[T element] struct {
	spec    DenseSpec
	kernels *matvecKernels[T]
	blocks  []matvecBlock[T]
	bias    []float32
	bounds  bounds
	finish  func([]float32)
	slices  int
}

// matvecBlock are the weights of columns [first, first+columns), of which the
// last may lie beyond the layer's.
type matvecBlock[T element] struct {
	first, columns int
	weight         []T // [inputs/4, rounded up to whole groups][columns][4]
}

func newMatvec[T element](s *DenseSpec, w Weights, kernels *matvecKernels[T], convert func(Weights) []T) Op {
	all := convert(w)
	op := &matvec[T]{spec: *s, kernels: kernels, bias: make([]float32, s.Units), slices: ceilDiv(s.Inputs, matvecSlice)}
	copy(op.bias, w.Bias)
	op.bounds, op.finish = s.Activation.split()
	for unit := 0; unit < s.Units; {
		columns := 8
		if s.Units-unit <= 4 {
			columns = 2
		}
		op.blocks = append(op.blocks, matvecBlock[T]{unit, columns, make([]T, roundUp(s.Inputs, matvecGroup)*columns)})
		unit += columns
	}
	rows := roundUp(max(ceilDiv(s.Inputs, runtime.GOMAXPROCS(0)), matvecPack/max(s.Units, 1)), 4)
	var group sync.WaitGroup
	for first := 0; first < s.Inputs; first += rows {
		group.Go(func() { op.pack(all, first, min(first+rows, s.Inputs)) })
	}
	group.Wait()
	return op
}

// matvecPack is the least number of weights for which a goroutine is started.
const matvecPack = 1 << 16

// pack puts rows [first, last) of the weights into the blocks; first is a
// multiple of 4.
func (op *matvec[T]) pack(all []T, first, last int) {
	units := op.spec.Units
	for k := first; k < last; k += 4 {
		for i := range op.blocks {
			b := &op.blocks[i]
			group, rows := b.weight[k*b.columns:], all[k*units+b.first:]
			if b.columns == 8 && b.first+8 <= units && k+4 <= last {
				packEight((*[32]T)(group), (*[8]T)(rows), (*[8]T)(rows[units:]), (*[8]T)(rows[2*units:]), (*[8]T)(rows[3*units:]))
				continue
			}
			for row := range min(4, last-k) {
				for u, v := range rows[row*units:][:min(b.columns, units-b.first)] {
					group[4*u+row] = v
				}
			}
		}
	}
}

// packEight weaves four rows of eight columns.
func packEight[T element](group *[32]T, a, b, c, d *[8]T) {
	for u := range 8 {
		group[4*u], group[4*u+1], group[4*u+2], group[4*u+3] = a[u], b[u], c[u], d[u]
	}
}

func (op *matvec[T]) Name() string { return "dense/matvec/" + op.kernels.name }

func (op *matvec[T]) runs() int { return ceilDiv(len(op.blocks), matvecRun) }

func (op *matvec[T]) Units() int { return op.slices * op.runs() }

func (op *matvec[T]) outputs() int { return op.spec.Rows * op.spec.Units }

func (op *matvec[T]) Workspace() (shared, private int) {
	if op.slices > 1 {
		shared = bytes[float32](op.slices * op.outputs())
	}
	return shared, bytes[float32](matvecGroup) + bytes[float32](2*8)
}

func (op *matvec[T]) Run(a *Args, first, last int, private Buffer) {
	tail, sums := take[float32](&private, matvecGroup), take[float32](&private, 2*8)
	out := a.Dst.Float32()
	if op.slices > 1 {
		out = a.Shared.Float32()
	}
	for unit := first; unit < last; unit++ {
		slice, run := unit/op.runs(), unit%op.runs()
		blocks := op.blocks[run*matvecRun : min((run+1)*matvecRun, len(op.blocks))]
		for row := range op.spec.Rows {
			x := a.Src[0].Float32()[row*op.spec.Inputs:][:op.spec.Inputs]
			op.multiply(out[(slice*op.spec.Rows+row)*op.spec.Units:], x, slice, blocks, tail, sums)
		}
	}
}

// multiply sums one slice of a row into dst for some blocks of columns.
func (op *matvec[T]) multiply(dst, x []float32, slice int, blocks []matvecBlock[T], tail, sums []float32) {
	from, to := slice*matvecSlice, min((slice+1)*matvecSlice, len(x))
	whole := from + (to-from)/matvecGroup*matvecGroup
	clear(tail)
	copy(tail, x[whole:to])
	for i := range blocks {
		b := &blocks[i]
		dot := op.kernels.eight
		if b.columns == 2 {
			dot = op.kernels.two
		}
		clear(sums)
		if whole > from {
			dot(sums[:b.columns], x[from:whole], b.weight[from*b.columns:])
		}
		if whole < to {
			dot(sums[8:][:b.columns], tail, b.weight[whole*b.columns:])
		}
		for u := range min(b.columns, op.spec.Units-b.first) {
			dst[b.first+u] = sums[u] + sums[8+u]
		}
	}
}

// Finish adds up the slices and the bias and applies the activation.
func (op *matvec[T]) Finish(a *Args) {
	out := a.Dst.Float32()[:op.outputs()]
	if op.slices > 1 {
		parts := a.Shared.Float32()
		clear(out)
		for slice := range op.slices {
			addInto(out, parts[slice*op.outputs():][:op.outputs()])
		}
	}
	for row := range op.spec.Rows {
		line := out[row*op.spec.Units:][:op.spec.Units]
		for u, b := range op.bias {
			line[u] = op.bounds.clamp(line[u] + b)
		}
	}
	if op.finish != nil {
		op.finish(out)
	}
}

// keepFloat32 and keepFloat16 take weights as they are, or converted.
func keepFloat32(w Weights) []float32 {
	if w.Float16 == nil {
		return w.Float32
	}
	all := make([]float32, len(w.Float16))
	for i, v := range w.Float16 {
		all[i] = widen(v)
	}
	return all
}

func keepFloat16(w Weights) []uint16 {
	if w.Float16 != nil {
		return w.Float16
	}
	all := make([]uint16, len(w.Float32))
	for i, v := range w.Float32 {
		all[i] = narrow(v)
	}
	return all
}

// newDenseGEMM is Dense on many rows, as a 1x1 convolution of a row of pixels.
func newDenseGEMM[T element](s *DenseSpec, w Weights, gemm *gemmKernels[T], convert func(float32) T) Op {
	return &denseGEMM{newGEMMConv2D(&Conv2DSpec{
		InHeight: 1, InWidth: s.Rows, InChannels: s.Inputs, OutHeight: 1, OutWidth: s.Rows, Filters: s.Units,
		KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1, Groups: 1,
		Activation: s.Activation,
	}, w, gemm, convert), "dense/gemm/" + gemm.name}
}

type denseGEMM struct {
	Op
	name string
}

func (op *denseGEMM) Name() string { return op.name }
