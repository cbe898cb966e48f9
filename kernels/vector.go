package kernels

import "slices"

// vectorKernels are elementwise loops on one CPU family. Lengths and channels
// are positive multiples of 4.
type vectorKernels struct {
	name string

	// combine does dst[i] = dst[i] op src[i].
	combine map[CombineKind]func(dst, src []float32)

	// clamp keeps v within bounds.
	clamp func(v []float32, bounds bounds)

	// exp replaces every element by e to the power of it.
	exp func(v []float32)

	// smooth returns the loop of an activation that doesn't clamp, or nil.
	smooth func(a Activation) func(v []float32)

	// affine does dst[i] = src[i]*scale[i] + offset[i], and prelu
	// dst[i] = max(src[i], 0) + slope[i]*min(src[i], 0).
	affine func(dst, src, scale, offset []float32)
	prelu  func(dst, src, slope []float32)

	// scale does v[i] = v[i]*factor + offset.
	scale func(v []float32, factor, offset float32)

	// pool makes maxima, or sums times factor, of windows of rows by columns
	// pixels; windows of neighbours in the output are step elements apart.
	pool func(dst, src []float32, rowStride, pixelStride, channels, rows, columns, step, pixels int, sum bool, factor float32)
}

// vectorCombine is Combine of tensors of one shape.
type vectorCombine struct {
	elementwise
	kind    CombineKind
	inputs  int
	size    int
	finish  func([]float32)
	bounds  bounds
	kernels *vectorKernels
}

// newVectorCombine returns the op, or nil for a spec it isn't made for.
func newVectorCombine(s *CombineSpec, kernels *vectorKernels) Op {
	for _, shape := range s.Inputs {
		if shape != s.Output {
			return nil
		}
	}
	op := &vectorCombine{kind: s.Kind, inputs: len(s.Inputs), size: s.Output[0] * s.Output[1] * s.Output[2], kernels: kernels}
	op.bounds, op.finish = s.Activation.split()
	return op
}

func (op *vectorCombine) Name() string { return "combine/vector/" + op.kernels.name }

func (op *vectorCombine) Units() int { return ceilDiv(op.size, elementRun) }

func (op *vectorCombine) Run(a *Args, first, last int, _ Buffer) {
	for unit := first; unit < last; unit++ {
		from, to := unit*elementRun, min((unit+1)*elementRun, op.size)
		out := a.Dst.Float32()[from:to]
		copy(out, a.Src[0].Float32()[from:to])
		for i := 1; i < op.inputs; i++ {
			op.into(out, a.Src[i].Float32()[from:to])
		}
		op.complete(out)
	}
}

// into combines all elements but the last few with the kernel.
func (op *vectorCombine) into(dst, src []float32) {
	kind := op.kind
	if kind == Average {
		kind = Add
	}
	whole := len(dst) &^ 3
	if whole > 0 {
		op.kernels.combine[kind](dst[:whole], src)
	}
	if whole < len(dst) {
		kind.into(dst[whole:], src[whole:], 1)
	}
}

// complete divides the sums of Average and applies the activation.
func (op *vectorCombine) complete(v []float32) {
	if op.kind == Average {
		for i := range v {
			v[i] /= float32(op.inputs)
		}
	}
	if op.finish != nil {
		op.finish(v)
	} else if op.bounds != unbounded {
		clampAll(v, op.bounds, op.kernels)
	}
}

func clampAll(v []float32, bounds bounds, kernels *vectorKernels) {
	whole := len(v) &^ 3
	if whole > 0 {
		kernels.clamp(v[:whole], bounds)
	}
	for i := whole; i < len(v); i++ {
		v[i] = bounds.clamp(v[i])
	}
}

// vectorActivate is Activate by kernels.
type vectorActivate struct {
	elementwise
	spec    ActivateSpec
	kernels *vectorKernels
	loop    func([]float32) // on whole vectors
}

