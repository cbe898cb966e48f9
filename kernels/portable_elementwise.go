package kernels

// elementRun is the number of elements of one unit of an elementwise op.
const elementRun = 4096

// rowRun is the number of rows of the given size that make one unit.
func rowRun(size int) int { return max(1, elementRun/size) }

// elementwise is what all elementwise ops share: no workspace, no Finish.
type elementwise struct{ Unshared }

func (elementwise) Workspace() (shared, private int) { return 0, 0 }

// activate is the portable activation layer.
type activate struct {
	elementwise
	spec ActivateSpec
}

func newActivate(s *ActivateSpec) Op { return &activate{spec: *s} }

func (op *activate) Name() string { return "activate/portable" }

func (op *activate) Units() int { return ceilDiv(op.spec.Size, elementRun) }

func (op *activate) Run(a *Args, first, last int, _ Buffer) {
	from, to := first*elementRun, min(last*elementRun, op.spec.Size)
	out := a.Dst.Float32()[from:to]
	copy(out, a.Src[0].Float32()[from:to])
	op.spec.Activation.Apply(out)
}

// affine is the portable scale and offset of each channel.
type affine struct {
	elementwise
	spec AffineSpec
}

func newAffine(s *AffineSpec) Op {
	op := &affine{spec: *s}
	op.spec.Scale = append([]float32(nil), s.Scale...)
	op.spec.Offset = append([]float32(nil), s.Offset...)
	return op
}

func (op *affine) Name() string { return "affine/portable" }

func (op *affine) Units() int {
	run := rowRun(op.spec.Channels)
	return ceilDiv(op.spec.Rows, run)
}

func (op *affine) Run(a *Args, first, last int, _ Buffer) {
	s := &op.spec
	run := rowRun(s.Channels)
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	for row := first * run; row < min(last*run, s.Rows); row++ {
		in, out := src[row*s.Channels:][:s.Channels], dst[row*s.Channels:][:s.Channels]
		scale, offset := s.Scale[:len(out)], s.Offset[:len(out)]
		for i, x := range in {
			out[i] = x*scale[i] + offset[i]
		}
		s.Activation.Apply(out)
	}
}

// prelu is the portable rectifier with a learned slope for each element.
type prelu struct {
	elementwise
	spec PReLUSpec
}

func newPReLU(s *PReLUSpec) Op {
	op := &prelu{spec: *s}
	op.spec.Alpha = append([]float32(nil), s.Alpha...)
	return op
}

func (op *prelu) Name() string { return "prelu/portable" }

func (op *prelu) Units() int {
	run := rowRun(op.spec.Size)
	return ceilDiv(op.spec.Rows, run)
}

func (op *prelu) Run(a *Args, first, last int, _ Buffer) {
	s := &op.spec
	run := rowRun(s.Size)
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	for row := first * run; row < min(last*run, s.Rows); row++ {
		out, alpha := dst[row*s.Size:][:s.Size], s.Alpha[:s.Size]
		for i, x := range src[row*s.Size:][:s.Size] {
			if x < 0 {
				x *= alpha[i]
			}
			out[i] = x
		}
	}
}
