package kernels

// gemmConv2D is Conv2D as a matrix product whose left matrix, the pictures'
// patches, exists one block at a time: a few panels of pixels are packed for at
// most gemmDepth of the depth and multiplied by all weights of that depth, adding
// up in the output. Units divide the pixels, and neighbouring ones are packed
// together; if there are only few, units divide the filters.
type gemmConv2D[T element] struct {
	Unshared
	spec   Conv2DSpec
	gemm   *gemmKernels[T]
	blocks []gemmBlock[T]
	bias   []float32 // [filters]
	bounds bounds
	finish func([]float32) // the activation, unless bounds are all of it

	convert func(float32) T

	height, width int // of the picture before it was flattened

	filters   int // rounded up to whole panels
	tiles     int // panels of pixels; none crosses a row of the output
	across    int // of them in a row
	divisions int // units that divide the filters; 1: they divide the tiles
}

const (
	gemmDepth = 256 // depth of a block, so that a panel of each matrix stays in L1
	// gemmDivisions is the most units that share the same few pixels.
	gemmDivisions = 8
	// gemmCall limits tiles*panels*depth of one call, which can't be preempted,
	// to a fraction of a millisecond.
	gemmCall = 1 << 14
)

// gemmBlock is a piece of the depth: runs of channels under some of the
// kernel's cells.
type gemmBlock[T element] struct {
	segments []gemmSegment
	depth    int
	weight   []T // [filters/columns][depth][columns]
}

// gemmSegment is a run of channels under one cell of the kernel, length long
// after rounding up to whole groups.
type gemmSegment struct{ y, x, channel, channels, length int }

// newGEMMConv2D returns the op, or nil for a convolution it isn't made for.
func newGEMMConv2D[T element](s *Conv2DSpec, w Weights, gemm *gemmKernels[T], convert func(float32) T) Op {
	if s.Groups != 1 {
		return nil
	}
	if !s.Pool.none() {
		return newPooledConv2D(s, gemm.vector, func(s *Conv2DSpec) rowConv2D { return gemmOf(s, w, gemm, convert) })
	}
	op := gemmOf(flatten(s), w, gemm, convert)
	op.height, op.width = s.OutHeight, s.OutWidth
	return op
}

func gemmOf[T element](s *Conv2DSpec, w Weights, gemm *gemmKernels[T], convert func(float32) T) *gemmConv2D[T] {
	op := &gemmConv2D[T]{spec: *s, gemm: gemm, filters: roundUp(s.Filters, gemm.columns)}
	op.bounds, op.finish = s.Activation.split()
	op.across = ceilDiv(s.OutWidth, gemm.rows)
	op.tiles = s.OutHeight * op.across
	op.divisions = 1
	if op.tiles <= gemm.cut.few {
		op.divisions = max(1, min(op.filters/gemm.columns/gemm.cut.panels, gemmDivisions))
	}
	op.bias = make([]float32, op.filters)
	op.convert = convert
	for _, segments := range op.cut() {
		b := gemmBlock[T]{segments: segments}
		for _, g := range segments {
			b.depth += g.length
		}
		b.weight = make([]T, b.depth*op.filters)
		op.blocks = append(op.blocks, b)
	}
	op.Repack(w)
	return op
}

// Repack changes the weights.
func (op *gemmConv2D[T]) Repack(w Weights) {
	copy(op.bias, w.Bias)
	for i := range op.blocks {
		op.pack(&op.blocks[i], w)
	}
}

// flatten makes one row of all pixels of a 1x1 convolution, where no pixel
// has neighbours.
func flatten(s *Conv2DSpec) *Conv2DSpec {
	if s.KernelHeight != 1 || s.KernelWidth != 1 || s.StrideHeight != 1 || s.StrideWidth != 1 ||
		s.OutHeight != s.InHeight || s.OutWidth != s.InWidth {
		return s
	}
	row := *s
	row.InHeight, row.OutHeight = 1, 1
	row.InWidth *= s.InHeight
	row.OutWidth = row.InWidth
	return &row
}

