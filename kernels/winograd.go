package kernels

import "math"

// winogradKernels are the inner loops of Winograd's convolution F(4x4,3x3) on
// one CPU family: 4x4 outputs from 6x6 inputs with 36 products a channel pair
// instead of 144 (Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks", with the points 0, 1, -1, 2, -2 and infinity).
type winogradKernels[T element] struct {
	// input transforms a 6x6 patch of src, whose rows are rowStride and whose
	// pixels are pixelStride elements apart, group by group of channels:
	// position p of group g goes to dst[p*position+g*groupStride:]. channels is
	// a multiple of group.
	input func(dst []T, position, groupStride int, src []float32, rowStride, pixelStride, channels int)

	// output transforms the 36 products m[p*position:] of one tile, adds the
	// bias, takes the maximum of each 2x2 outputs if pool is set, clamps, and
	// stores 4x4, or 2x2, pixels. filters is a multiple of columns.
	output func(dst []float32, rowStride, pixelStride int, m []float32, position int, bias []float32, filters int, pool bool, bounds bounds)
}

const (
	winogradPatch     = 6 // input pixels of a tile in each direction
	winogradTile      = 4 // output pixels
	winogradPositions = winogradPatch * winogradPatch
)

// winograd is Conv2D for 3x3 kernels with stride 1, of panels*rows tiles at once:
// for these the private workspace holds the transformed inputs, the products of all
// filters, and room for one patch and one tile at the edges.
type winograd[T element] struct {
	Unshared
	spec   Conv2DSpec
	gemm   *gemmKernels[T]
	tile   *winogradKernels[T]
	weight []T       // [position][filters/columns][depth][columns]
	bias   []float32 // [filters rounded up to columns]
	bounds bounds
	finish func([]float32) // the activation, unless bounds are all of it
	set    func(channel, filter int, weights winogradSquare)

	depth, filters   int // channels and filters rounded up to whole groups and panels
	down, across     int // tiles of the picture
	panels           int // of tiles that are made at once
	unit             int // tiles
	pooled           bool
	inputs, products int // stride of a position in the workspace
}

// newWinograd returns the op, or nil for a convolution it isn't made for.
func newWinograd[T element](s *Conv2DSpec, w Weights, gemm *gemmKernels[T], tile *winogradKernels[T], pack func(float32) T) Op {
	if !winogradFits(s) {
		return nil
	}
	limits, finish := s.Activation.split()
	op := &winograd[T]{
		spec: *s, gemm: gemm, tile: tile, bounds: limits, finish: finish,
		depth: roundUp(s.InChannels, gemm.group), filters: roundUp(s.Filters, gemm.columns),
		down: ceilDiv(s.OutHeight, winogradTile), across: ceilDiv(s.OutWidth, winogradTile),
		panels: gemm.cut.winograd, unit: gemm.cut.winogradUnit * gemm.rows, pooled: !s.Pool.none(),
	}
	op.bias = make([]float32, op.filters)
	op.weight = make([]T, winogradPositions*op.filters*op.depth)
	columns := gemm.columns
	op.set = func(c, f int, weights winogradSquare) {
		at := (f/columns*op.depth+c)*columns + f%columns
		for _, row := range weights {
			for _, v := range row {
				op.weight[at] = pack(v)
				at += op.filters * op.depth
			}
		}
	}
	op.Repack(w)
	// One more cache line a position keeps the 36 of them out of one cache set.
	line := Alignment / bytesOf[T]()
	op.inputs = op.panels*gemm.rows*op.depth + line
	op.products = op.panels*gemm.rows*op.filters + Alignment/Float32Bytes
	return op
}

// Repack changes the weights.
func (op *winograd[T]) Repack(w Weights) {
	copy(op.bias, w.Bias)
	transformWeights(&op.spec, w, op.set)
}

// winogradFits tells whether a convolution is one that F(4x4,3x3) can do.
func winogradFits(s *Conv2DSpec) bool {
	if s.KernelHeight != 3 || s.KernelWidth != 3 || s.StrideHeight != 1 || s.StrideWidth != 1 ||
		s.DilationHeight != 1 || s.DilationWidth != 1 || s.Groups != 1 {
		return false
	}
	return s.Pool.none() || poolsLast(s)
}

