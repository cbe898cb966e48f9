package kernels

// dense is the portable fully connected layer. A unit is a run of panels over
// a slice of the inputs; where there are several slices their sums meet in the
// shared workspace.
type dense struct {
	spec    DenseSpec
	weights panels
	bias    []float32 // Units
	slices  int       // of sliceSize inputs
}

const (
	// sliceSize is the number of inputs summed in one go: it keeps the widened
	// weights in the L1 cache and the error of long sums small.
	sliceSize = 2048
	// panelRun is the number of panels of one unit.
	panelRun = 4
)

func newDense(s *DenseSpec, w Weights) Op {
	op := &dense{spec: *s, bias: make([]float32, s.Units)}
	copy(op.bias, w.Bias)
	op.weights = packPanels(w, s.Inputs, s.Units, 0, s.Units)
	op.slices = ceilDiv(s.Inputs, sliceSize)
	return op
}

func (op *dense) Name() string { return "dense/portable" }

func (op *dense) runs() int { return ceilDiv(op.weights.count(), panelRun) }

func (op *dense) Units() int { return op.slices * op.runs() }

func (op *dense) scratch() int { return op.weights.scratch(min(sliceSize, op.spec.Inputs)) }

func (op *dense) outputs() int { return op.spec.Rows * op.spec.Units }

func (op *dense) Workspace() (shared, private int) {
	if op.slices > 1 {
		shared = bytes[float32](op.slices * op.outputs())
	}
	return shared, bytes[vec](op.scratch())
}

func (op *dense) Run(a *Args, first, last int, private Buffer) {
	src := a.Src[0].Float32()
	scratch := take[vec](&private, op.scratch())
	sums := a.Dst.Float32()
	if op.slices > 1 {
		sums = a.Shared.Float32()
	}
	for unit := first; unit < last; unit++ {
		slice, run := unit/op.runs(), unit%op.runs()
		out := sums[slice*op.outputs():][:op.outputs()]
		for p := run * panelRun; p < min((run+1)*panelRun, op.weights.count()); p++ {
			op.panel(out, src, slice, p, scratch)
		}
	}
}

// panel sums one slice of the inputs of every row into the units of panel p.
func (op *dense) panel(out, src []float32, slice, p int, scratch []vec) {
	s := &op.spec
	from, to := slice*sliceSize, min((slice+1)*sliceSize, s.Inputs)
	w := op.weights.panel(p, from, to, scratch)
	width := min(lanes, s.Units-p*lanes)
	row := 0
	for ; row+2 <= s.Rows; row += 2 {
		var c, d vec
		dot2(&c, &d, src[row*s.Inputs+from:row*s.Inputs+to], src[(row+1)*s.Inputs+from:], w)
		copy(out[row*s.Units+p*lanes:][:width], c[:])
		copy(out[(row+1)*s.Units+p*lanes:][:width], d[:])
	}
	if row < s.Rows {
		var c vec
		dot1(&c, src[row*s.Inputs+from:row*s.Inputs+to], w)
		copy(out[row*s.Units+p*lanes:][:width], c[:])
	}
}

func (op *dense) Finish(a *Args) {
	out := a.Dst.Float32()[:op.outputs()]
	if op.slices > 1 {
		sums := a.Shared.Float32()
		clear(out)
		for slice := range op.slices {
			addInto(out, sums[slice*op.outputs():][:op.outputs()])
		}
	}
	for row := range op.spec.Rows {
		addInto(out[row*op.spec.Units:][:op.spec.Units], op.bias)
	}
	op.spec.Activation.Apply(out)
}
