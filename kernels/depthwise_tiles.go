package kernels

// depthwiseKernels are the inner loops of a depthwise convolution on one CPU
// family.
type depthwiseKernels struct {
	name string

	// row returns the loop for kernels of the given width and stride, or nil. It
	// convolves tiles of depthwiseTile pixels in a row with rows rows of the
	// kernel:
	//
	//	dst[x*dstStride+c] = clamp(bias[c] + sum over i < rows, j < width of
	//		src[i*rowStride+(x*stride+j)*pixelStride+c] * w[c/4*group+(i*width+j)*4+c%4])
	//
	// channels is a multiple of 4.
	row func(width, stride int) depthwiseRow
}

type depthwiseRow func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, bounds bounds)

// depthwiseTile is the number of pixels made at once.
const depthwiseTile = 4

// depthwiseTiles is Depthwise by tiles of pixels. A unit is one row of the
// output.
type depthwiseTiles struct {
	Unshared
	spec     DepthwiseSpec
	kernels  *depthwiseKernels
	row      depthwiseRow
	weight   []float32 // [channels/4][KernelHeight][KernelWidth][4]
	bias     []float32 // [channels rounded up to 4]
	bounds   bounds
	finish   func([]float32)
	channels int // rounded up to 4
}

// newDepthwiseTiles returns the op, or nil for a convolution it isn't made for.
func newDepthwiseTiles(s *DepthwiseSpec, w Weights, kernels *depthwiseKernels) Op {
	row := kernels.row(s.KernelWidth, s.StrideWidth)
	if row == nil || s.Multiplier != 1 || s.DilationHeight != 1 || s.DilationWidth != 1 {
		return nil
	}
	op := &depthwiseTiles{spec: *s, kernels: kernels, row: row, channels: roundUp(s.Channels, 4)}
	op.bounds, op.finish = s.Activation.split()
	op.bias = make([]float32, op.channels)
	op.weight = make([]float32, s.KernelHeight*s.KernelWidth*op.channels)
	op.Repack(w)
	return op
}

// Repack changes the weights.
func (op *depthwiseTiles) Repack(w Weights) {
	s := &op.spec
	copy(op.bias, w.Bias)
	cells := s.KernelHeight * s.KernelWidth
	for i := range cells {
		for c := range s.Channels {
			op.weight[(c/4*cells+i)*4+c%4] = w.at(i*s.Channels + c)
		}
	}
}

func (op *depthwiseTiles) Name() string { return "depthwise/tiles/" + op.kernels.name }

func (op *depthwiseTiles) Units() int { return op.spec.OutHeight }

// window is the number of input pixels under one tile, in a row.
func (op *depthwiseTiles) window() int {
	return (depthwiseTile-1)*op.spec.StrideWidth + op.spec.KernelWidth
}

func (op *depthwiseTiles) Workspace() (shared, private int) {
	return 0, bytes[float32](op.spec.KernelHeight*op.window()*op.channels) + bytes[float32](depthwiseTile*op.channels)
}

func (op *depthwiseTiles) Run(a *Args, first, last int, private Buffer) {
	s := &op.spec
	patch := take[float32](&private, s.KernelHeight*op.window()*op.channels)
	edge := take[float32](&private, depthwiseTile*op.channels)
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	size := s.OutWidth * s.Channels
	for y := first; y < last; y++ {
		line := dst[y*size:][:size]
		op.tiles(line, src, y, patch, edge)
		if op.finish != nil {
			op.finish(line)
		}
	}
}

// tiles makes one row of the output. Tiles that reach beyond the picture, or
// whose channels are no multiple of 4, go through patch and edge.
func (op *depthwiseTiles) tiles(dst, src []float32, y int, patch, edge []float32) {
	s := &op.spec
	top := y*s.StrideHeight - s.PadTop
	skip := max(0, -top)
	rows := min(s.KernelHeight, s.InHeight-top) - skip
	if rows <= 0 {
		op.fill(dst)
		return
	}
	src = src[(top+skip)*s.InWidth*s.Channels:]
	cells := s.KernelHeight * s.KernelWidth * 4
	weight := op.weight[skip*s.KernelWidth*4:]
	for x := 0; x < s.OutWidth; {
		left := x*s.StrideWidth - s.PadLeft
		n := 0 // tiles inside the picture
		if left >= 0 && op.channels == s.Channels && left+op.window() <= s.InWidth {
			n = min((s.OutWidth-x)/depthwiseTile, (s.InWidth-left-op.window())/(depthwiseTile*s.StrideWidth)+1)
		}
		if n > 0 {
			op.row(dst[x*s.Channels:], s.Channels, src[left*s.Channels:], s.InWidth*s.Channels, s.Channels, rows,
				weight, cells, op.bias, op.channels, n, op.bounds)
			x += n * depthwiseTile
			continue
		}
		op.copyPatch(patch, src, left, rows)
		op.row(edge, op.channels, patch, op.window()*op.channels, op.channels, rows, weight, cells, op.bias, op.channels, 1, op.bounds)
		for i := range min(depthwiseTile, s.OutWidth-x) {
			copy(dst[(x+i)*s.Channels:][:s.Channels], edge[i*op.channels:])
		}
		x += depthwiseTile
	}
}

// fill makes a row under which there is no picture.
func (op *depthwiseTiles) fill(dst []float32) {
	for i := range dst {
		dst[i] = op.bounds.clamp(op.bias[i%op.spec.Channels])
	}
}

func (op *depthwiseTiles) copyPatch(patch, src []float32, left, rows int) {
	s, width := &op.spec, op.window()
	clear(patch)
	from, to := max(0, -left), min(width, s.InWidth-left)
	for i := range rows {
		for j := from; j < to; j++ {
			at := (i*s.InWidth + left + j) * s.Channels
			copy(patch[(i*width+j)*op.channels:], src[at:at+s.Channels])
		}
	}
}