// poolsLast tells whether the maxima of whole 2x2 cells can be taken before the
// activation.
func poolsLast(s *Conv2DSpec) bool {
	_, finish := s.Activation.split()
	return s.Pool.halves(s) && (finish == nil || s.Activation.Monotone())
}

// none tells that there is no pooling.
func (w Window) none() bool { return w.Height == 0 }

// halves tells whether the window is 2x2 with stride 2 on cells of the
// convolution alone.
func (w Window) halves(s *Conv2DSpec) bool {
	return w.Height == 2 && w.Width == 2 && w.StrideHeight == 2 && w.StrideWidth == 2 &&
		w.PadTop == 0 && w.PadLeft == 0 && 2*w.OutHeight <= s.OutHeight && 2*w.OutWidth <= s.OutWidth
}

// winogradWeights is the matrix G of F(4,3).
var winogradWeights = [winogradPatch][3]float64{
	{1. / 4, 0, 0},
	{-1. / 6, -1. / 6, -1. / 6},
	{-1. / 6, 1. / 6, -1. / 6},
	{1. / 24, 1. / 12, 1. / 6},
	{1. / 24, -1. / 12, 1. / 6},
	{0, 0, 1},
}

// winogradSquare is a transformed kernel, row by row.
type winogradSquare [winogradPatch][winogradPatch]float32

// transformWeights makes G g G' of every kernel g in float64 and hands it for
// each channel and filter to set.
func transformWeights(s *Conv2DSpec, w Weights, set func(channel, filter int, weights winogradSquare)) {
	for c := range s.InChannels {
		for f := range s.Filters {
			var kernel [3][3]float64
			for y := range 3 {
				for x := range 3 {
					kernel[y][x] = float64(w.at(((y*3+x)*s.InChannels+c)*s.Filters + f))
				}
			}
			var half [winogradPatch][3]float64
			for i, g := range winogradWeights {
				for x := range 3 {
					for y := range 3 {
						half[i][x] += g[y] * kernel[y][x]
					}
				}
			}
			var weights winogradSquare
			for i, h := range half {
				for j, g := range winogradWeights {
					weights[i][j] = float32(h[0]*g[0] + h[1]*g[1] + h[2]*g[2])
				}
			}
			set(c, f, weights)
		}
	}
}

func (op *winograd[T]) Name() string { return "conv2d/winograd-4x4/" + op.gemm.name }

// ErrorFactor bounds the rounding errors.
func (op *winograd[T]) ErrorFactor() float64 {
	if op.gemm.half {
		return winogradHalfErrorFactor(min(op.depth, halfSpill))
	}
	return winogradErrorFactor(op.depth)
}

// winogradHalfErrorFactor is ErrorFactor of F(4x4,3x3) whose transformed
// patches, weights and sums over run channels are float16, six standard
// deviations of independent roundings: the worst case would exceed the result.
// In one dimension the squares of output 3 add up to A'^2(G^2 1 * B'^2 1) = 94
// where the plain sum has 3, so that errors grow 94/3-fold in two dimensions.
// Each rounding has a deviation of 2^-11/sqrt(6) of a value, there are two a
// product and run/2 of its size in the sum; and a sum of n products between -1
// and 1 deviates by 4/(3 sqrt n) of their magnitudes.
func winogradHalfErrorFactor(run int) float64 {
	n := float64(9 * run)
	return 6 * 94. / 3 * math.Sqrt((2+float64(run)/2)/6) * 4 / (3 * math.Sqrt(n)) * halfEpsilon
}

// winogradErrorFactor is ErrorFactor of F(4x4,3x3) in float32 over depth
// channels. In one dimension, with |d| and |g| at most 1, the intermediate
// values of output 3 add up to |A'|(|G||g| * |B'||d|) <= 48 where the plain sum
// is 3: a rounding error counts up to 16-fold, and 16*16-fold in two dimensions.
// Each product takes part in at most 4 roundings in each of two input
// transforms, 1 of the weight, depth in the sum, 5 in each of two output
// transforms and 1 of the bias (Barabasz, Anderson, Soodhalter and Gregg, "Error
// Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural
// Networks", section 4).
func winogradErrorFactor(depth int) float64 { return 16 * 16 * float64(2*4+1+depth+2*5+1) }

func (op *winograd[T]) tiles() int { return op.panels * op.gemm.rows }

func (op *winograd[T]) Units() int { return ceilDiv(op.down*op.across, op.unit) }