// cut divides the depth into blocks.
func (op *gemmConv2D[T]) cut() [][]gemmSegment {
	s := &op.spec
	var blocks [][]gemmSegment
	var block []gemmSegment
	depth := 0
	for y := range s.KernelHeight {
		for x := range s.KernelWidth {
			for c := 0; c < s.InChannels; c += gemmDepth {
				n := min(gemmDepth, s.InChannels-c)
				one := gemmSegment{y, x, c, n, roundUp(n, op.gemm.group)}
				if depth+one.length > gemmDepth {
					blocks, block, depth = append(blocks, block), nil, 0
				}
				block, depth = append(block, one), depth+one.length
			}
		}
	}
	return append(blocks, block)
}

func (op *gemmConv2D[T]) pack(b *gemmBlock[T], w Weights) {
	s, columns := &op.spec, op.gemm.columns
	at := 0
	for _, g := range b.segments {
		for c := range g.channels {
			row := ((g.y*s.KernelWidth+g.x)*s.InChannels + g.channel + c) * s.Filters
			for f := range s.Filters {
				b.weight[(f/columns*b.depth+at+c)*columns+f%columns] = op.convert(w.at(row + f))
			}
		}
		at += g.length
	}
}

func (op *gemmConv2D[T]) Name() string { return "conv2d/gemm/" + op.gemm.name }

// ErrorFactor bounds the rounding errors: of the inputs and of every sum until
// it is spilled, if they are float16.
func (op *gemmConv2D[T]) ErrorFactor() float64 {
	depth := 0
	for _, b := range op.blocks {
		depth += b.depth
	}
	if op.gemm.half {
		return float64(depth+2) + float64(min(depth, halfSpill)+2)*halfEpsilon
	}
	return float64(depth + 2)
}

func (op *gemmConv2D[T]) Units() int {
	if op.divisions > 1 {
		return op.divisions
	}
	return ceilDiv(op.tiles, op.gemm.cut.unit)
}

func (op *gemmConv2D[T]) Workspace() (shared, private int) {
	pixels := op.gemm.cut.tiles * op.gemm.rows
	return 0, bytes[T](pixels*gemmDepth) + bytes[float32](pixels*op.filters) + bytes[float32](op.gemm.rows*gemmDepth)
}

func (op *gemmConv2D[T]) Run(a *Args, first, last int, private Buffer) {
	dst, src, panels := a.Dst.Float32(), a.Src[0].Float32(), op.filters/op.gemm.columns
	if op.divisions > 1 {
		op.run(dst, src, 0, 0, op.tiles, first*panels/op.divisions, last*panels/op.divisions, private)
		return
	}
	end := min(last*op.gemm.cut.unit, op.tiles)
	for t := first * op.gemm.cut.unit; t < end; t += op.gemm.cut.tiles {
		op.run(dst, src, 0, t, min(t+op.gemm.cut.tiles, end), 0, panels, private)
	}
}

// byRows is for 1x1 with rows that fill their tiles but for a sixteenth.
func (op *gemmConv2D[T]) byRows() rowOp {
	if roundUp(op.width, op.gemm.rows)-op.width > op.width/16 {
		return nil
	}
	whole := op.spec
	whole.InHeight, whole.OutHeight, whole.InWidth, whole.OutWidth = op.height, op.height, op.width, op.width
	if op.spec.KernelHeight != 1 || op.spec.KernelWidth != 1 || *flatten(&whole) != op.spec {
		return nil
	}
	line := *op
	line.spec.InHeight, line.spec.OutHeight, line.spec.InWidth, line.spec.OutWidth = 1, 1, op.width, op.width
	line.across = ceilDiv(op.width, op.gemm.rows)
	return &pointwise{whole, func(dst, src []float32, private Buffer) { line.rows(dst, src, 0, 1, private) }}
}

// rows computes rows of the output into dst.
func (op *gemmConv2D[T]) rows(dst, src []float32, first, last int, private Buffer) {
	base := first * op.spec.OutWidth
	for t := first * op.across; t < last*op.across; t += op.gemm.cut.tiles {
		op.run(dst, src, base, t, min(t+op.gemm.cut.tiles, last*op.across), 0, op.filters/op.gemm.columns, private)
	}
}

