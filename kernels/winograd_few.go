package kernels

// winogradFewKernels are the inner loops of F(4x4,3x3) for few input channels,
// where the products of all channels are summed and transformed in registers.
type winogradFewKernels struct {
	name string

	// rows multiplies every column of six rows of n elements by the transposed B
	// of F(4,3). dst and src have rows stride elements apart; n is a multiple of 4.
	rows func(dst, src []float32, stride, n int)

	// columns multiplies the rows of tiles 6x6 patches, side by side in src, by
	// B and stores four elements of each pixel, the first being its channels:
	// dst[t*144+winogradFewPosition(i, j)*4:] for row i and column j.
	columns func(dst, src []float32, stride, channels, tiles int)

	// output makes the outputs of tiles in a row from what columns made, with
	// weights [filters/4][position][channels][4], as winogradKernels.output.
	output func(dst []float32, rowStride, pixelStride int, v, w []float32, channels int, bias []float32, tiles, filters int, pool bool, bounds bounds)
}

// winogradFewPosition is where row i, column j of a patch lies: columns one
// after the other, and in each rows 2 to 5 before 0 and 1, the order in which the
// kernels' registers get free.
func winogradFewPosition(i, j int) int { return j*winogradPatch + (i+4)%winogradPatch }

// winogradFewPatch is what columns stores of one patch.
const winogradFewPatch = winogradPositions * 4

// winogradFew is Conv2D for 3x3 kernels with stride 1 and 1, 3 or 4 input
// channels. A unit is one row of tiles.
type winogradFew struct {
	Unshared
	spec    Conv2DSpec
	kernels *winogradFewKernels
	weight  []float32 // [filters/4][position][channels][4]
	bias    []float32 // [filters rounded up to 4]
	bounds  bounds
	finish  func([]float32) // the activation, unless bounds are all of it
	set     func(channel, filter int, weights winogradSquare)

	filters      int // rounded up to 4
	down, across int // tiles of the picture
	stride       int // of a padded row of the picture
	pooled       bool
}

// newWinogradFew returns the op, or nil for a convolution it isn't made for.
func newWinogradFew(s *Conv2DSpec, w Weights, kernels *winogradFewKernels) Op {
	c := s.InChannels
	if !winogradFits(s) || c != 1 && c != 3 && c != 4 {
		return nil
	}
	op := &winogradFew{
		spec: *s, kernels: kernels, filters: roundUp(s.Filters, 4),
		down: ceilDiv(s.OutHeight, winogradTile), across: ceilDiv(s.OutWidth, winogradTile),
		pooled: !s.Pool.none(),
	}
	op.bounds, op.finish = s.Activation.split()
	// columns reads four elements of the last pixel.
	op.stride = roundUp((op.across*winogradTile+2)*c+4-c, 4)
	op.bias = make([]float32, op.filters)
	op.weight = make([]float32, winogradPositions*c*op.filters)
	op.set = func(channel, filter int, weights winogradSquare) {
		for i, row := range weights {
			for j, v := range row {
				op.weight[((filter/4*winogradPositions+winogradFewPosition(i, j))*c+channel)*4+filter%4] = v
			}
		}
	}
	op.Repack(w)
	return op
}

// Repack changes the weights.
func (op *winogradFew) Repack(w Weights) {
	copy(op.bias, w.Bias)
	transformWeights(&op.spec, w, op.set)
}

func (op *winogradFew) Name() string { return "conv2d/winograd-4x4-few/" + op.kernels.name }

// ErrorFactor bounds the rounding errors.
func (op *winogradFew) ErrorFactor() float64 { return winogradErrorFactor(op.spec.InChannels) }

func (op *winogradFew) Units() int { return op.down }

func (op *winogradFew) Workspace() (shared, private int) {
	return 0, 2*bytes[float32](winogradPatch*op.stride) + bytes[float32](op.across*winogradFewPatch) +
		bytes[float32](winogradTile*winogradTile*op.filters)
}

func (op *winogradFew) Run(a *Args, first, last int, private Buffer) {
	picture := take[float32](&private, winogradPatch*op.stride)
	rows := take[float32](&private, winogradPatch*op.stride)
	patches := take[float32](&private, op.across*winogradFewPatch)
	edge := take[float32](&private, winogradTile*winogradTile*op.filters)
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	for y := first; y < last; y++ {
		op.pad(picture, src, y*winogradTile-op.spec.PadTop)
		op.kernels.rows(rows, picture, op.stride, op.stride)
		op.kernels.columns(patches, rows, op.stride, op.spec.InChannels, op.across)
		op.output(dst, y, patches, edge)
	}
}

// pad copies six rows of the picture from row y, with zeros round it.
func (op *winogradFew) pad(dst, src []float32, y int) {
	s := &op.spec
	size := s.InWidth * s.InChannels
	left := s.PadLeft * s.InChannels
	for i := range winogradPatch {
		row := dst[i*op.stride:][:op.stride]
		if y+i < 0 || y+i >= s.InHeight {
			clear(row)
			continue
		}
		clear(row[:left])
		n := copy(row[left:], src[(y+i)*size:][:size])
		clear(row[left+n:])
	}
}

// output makes one row of tiles. Those that reach beyond the picture, or whose
// filters are no multiple of 4, go through edge one by one.
func (op *winogradFew) output(dst []float32, y int, patches, edge []float32) {
	s := &op.spec
	side, height, width := winogradTile, s.OutHeight, s.OutWidth
	if op.pooled {
		side, height, width = winogradTile/2, s.Pool.OutHeight, s.Pool.OutWidth
	}
	whole := 0
	if y*side+side <= height && op.filters == s.Filters {
		whole = width / side
	}
	if whole > 0 {
		op.kernels.output(dst[y*side*width*s.Filters:], width*s.Filters, s.Filters, patches, op.weight, s.InChannels,
			op.bias, whole, op.filters, op.pooled, op.bounds)
	}
	for t := whole; t*side < width; t++ {
		op.kernels.output(edge, side*op.filters, op.filters, patches[t*winogradFewPatch:], op.weight, s.InChannels,
			op.bias, 1, op.filters, op.pooled, op.bounds)
		for i := range min(side, height-y*side) {
			for j := range min(side, width-t*side) {
				copy(dst[((y*side+i)*width+t*side+j)*s.Filters:][:s.Filters], edge[(i*side+j)*op.filters:])
			}
		}
	}
	if op.finish != nil && y*side < height {
		op.finish(dst[y*side*width*s.Filters:][:min(side, height-y*side)*width*s.Filters])
	}
}
