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
}

// direct is Conv2D for few input channels. A unit is one row of the output; the
// input rows under it are copied with zeros round them.
type direct struct {
	Unshared
	spec    Conv2DSpec
	kernels *directKernels
	weight  []float32 // [filters/panel][KernelHeight][KernelWidth*InChannels][panel]
	bias    []float32
	bounds  bounds
	finish  func([]float32)

	filters int // rounded up to whole panels
	tiles   int // of a row
	stride  int // of a padded row of the picture
}

// newDirect returns the op, or nil for a convolution it isn't made for.
func newDirect(s *Conv2DSpec, w Weights, kernels *directKernels) Op {
	if s.Groups != 1 || s.DilationWidth != 1 {
		return nil
	}
	if !s.Pool.none() {
		return newPooledConv2D(s, kernels.vector, func(s *Conv2DSpec) rowConv2D { return directOf(s, w, kernels) })
	}
	return directOf(s, w, kernels)
}

func directOf(s *Conv2DSpec, w Weights, kernels *directKernels) *direct {
	op := &direct{
		spec: *s, kernels: kernels, filters: roundUp(s.Filters, kernels.filters), tiles: ceilDiv(s.OutWidth, kernels.pixels),
	}
	op.bounds, op.finish = s.Activation.split()
	op.stride = ((op.tiles*kernels.pixels-1)*s.StrideWidth + s.KernelWidth) * s.InChannels
	op.bias = make([]float32, op.filters)
	op.weight = make([]float32, s.KernelHeight*s.KernelWidth*s.InChannels*op.filters)
	op.Repack(w)
	return op
}

// Repack changes the weights.
func (op *direct) Repack(w Weights) {
	s, filters := &op.spec, op.kernels.filters
	depth := s.KernelHeight * s.KernelWidth * s.InChannels
	copy(op.bias, w.Bias)
	for k := range depth {
		for f := range s.Filters {
			op.weight[(f/filters*depth+k)*filters+f%filters] = w.at(k*s.Filters + f)
		}
	}
}

func (op *direct) Name() string { return "conv2d/direct/" + op.kernels.name }

// ErrorFactor is that of plain sums.
func (op *direct) ErrorFactor() float64 {
	return float64(op.spec.KernelHeight*op.spec.KernelWidth*op.spec.InChannels + 2)
}

func (op *direct) Units() int { return op.spec.OutHeight }

func (op *direct) Workspace() (shared, private int) {
	return 0, bytes[float32](op.spec.KernelHeight*op.stride) + bytes[float32](op.kernels.pixels*op.filters)
}

func (op *direct) Run(a *Args, first, last int, private Buffer) {
	size := op.spec.OutWidth * op.spec.Filters
	op.rows(a.Dst.Float32()[first*size:], a.Src[0].Float32(), first, last, private)
}

func (op *direct) rows(dst, src []float32, first, last int, private Buffer) {
	s := &op.spec
	picture := take[float32](&private, s.KernelHeight*op.stride)
	edge := take[float32](&private, op.kernels.pixels*op.filters)
	size := s.OutWidth * s.Filters
	for y := first; y < last; y++ {
		op.pad(picture, src, y*s.StrideHeight-s.PadTop)
		line := dst[(y-first)*size:][:size]
		op.row(line, picture, edge)
		if op.finish != nil {
			op.finish(line)
		}
	}
}

// pad copies the rows of the picture under a row of the output.
func (op *direct) pad(dst, src []float32, top int) {
	s := &op.spec
	size, left := s.InWidth*s.InChannels, s.PadLeft*s.InChannels
	for i := range s.KernelHeight {
		row := dst[i*op.stride:][:op.stride]
		y := top + i*s.DilationHeight
		if y < 0 || y >= s.InHeight || left >= len(row) {
			clear(row)
			continue
		}
		clear(row[:left])
		n := copy(row[left:], src[y*size:][:size])
		clear(row[left+n:])
	}
}

// row makes one row of the output. A tile that reaches beyond it, and all if
// the filters don't fill the last panel, go through edge.
func (op *direct) row(dst, picture, edge []float32) {
	s, k := &op.spec, op.kernels
	pixel, length, panels := s.StrideWidth*s.InChannels, s.KernelWidth*s.InChannels, op.filters/k.filters
	whole := 0
	if op.filters == s.Filters {
		whole = s.OutWidth / k.pixels
	}
	if whole > 0 {
		k.row(dst, s.Filters, picture, op.stride, pixel, length, s.KernelHeight, op.weight, op.bias, whole, panels, op.bounds)
	}
	for t := whole; t < op.tiles; t++ {
		x := t * k.pixels
		k.row(edge, op.filters, picture[x*pixel:], op.stride, pixel, length, s.KernelHeight, op.weight, op.bias, 1, panels, op.bounds)
		for i := range min(k.pixels, s.OutWidth-x) {
			copy(dst[(x+i)*s.Filters:][:s.Filters], edge[i*op.filters:])
		}
	}
}
