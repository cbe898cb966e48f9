package kernels

import (
	"slices"
	"testing"
)

// chainOf is a 1x1, a depthwise and a 1x1 convolution, by rows of kernels in portable Go.
func chainOf(height, width int) []Op {
	w := Weights{Float32: make([]float32, 9*8*8)}
	for i := range w.Float32 {
		w.Float32[i] = float32(i%7-3) / 4
	}
	one := Conv2DSpec{
		InHeight: height, InWidth: width, InChannels: 8, OutHeight: height, OutWidth: width, Filters: 8,
		KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1, Groups: 1,
	}
	keep := func(v float32) float32 { return v }
	return []Op{
		newGEMMConv2D(&one, w, gemmGeneric(3, 4, 2), keep),
		newDepthwise3(&DepthwiseSpec{
			InHeight: height, InWidth: width, Channels: 8, Multiplier: 1, OutHeight: height, OutWidth: width,
			KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1, PadTop: 1, PadLeft: 1,
		}, w, depthwise3Generic(4)),
		newGEMMConv2D(&one, w, gemmGeneric(3, 4, 2), keep),
	}
}

func TestChain(t *testing.T) {
	ops := chainOf(28, 6)
	op := Chain(ops)
	if op == nil {
		t.Fatal("no chain")
	}
	shared, private := op.Workspace()
	size := 28 * 6 * 8 * Float32Bytes
	args := &Args{Dst: NewBuffer(size), Src: []Buffer{NewBuffer(size)}, Shared: NewBuffer(shared)}
	workspace := NewBuffer(private)
	if n := testing.AllocsPerRun(3, func() { op.Run(args, 0, op.Units(), workspace) }); n != 0 {
		t.Errorf("a run allocates %v times", n)
	}
}

func TestWorkersShareChain(t *testing.T) {
	for _, height := range []int{9, 28, 57} {
		op := Chain(chainOf(height, 6))
		_, private := op.Workspace()
		size := height * 6 * 8 * Float32Bytes
		input := NewBuffer(size)
		for i := range input.Float32() {
			input.Float32()[i] = float32(i%13 - 6)
		}
		want := &Args{Dst: NewBuffer(size), Src: []Buffer{input}}
		op.Run(want, 0, op.Units(), NewBuffer(private))
		for _, n := range []int{2, 3} {
			w := NewWorkers(n)
			workspaces := make([]Buffer, n)
			for i := range workspaces {
				workspaces[i] = NewBuffer(private)
			}
			for range 50 {
				got := &Args{Dst: NewBuffer(size), Src: want.Src}
				w.Do(op, got, workspaces)
				if !slices.Equal(got.Dst, want.Dst) {
					t.Fatalf("%d workers make other outputs of %d rows", n, height)
				}
			}
			w.Close()
		}
	}
}

func TestChainRefuses(t *testing.T) {
	ops, other := chainOf(28, 6), chainOf(14, 14)
	portable := newDepthwise(&DepthwiseSpec{
		InHeight: 28, InWidth: 6, Channels: 8, Multiplier: 1, OutHeight: 28, OutWidth: 6,
		KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1,
	}, Weights{Float32: make([]float32, 8)})
	for name, run := range map[string][]Op{
		"one op":                    ops[:1],
		"another shape":             {ops[0], other[1]},
		"an op that has no rows":    {ops[0], portable},
		"more ops than a chain has": {ops[0], ops[0], ops[0], ops[0], ops[0], ops[0], ops[0], ops[0], ops[0], ops[0], ops[0], ops[0], ops[0], ops[0], ops[0], ops[0], ops[0]},
	} {
		if Chain(run) != nil {
			t.Errorf("%s: a chain", name)
		}
	}
}