// newVectorActivate returns the op, or nil for an activation without a kernel.
func newVectorActivate(s *ActivateSpec, kernels *vectorKernels) Op {
	op := &vectorActivate{spec: *s, kernels: kernels}
	if limits, clamps := s.Activation.bounds(); clamps {
		op.loop = func(v []float32) { kernels.clamp(v, limits) }
	} else if op.loop = kernels.smooth(s.Activation); op.loop == nil {
		return nil
	}
	return op
}

func (op *vectorActivate) Name() string { return "activate/vector/" + op.kernels.name }

func (op *vectorActivate) Units() int { return ceilDiv(op.spec.Size, elementRun) }

func (op *vectorActivate) Run(a *Args, first, last int, _ Buffer) {
	for unit := first; unit < last; unit++ {
		from, to := unit*elementRun, min((unit+1)*elementRun, op.spec.Size)
		out := a.Dst.Float32()[from:to]
		copy(out, a.Src[0].Float32()[from:to])
		whole := len(out) &^ 3
		if whole > 0 {
			op.loop(out[:whole])
		}
		op.spec.Activation.Apply(out[whole:])
	}
}

// apply returns the activation of any number of elements, by the kernel if it
// has one.
func (k *vectorKernels) apply(a Activation) func([]float32) {
	loop := k.smooth(a)
	if loop == nil {
		return a.Apply
	}
	return func(v []float32) {
		whole := len(v) &^ 3
		if whole > 0 {
			loop(v[:whole])
		}
		a.Apply(v[whole:])
	}
}

// vectorAffine is Affine on whole groups of channels.
type vectorAffine struct {
	affine
	kernels *vectorKernels
	bounds  bounds
	finish  func([]float32)
}

// newVectorAffine returns the op, or nil for a spec it isn't made for.
func newVectorAffine(s *AffineSpec, kernels *vectorKernels) Op {
	if s.Channels%4 != 0 {
		return nil
	}
	op := &vectorAffine{affine: affine{spec: *s}, kernels: kernels}
	op.spec.Scale, op.spec.Offset = slices.Clone(s.Scale), slices.Clone(s.Offset)
	op.bounds, op.finish = s.Activation.split()
	return op
}

func (op *vectorAffine) Name() string { return "affine/vector/" + op.kernels.name }

func (op *vectorAffine) Run(a *Args, first, last int, _ Buffer) {
	s := &op.spec
	run := rowRun(s.Channels)
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	for row := first * run; row < min(last*run, s.Rows); row++ {
		out := dst[row*s.Channels:][:s.Channels]
		op.kernels.affine(out, src[row*s.Channels:][:s.Channels], s.Scale, s.Offset)
		if op.finish != nil {
			op.finish(out)
		} else if op.bounds != unbounded {
			op.kernels.clamp(out, op.bounds)
		}
	}
}

// vectorPReLU is PReLU on whole groups of elements.
type vectorPReLU struct {
	prelu
	kernels *vectorKernels
}

// newVectorPReLU returns the op, or nil for a spec it isn't made for.
func newVectorPReLU(s *PReLUSpec, kernels *vectorKernels) Op {
	if s.Size%4 != 0 {
		return nil
	}
	op := &vectorPReLU{prelu{spec: *s}, kernels}
	op.spec.Alpha = slices.Clone(s.Alpha)
	return op
}

func (op *vectorPReLU) Name() string { return "prelu/vector/" + op.kernels.name }

func (op *vectorPReLU) Run(a *Args, first, last int, _ Buffer) {
	s := &op.spec
	run := rowRun(s.Size)
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	for row := first * run; row < min(last*run, s.Rows); row++ {
		op.kernels.prelu(dst[row*s.Size:][:s.Size], src[row*s.Size:][:s.Size], s.Alpha)
	}
}

// vectorSoftmax is Softmax along the last axis. A unit is one row.
type vectorSoftmax struct {
	elementwise
	spec    SoftmaxSpec
	kernels *vectorKernels
}

// newVectorSoftmax returns the op, or nil for a spec it isn't made for.
func newVectorSoftmax(s *SoftmaxSpec, kernels *vectorKernels) Op {
	if s.Inner != 1 || s.Size < 4 {
		return nil
	}
	return &vectorSoftmax{spec: *s, kernels: kernels}
}

