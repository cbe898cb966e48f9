package kernels

// depthwise3Kernels are the inner loop of a depthwise convolution with 3x3
// weights on one CPU family.
type depthwise3Kernels struct {
	name  string
	group int  // channels whose weights lie together
	whole bool // channels must be a multiple of group

	// row convolves left+pixels+right pixels of a row, step elements apart. The
	// first lacks its left column if left is 1, the last its right one if right
	// is 1. Weights are [channels/group][3][3][group].
	row func(dst, top, middle, bottom, w, bias []float32, channels, step, left, pixels, right int, bounds bounds)

	// pair makes two rows of which the second lies one lower, a pixel's channels
	// apart, with the same sums as row; nil: row does.
	pair func(dst, second, first, upper, lower, last, w, bias []float32, channels, left, pixels, right int, bounds bounds)
}

// depthwise3 is Depthwise with 3x3 weights. A unit is one row of the output;
// rows outside of the picture are zeros.
type depthwise3 struct {
	Unshared
	spec    DepthwiseSpec
	kernels *depthwise3Kernels
	weight  []float32 // [channels/group][3][3][group]
	bias    []float32 // [channels rounded up to groups]
	zeros   []float32 // [InWidth][Channels]
	bounds  bounds
	finish  func([]float32)

	left, pixels, right int
}

// newDepthwise3 returns the op, or nil for a convolution it isn't made for.
func newDepthwise3(s *DepthwiseSpec, w Weights, kernels *depthwise3Kernels) Op {
	if s.KernelHeight != 3 || s.KernelWidth != 3 || s.DilationHeight != 1 || s.DilationWidth != 1 || s.Multiplier != 1 ||
		s.PadLeft > 1 || s.InWidth < 3 || kernels.whole && s.Channels%kernels.group != 0 {
		return nil
	}
	op := &depthwise3{spec: *s, kernels: kernels, left: s.PadLeft, zeros: make([]float32, s.InWidth*s.Channels)}
	op.pixels = min(s.OutWidth, (s.InWidth-3+s.PadLeft)/s.StrideWidth+1) - op.left
	op.right = s.OutWidth - op.left - op.pixels
	if op.pixels < 0 || op.right > 1 || op.right == 1 && (s.OutWidth-1)*s.StrideWidth-s.PadLeft+2 != s.InWidth {
		return nil
	}
	op.bounds, op.finish = s.Activation.split()
	group := kernels.group
	op.bias = make([]float32, roundUp(s.Channels, group))
	op.weight = make([]float32, 9*len(op.bias))
	op.Repack(w)
	return op
}

// Repack changes the weights.
func (op *depthwise3) Repack(w Weights) {
	group := op.kernels.group
	copy(op.bias, w.Bias)
	for i := range 9 {
		for c := range op.spec.Channels {
			op.weight[(c/group*9+i)*group+c%group] = w.at(i*op.spec.Channels + c)
		}
	}
}

func (op *depthwise3) Name() string { return "depthwise/3x3/" + op.kernels.name }

func (op *depthwise3) Units() int { return op.spec.OutHeight }

func (op *depthwise3) Workspace() (shared, private int) { return 0, 0 }

func (op *depthwise3) Run(a *Args, first, last int, _ Buffer) {
	in, out := op.shape()
	src, dst := lines{a.Src[0].Float32(), in}, lines{a.Dst.Float32(), out}
	for y := first; y < last; y += 2 {
		op.row(dst, src, y, y+1 < last, nil)
	}
}

func (op *depthwise3) byRows() rowOp { return op }

func (op *depthwise3) shape() (in, out extent) {
	s := &op.spec
	return extent{s.InHeight, s.InWidth * s.Channels}, extent{s.OutHeight, s.OutWidth * s.Channels}
}

func (op *depthwise3) under(from, to int) (first, last int) {
	return under(from, to, op.spec.StrideHeight, op.spec.PadTop, 3, op.spec.InHeight)
}

func (op *depthwise3) row(dst, src lines, y int, two bool, _ Buffer) {
	s, k := &op.spec, op.kernels
	line, top := dst.row(y), y*s.StrideHeight-s.PadTop
	if two && k.pair != nil && s.StrideHeight == 1 && s.StrideWidth == 1 {
		second := dst.row(y + 1)
		k.pair(line, second, op.line(src, top), op.line(src, top+1), op.line(src, top+2), op.line(src, top+3), op.weight, op.bias,
			s.Channels, op.left, op.pixels, op.right, op.bounds)
		if op.finish != nil {
			op.finish(line)
			op.finish(second)
		}
		return
	}
	k.row(line, op.line(src, top), op.line(src, top+1), op.line(src, top+2), op.weight, op.bias,
		s.Channels, s.StrideWidth*s.Channels, op.left, op.pixels, op.right, op.bounds)
	if op.finish != nil {
		op.finish(line)
	}
	if two {
		op.row(dst, src, y+1, false, nil)
	}
}

// line is row y of the picture, or zeros outside.
func (op *depthwise3) line(src lines, y int) []float32 {
	if y < 0 || y >= op.spec.InHeight {
		return op.zeros
	}
	return src.row(y)
}
