package kernels

// directKernels are the inner loops of a convolution of few channels on one CPU
// family, where the pixels under a row of the kernel lie side by side.
type directKernels struct {
	name            string
	pixels, filters int            // of a tile
	vector          *vectorKernels // makes the maxima if pooling follows; may be nil

	// row makes tiles tiles of pixels in a row for panels panels of filters:
	//
	//	dst[x*dstStride+f] = clamp(bias[f] + sum over i < rows, k < length of
	//		src[i*rowStride+x*pixelStride+k] * w[panel][i][k][f%filters])
	row func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, tiles, panels int, bounds bounds)

	// maxima makes tiles of two rows of pixels, second elements apart, and keeps
	// the maximum of each 2x2; nil: row and vector do.
	maxima func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, second, length, rows int, w, bias []float32, tiles, panels int, bounds bounds)
}

// direct is Conv2D for few input channels. A unit is one row of the output, of
// maxima if it is pooled; the input rows under it are copied with zeros round
// them.
type direct struct {
	Unshared
	spec    Conv2DSpec
	kernels *directKernels
	weight  []float32 // [filters/panel][KernelHeight][KernelWidth*InChannels][panel]
	bias    []float32
	bounds  bounds
	finish  func([]float32)
	pooled  bool

	height, width int // of the output
	across        int // pixels of the output that a tile makes
	columns       int // pixels of the convolution that lie side by side in a tile
	filters       int // rounded up to whole panels
	tiles         int // of a row
	lines         int // rows of the picture under a row of the output
	stride        int // of one of them, padded
}

// newDirect returns the op, or nil for a convolution it isn't made for.
func newDirect(s *Conv2DSpec, w Weights, kernels *directKernels) Op {
	if s.Groups != 1 || s.DilationWidth != 1 {
		return nil
	}
	if !s.Pool.none() && (kernels.maxima == nil || s.DilationHeight != 1 || !poolsLast(s)) {
		return newPooledConv2D(s, kernels.vector, func(s *Conv2DSpec) rowConv2D { return directOf(s, w, kernels) })
	}
	return directOf(s, w, kernels)
}

func directOf(s *Conv2DSpec, w Weights, kernels *directKernels) *direct {
	op := &direct{
		spec: *s, kernels: kernels, pooled: !s.Pool.none(), filters: roundUp(s.Filters, kernels.filters),
		height: s.OutHeight, width: s.OutWidth, across: kernels.pixels, columns: kernels.pixels, lines: s.KernelHeight,
	}
	if op.pooled {
		op.height, op.width, op.across, op.columns = s.Pool.OutHeight, s.Pool.OutWidth, kernels.pixels/4, kernels.pixels/2
		op.lines += s.StrideHeight
	}
	op.tiles = ceilDiv(op.width, op.across)
	op.bounds, op.finish = s.Activation.split()
	op.stride = ((op.tiles*op.columns-1)*s.StrideWidth + s.KernelWidth) * s.InChannels
	op.bias = make([]float32, op.filters)
	op.weight = make([]float32, s.KernelHeight*s.KernelWidth*s.InChannels*op.filters)
	op.Repack(w)
	return op
}

// Repack changes the weights.
func (op *direct) Repack(w Weights) {
	copy(op.bias, w.Bias)
	packDirect(op.weight, &op.spec, w, op.kernels.filters)
}

// packDirect packs weights as dst[panel][KernelHeight][KernelWidth*InChannels][filters].
func packDirect(dst []float32, s *Conv2DSpec, w Weights, filters int) {
	depth := s.KernelHeight * s.KernelWidth * s.InChannels
	for k := range depth {
		for f := range s.Filters {
			dst[(f/filters*depth+k)*filters+f%filters] = w.at(k*s.Filters + f)
		}
	}
}

func (op *direct) Name() string {
	name := "conv2d/direct/" + op.kernels.name
	if op.pooled {
		name += "+pool"
	}
	return name
}

// ErrorFactor is that of plain sums.
func (op *direct) ErrorFactor() float64 {
	return float64(op.spec.KernelHeight*op.spec.KernelWidth*op.spec.InChannels + 2)
}

func (op *direct) Units() int { return op.height }

func (op *direct) Workspace() (shared, private int) {
	return 0, bytes[float32](op.lines*op.stride) + bytes[float32](op.across*op.filters)
}

func (op *direct) Run(a *Args, first, last int, private Buffer) {
	size := op.width * op.spec.Filters
	op.rows(a.Dst.Float32()[first*size:], a.Src[0].Float32(), first, last, private)
}

func (op *direct) rows(dst, src []float32, first, last int, private Buffer) {
	size := op.width * op.spec.Filters
	for y := first; y < last; y++ {
		op.line(dst[(y-first)*size:][:size], op.spec.lines(src), y, private)
	}
}

// line makes row y of the output.
func (op *direct) line(dst []float32, src lines, y int, private Buffer) {
	picture := take[float32](&private, op.lines*op.stride)
	edge := take[float32](&private, op.across*op.filters)
	step := op.spec.StrideHeight
	if op.pooled {
		step *= 2
	}
	for i := range op.lines {
		padRow(picture[i*op.stride:][:op.stride], src, &op.spec, y*step-op.spec.PadTop+i*op.spec.DilationHeight)
	}
	op.row(dst, picture, edge)
	if op.finish != nil {
		op.finish(dst)
	}
}

// byRows is for all but pooled convolutions.
func (op *direct) byRows() rowOp {
	if op.pooled {
		return nil
	}
	return &window{spec: &op.spec, line: op.line}
}

// lines are the rows of the picture.
func (s *Conv2DSpec) lines(src []float32) lines {
	return lines{src, extent{s.InHeight, s.InWidth * s.InChannels}}
}

// padRow copies row y of the picture with zeros round it.
func padRow(row []float32, src lines, s *Conv2DSpec, y int) {
	left := s.PadLeft * s.InChannels
	if y < 0 || y >= s.InHeight || left >= len(row) {
		clear(row)
		return
	}
	clear(row[:left])
	n := copy(row[left:], src.row(y))
	clear(row[left+n:])
}

// row makes one row of the output. A tile that reaches beyond it, and all if
// the filters don't fill the last panel, go through edge.
func (op *direct) row(dst, picture, edge []float32) {
	s := &op.spec
	whole := 0
	if op.filters == s.Filters {
		whole = op.width / op.across
	}
	if whole > 0 {
		op.convolve(dst, s.Filters, picture, whole)
	}
	for t := whole; t < op.tiles; t++ {
		x := t * op.across
		op.convolve(edge, op.filters, picture[t*op.columns*s.StrideWidth*s.InChannels:], 1)
		for i := range min(op.across, op.width-x) {
			copy(dst[(x+i)*s.Filters:][:s.Filters], edge[i*op.filters:])
		}
	}
}

// convolve makes neighbouring tiles.
func (op *direct) convolve(dst []float32, dstStride int, picture []float32, tiles int) {
	s, k := &op.spec, op.kernels
	pixel, length, panels := s.StrideWidth*s.InChannels, s.KernelWidth*s.InChannels, op.filters/k.filters
	if op.pooled {
		k.maxima(dst, dstStride, picture, op.stride, pixel, s.StrideHeight*op.stride, length, s.KernelHeight, op.weight, op.bias, tiles, panels, op.bounds)
		return
	}
	k.row(dst, dstStride, picture, op.stride, pixel, length, s.KernelHeight, op.weight, op.bias, tiles, panels, op.bounds)
}