func (op *winograd[T]) Workspace() (shared, private int) {
	return 0, bytes[T](winogradPositions*op.inputs) + bytes[float32](winogradPositions*op.products) +
		bytes[float32](winogradPositions*op.depth) + bytes[float32](winogradTile*winogradTile*op.filters)
}

func (op *winograd[T]) Run(a *Args, first, last int, private Buffer) {
	inputs := take[T](&private, winogradPositions*op.inputs)
	products := take[float32](&private, winogradPositions*op.products)
	patch := take[float32](&private, winogradPositions*op.depth)
	edge := take[float32](&private, winogradTile*winogradTile*op.filters)
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	end := min(last*op.unit, op.down*op.across)
	for tile := first * op.unit; tile < end; tile += op.tiles() {
		n := min(op.tiles(), end-tile)
		for t := range n {
			op.input(inputs, t, src, tile+t, patch)
		}
		op.multiply(products, inputs, ceilDiv(n, op.gemm.rows))
		for t := range n {
			op.output(dst, tile+t, products[t*op.filters:], edge)
		}
	}
}

// input transforms the patch of one tile into place t of the unit. A patch that
// reaches beyond the picture, or whose channels don't fill the last group, is
// copied with zeros round it first.
func (op *winograd[T]) input(inputs []T, t int, src []float32, tile int, patch []float32) {
	s, g := &op.spec, op.gemm
	y := tile/op.across*winogradTile - s.PadTop
	x := tile%op.across*winogradTile - s.PadLeft
	row, pixel := s.InWidth*s.InChannels, s.InChannels
	if y >= 0 && x >= 0 && y+winogradPatch <= s.InHeight && x+winogradPatch <= s.InWidth && op.depth == s.InChannels {
		src = src[(y*s.InWidth+x)*s.InChannels:]
	} else {
		op.copyPatch(patch, src, y, x)
		src, row, pixel = patch, winogradPatch*op.depth, op.depth
	}
	at := t/g.rows*g.rows*op.depth + t%g.rows*g.group
	op.tile.input(inputs[at:], op.inputs, g.rows*g.group, src, row, pixel, op.depth)
}

func (op *winograd[T]) copyPatch(patch, src []float32, y, x int) {
	s := &op.spec
	clear(patch)
	left, right := max(0, -x), min(winogradPatch, s.InWidth-x)
	for i := max(0, -y); i < min(winogradPatch, s.InHeight-y); i++ {
		for j := left; j < right; j++ {
			from := ((y+i)*s.InWidth + x + j) * s.InChannels
			copy(patch[(i*winogradPatch+j)*op.depth:], src[from:from+s.InChannels])
		}
	}
}

func (op *winograd[T]) multiply(products []float32, inputs []T, panels int) {
	g := op.gemm
	for p := range winogradPositions {
		g.multiply(products[p*op.products:], op.filters, inputs[p*op.inputs:], op.weight[p*op.filters*op.depth:],
			op.depth, panels, op.filters/g.columns, nil, 0, unbounded)
	}
}

// output transforms the products of one tile. A tile that reaches beyond the
// picture, or whose filters don't fill the last panel, goes through edge.
func (op *winograd[T]) output(dst []float32, tile int, products, edge []float32) {
	s := &op.spec
	side, height, width := winogradTile, s.OutHeight, s.OutWidth
	if op.pooled {
		side, height, width = winogradTile/2, s.Pool.OutHeight, s.Pool.OutWidth
	}
	y, x := tile/op.across*side, tile%op.across*side
	whole := y+side <= height && x+side <= width && op.filters == s.Filters
	out, row, pixel := edge, side*op.filters, op.filters
	if whole {
		out, row, pixel = dst[(y*width+x)*s.Filters:], width*s.Filters, s.Filters
	}
	op.tile.output(out, row, pixel, products, op.products, op.bias, op.filters, op.pooled, op.bounds)
	if whole && op.finish == nil {
		return
	}
	for i := range min(side, height-y) {
		line := dst[((y+i)*width+x)*s.Filters:][:min(side, width-x)*s.Filters]
		if !whole {
			for j := range len(line) / s.Filters {
				copy(line[j*s.Filters:][:s.Filters], edge[(i*side+j)*op.filters:])
			}
		}
		if op.finish != nil {
			op.finish(line)
		}
	}
}
