package kernels

// rowConv2D is a convolution that can compute rows of its output apart.
type rowConv2D interface {
	Name() string
	Workspace() (shared, private int)
	ErrorFactor() float64

	// rows computes rows [first, last) of the output, activation included, into
	// dst. private is its private workspace.
	rows(dst, src []float32, first, last int, private Buffer)
}

// pooledConv2D is a convolution whose maxima alone are stored. A unit is one
// row of them; the rows of the convolution under it exist in the private
// workspace only.
type pooledConv2D struct {
	Unshared
	spec   Conv2DSpec
	conv   rowConv2D
	finish func([]float32) // activation of the maxima, nil if conv has done it
	vector *vectorKernels  // nil: the portable maxima
}

// newPooledConv2D builds the convolution of s with build, which gets a spec
// without pooling. vector may be nil.
func newPooledConv2D(s *Conv2DSpec, vector *vectorKernels, build func(*Conv2DSpec) rowConv2D) Op {
	bare := *s
	bare.Pool = Window{}
	op := &pooledConv2D{spec: *s}
	if s.Filters%4 == 0 {
		op.vector = vector
	}
	if _, finish := s.Activation.split(); finish != nil && s.Activation.Monotone() {
		op.finish = finish
		bare.Activation = Activation{}
	}
	op.conv = build(&bare)
	return op
}

func (op *pooledConv2D) Name() string { return op.conv.Name() + "+pool" }

// ErrorFactor is the convolution's.
func (op *pooledConv2D) ErrorFactor() float64 { return op.conv.ErrorFactor() }

func (op *pooledConv2D) Units() int { return op.spec.Pool.OutHeight }

func (op *pooledConv2D) rowSize() int { return op.spec.OutWidth * op.spec.Filters }

func (op *pooledConv2D) Workspace() (shared, private int) {
	_, private = op.conv.Workspace()
	return 0, private + bytes[float32](op.spec.Pool.Height*op.rowSize())
}

func (op *pooledConv2D) Run(a *Args, first, last int, private Buffer) {
	s, src, dst := &op.spec, a.Src[0].Float32(), a.Dst.Float32()
	band := take[float32](&private, s.Pool.Height*op.rowSize())
	size := s.Pool.OutWidth * s.Filters
	for p := first; p < last; p++ {
		top, bottom := s.Pool.rows(p, s.OutHeight)
		op.conv.rows(band, src, top, bottom, private)
		out := dst[p*size:][:size]
		if op.vector != nil {
			op.vector.poolRow(out, band, &s.Pool, bottom-top, s.OutWidth, s.Filters, false)
		} else {
			s.Pool.maxRow(out, band, 0, bottom-top, bottom-top, s.OutWidth, s.Filters)
		}
		if op.finish != nil {
			op.finish(out)
		}
	}
}
