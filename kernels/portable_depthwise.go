package kernels

// depthwise is the portable depthwise convolution. One unit is one row of the
// output.
type depthwise struct {
	Unshared
	spec    DepthwiseSpec
	weights []float32 // [KernelHeight*KernelWidth][Channels*Multiplier]
	half    []uint16  // or this
	bias    []float32 // Channels*Multiplier
}

func newDepthwise(s *DepthwiseSpec, w Weights) Op {
	op := &depthwise{spec: *s, bias: make([]float32, s.Channels*s.Multiplier)}
	if w.Float16 != nil {
		op.half = make([]uint16, len(w.Float16))
	} else {
		op.weights = make([]float32, len(w.Float32))
	}
	op.Repack(w)
	return op
}

// Repack changes the weights.
func (op *depthwise) Repack(w Weights) {
	copy(op.bias, w.Bias)
	copy(op.half, w.Float16)
	copy(op.weights, w.Float32)
}

func (op *depthwise) Name() string { return "depthwise/direct/portable" }

func (op *depthwise) Units() int { return op.spec.OutHeight }

func (op *depthwise) Workspace() (shared, private int) {
	return 0, bytes[float32](len(op.half))
}

func (op *depthwise) Run(a *Args, first, last int, private Buffer) {
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	weights := op.weights
	if op.half != nil {
		weights = take[float32](&private, len(op.half))
		for i, h := range op.half {
			weights[i] = widen(h)
		}
	}
	size := op.spec.OutWidth * len(op.bias)
	for y := first; y < last; y++ {
		row := dst[y*size:][:size]
		op.row(row, src, weights, y)
		op.spec.Activation.Apply(row)
	}
}

func (op *depthwise) row(dst, src, weights []float32, y int) {
	s := &op.spec
	channels := len(op.bias)
	for x := range s.OutWidth {
		out := dst[x*channels:][:channels]
		copy(out, op.bias)
		for ky := range s.KernelHeight {
			iy := y*s.StrideHeight - s.PadTop + ky*s.DilationHeight
			if iy >= 0 && iy < s.InHeight {
				op.taps(out, src[iy*s.InWidth*s.Channels:], weights[ky*s.KernelWidth*channels:], x*s.StrideWidth-s.PadLeft)
			}
		}
	}
}

// taps adds one row of the kernel, whose first column lies over input column
// left, to one output pixel.
func (op *depthwise) taps(out, row, weights []float32, left int) {
	s := &op.spec
	first, last := 0, s.KernelWidth
	for first < last && left+first*s.DilationWidth < 0 {
		first++
	}
	for first < last && left+(last-1)*s.DilationWidth >= s.InWidth {
		last--
	}
	pixel := func(kx int) []float32 { return row[(left+kx*s.DilationWidth)*s.Channels:][:s.Channels] }
	tap := func(kx int) []float32 { return weights[kx*len(out):][:len(out)] }
	for ; s.Multiplier == 1 && first+3 <= last; first += 3 {
		multiplyAdd3(out, pixel(first), pixel(first+1), pixel(first+2), tap(first), tap(first+1), tap(first+2))
	}
	for ; first < last; first++ {
		multiplyAdd(out, pixel(first), tap(first), s.Multiplier)
	}
}

// multiplyAdd3 adds the products of three pixels with three taps.
func multiplyAdd3(out, a, b, c, u, v, w []float32) {
	n := len(out)
	a, b, c, u, v, w = a[:n], b[:n], c[:n], u[:n], v[:n], w[:n]
	for i := range out {
		out[i] += a[i]*u[i] + b[i]*v[i] + c[i]*w[i]
	}
}

// multiplyAdd adds each element of in times multiplier neighbouring weights to
// as many outputs.
func multiplyAdd(out, in, weights []float32, multiplier int) {
	weights = weights[:len(out)]
	if multiplier == 1 {
		in = in[:len(out)]
		for i := range out {
			out[i] += in[i] * weights[i]
		}
		return
	}
	for i := range out {
		out[i] += in[i/multiplier] * weights[i]
	}
}