func (op *vectorSoftmax) Name() string { return "softmax/vector/" + op.kernels.name }

func (op *vectorSoftmax) Units() int { return op.spec.Outer }

func (op *vectorSoftmax) Run(a *Args, first, last int, _ Buffer) {
	size, k := op.spec.Size, op.kernels
	for row := first; row < last; row++ {
		in, out := a.Src[0].Float32()[row*size:][:size], a.Dst.Float32()[row*size:][:size]
		top := slices.Max(in)
		whole := size &^ 3
		tail := 0.0
		for i := whole; i < size; i++ {
			e := exp(float64(in[i]) - float64(top))
			tail += e
			out[i] = float32(e)
		}
		copy(out[:whole], in)
		k.scale(out[:whole], 1, -top)
		k.exp(out[:whole])
		factor := 1 / (tail + sum(out[:whole]))
		k.scale(out[:whole], float32(factor), 0)
		for i := whole; i < size; i++ {
			out[i] = float32(float64(out[i]) * factor)
		}
	}
}

func sum(v []float32) float64 {
	s := 0.0
	for _, x := range v {
		s += float64(x)
	}
	return s
}

// vectorPool is Pool on whole groups of channels. A unit is one row of the
// output.
type vectorPool struct {
	elementwise
	spec    PoolSpec
	kernels *vectorKernels
}

// newVectorPool returns the op, or nil for a spec it isn't made for.
func newVectorPool(s *PoolSpec, kernels *vectorKernels) Op {
	if s.Channels%4 != 0 {
		return nil
	}
	return &vectorPool{spec: *s, kernels: kernels}
}

func (op *vectorPool) Name() string {
	if op.spec.Average {
		return "average-pool/vector/" + op.kernels.name
	}
	return "max-pool/vector/" + op.kernels.name
}

func (op *vectorPool) Units() int { return op.spec.Window.OutHeight }

func (op *vectorPool) Run(a *Args, first, last int, _ Buffer) {
	s, w := &op.spec, &op.spec.Window
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	size := w.OutWidth * s.Channels
	for y := first; y < last; y++ {
		top, bottom := w.rows(y, s.InHeight)
		op.kernels.poolRow(dst[y*size:][:size], src[top*s.InWidth*s.Channels:], w, bottom-top, s.InWidth, s.Channels, s.Average)
	}
}

// poolRow makes one row of the output from rows input rows. Windows that lie
// within a row are done together, those at its ends one by one.
func (k *vectorKernels) poolRow(dst, src []float32, w *Window, rows, width, channels int, average bool) {
	for x := 0; x < w.OutWidth; {
		left, right, n := w.alike(x, width)
		k.pool(dst[x*channels:], src[left*channels:], width*channels, channels, channels, rows, right-left, w.StrideWidth*channels, n,
			average, 1/float32(rows*(right-left)))
		x += n
	}
}

// vectorGlobalPool is GlobalPool on whole groups of channels. A unit is a run
// of channels.
type vectorGlobalPool struct {
	elementwise
	spec    GlobalPoolSpec
	kernels *vectorKernels
}

// newVectorGlobalPool returns the op, or nil for a spec it isn't made for.
func newVectorGlobalPool(s *GlobalPoolSpec, kernels *vectorKernels) Op {
	if s.Channels%4 != 0 {
		return nil
	}
	return &vectorGlobalPool{spec: *s, kernels: kernels}
}

func (op *vectorGlobalPool) Name() string {
	if op.spec.Average {
		return "global-average-pool/vector/" + op.kernels.name
	}
	return "global-max-pool/vector/" + op.kernels.name
}

func (op *vectorGlobalPool) Units() int { return ceilDiv(op.spec.Channels, channelRun) }

func (op *vectorGlobalPool) Run(a *Args, first, last int, _ Buffer) {
	s := &op.spec
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	for unit := first; unit < last; unit++ {
		left := unit * channelRun
		n := min(channelRun, s.Channels-left)
		op.kernels.pool(dst[left:], src[left:], 0, s.Channels, n, 1, s.Pixels, 0, 1, s.Average, 1/float32(s.Pixels))
	}
}