// run computes the filters of panels [left, right) for the pixels of tiles
// [first, last), at most gemm.cut.tiles. dst begins with pixel base of the output.
func (op *gemmConv2D[T]) run(dst, src []float32, base, first, last, left, right int, private Buffer) {
	s, g := &op.spec, op.gemm
	packed := take[T](&private, op.gemm.cut.tiles*g.rows*gemmDepth)
	edge := take[float32](&private, op.gemm.cut.tiles*g.rows*op.filters)
	patch := take[float32](&private, g.rows*gemmDepth)
	out, stride := edge, op.filters
	direct := op.filters == s.Filters && (s.OutWidth%g.rows == 0 || first/op.across == (last-1)/op.across && last%op.across != 0)
	if direct {
		out, stride = dst[(op.pixel(first)-base)*s.Filters:], s.Filters
	}
	start, startStride := op.bias, 0
	for i := range op.blocks {
		b := &op.blocks[i]
		for t := first; t < last; t++ {
			op.packTile(packed[(t-first)*g.rows*b.depth:], src, t, b, patch)
		}
		limits := unbounded
		if i == len(op.blocks)-1 {
			limits = op.bounds
		}
		step := max(1, gemmCall/((last-first)*b.depth))
		for p := left; p < right; p += step {
			n := min(step, right-p)
			column := p * g.columns
			g.multiply(out[column:], stride, packed, b.weight[column*b.depth:], b.depth, last-first, n, start[column:], startStride, limits)
		}
		start, startStride = out, stride
	}
	from, to := left*g.columns, min(right*g.columns, s.Filters)
	for t := first; t < last && (!direct || op.finish != nil); t++ {
		for r := range op.pixels(t) {
			pixel := dst[(op.pixel(t)+r-base)*s.Filters:]
			if !direct {
				copy(pixel[from:to], edge[((t-first)*g.rows+r)*op.filters+from:])
			}
			if op.finish != nil {
				op.finish(pixel[from:to])
			}
		}
	}
}

// pixel is the first pixel of a tile.
func (op *gemmConv2D[T]) pixel(tile int) int {
	return tile/op.across*op.spec.OutWidth + tile%op.across*op.gemm.rows
}

// pixels is the number of pixels in a tile.
func (op *gemmConv2D[T]) pixels(tile int) int {
	return min(op.gemm.rows, op.spec.OutWidth-tile%op.across*op.gemm.rows)
}

// packTile packs the pixels of one tile for one block. Pixels under which the
// kernel's cell lies outside the picture are zeros.
func (op *gemmConv2D[T]) packTile(dst []T, src []float32, tile int, b *gemmBlock[T], patch []float32) {
	s, g := &op.spec, op.gemm
	x0 := tile % op.across * g.rows
	for i := range b.segments {
		seg := &b.segments[i]
		y := tile/op.across*s.StrideHeight + seg.y*s.DilationHeight - s.PadTop
		x := x0*s.StrideWidth + seg.x*s.DilationWidth - s.PadLeft
		end := x + (g.rows-1)*s.StrideWidth
		inside := y >= 0 && y < s.InHeight && x >= 0 && end < s.InWidth
		if inside && seg.channels == seg.length {
			g.pack(dst, src[(y*s.InWidth+x)*s.InChannels+seg.channel:], s.StrideWidth*s.InChannels, seg.length)
		} else {
			op.copyPixels(patch, src, y, x, op.pixels(tile), seg)
			g.pack(dst, patch, seg.length, seg.length)
		}
		dst = dst[g.rows*seg.length:]
	}
}

func (op *gemmConv2D[T]) copyPixels(patch, src []float32, y, x, pixels int, seg *gemmSegment) {
	s := &op.spec
	clear(patch[:op.gemm.rows*seg.length])
	if y < 0 || y >= s.InHeight {
		return
	}
	for r := range pixels {
		if at := x + r*s.StrideWidth; at >= 0 && at < s.InWidth {
			from := (y*s.InWidth+at)*s.InChannels + seg.channel
			copy(patch[r*seg.length:], src[from:from+seg.channels])
		}
	}
}
