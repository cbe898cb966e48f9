package kernels

// weightGradient adds to a panel of filters of a convolution's weight gradient
// for count weights side by side in a row of the kernel: weight i of filter f
// gets x[r*xRow+p*xStep+i]*dy[r*dyRow+p*dyStep+f] of every pixel p of every row r.
type weightGradient struct {
	filters int // of a panel
	add     func(sums []float32, stride int, x []float32, xStep, xRow int, dy []float32, dyStep, dyRow, pixels, rows, count int)
}

// checkedWeightGradient checks the lengths for one of the loops.
func checkedWeightGradient(filters int, add func(sums []float32, stride int, x []float32, xStep, xRow int, dy []float32, dyStep, dyRow, pixels, rows, count int)) *weightGradient {
	return &weightGradient{filters, func(sums []float32, stride int, x []float32, xStep, xRow int, dy []float32, dyStep, dyRow, pixels, rows, count int) {
		_, _ = sums[(count-1)*stride+filters-1], x[(rows-1)*xRow+(pixels-1)*xStep+count-1]
		_ = dy[(rows-1)*dyRow+(pixels-1)*dyStep+filters-1]
		add(sums, stride, x, xStep, xRow, dy, dyStep, dyRow, pixels, rows, count)
	}}
}

// directWeights is the gradient of a convolution's weights without packing: a
// row of the kernel lies side by side in a row of the picture, and a pixel of
// the output's gradient is a run of filters. Rows of the picture get a frame of
// zeros where the kernel reaches beyond its sides.
type directWeights struct {
	*weightGradient
	spec  *Conv2DSpec
	rows  int // of the output that are done at once
	width int // elements of a framed row
}

// directRoom is how many elements of the output's gradient are done at once, so
// that they stay in the first cache for all weights.
const directRoom = 1 << 13

func newDirectWeights(s *Conv2DSpec, kernels ...*weightGradient) *directWeights {
	for _, k := range kernels {
		if k != nil && s.Filters%k.filters == 0 {
			d := &directWeights{weightGradient: k, spec: s}
			d.rows = min(max(2, directRoom/(s.OutWidth*s.Filters)&^1), s.OutHeight)
			d.width = ((s.OutWidth-1)*s.StrideWidth + (s.KernelWidth-1)*s.DilationWidth + 1) * s.InChannels
			return d
		}
	}
	return nil
}

// framed is the number of rows of the picture under the rows done at once.
func (d *directWeights) framed() int {
	return (d.rows-1)*d.spec.StrideHeight + (d.spec.KernelHeight-1)*d.spec.DilationHeight + 1
}

// workspace is the private memory in bytes that run and WeightsUnpooled need.
func (d *directWeights) workspace() int {
	return bytes[float32](d.framed()*d.width) + bytes[float32](d.rows*d.spec.OutWidth*d.spec.Filters)
}

// run adds the gradient for one picture to sums, in the weights' own order.
func (d *directWeights) run(sums, x, dy []float32, private Buffer) {
	s := d.spec
	frame := take[float32](&private, d.framed()*d.width)
	for first := 0; first < s.OutHeight; first += d.rows {
		last := min(first+d.rows, s.OutHeight)
		d.block(sums, x, dy[first*s.OutWidth*s.Filters:], frame, first, last)
	}
}

// block adds the part of the output's rows from first to last, whose gradient dy
// is.
func (d *directWeights) block(sums, x, dy, frame []float32, first, last int) {
	s := d.spec
	d.fill(frame, x, first*s.StrideHeight-s.PadTop, (last-1-first)*s.StrideHeight+(s.KernelHeight-1)*s.DilationHeight+1)
	for i := range s.KernelHeight {
		from, to := first, last // the rows whose cells lie inside the picture
		for from < to && from*s.StrideHeight+i*s.DilationHeight < s.PadTop {
			from++
		}
		for from < to && (to-1)*s.StrideHeight+i*s.DilationHeight-s.PadTop >= s.InHeight {
			to--
		}
		if from < to {
			d.row(sums, frame[((from-first)*s.StrideHeight+i*s.DilationHeight)*d.width:], dy[(from-first)*s.OutWidth*s.Filters:], i, to-from)
		}
	}
}

// row adds the part of one row of the kernel.
func (d *directWeights) row(sums, x, dy []float32, i, rows int) {
	s := d.spec
	cells, count := 1, s.KernelWidth*s.InChannels
	if s.DilationWidth != 1 {
		cells, count = s.KernelWidth, s.InChannels
	}
	for j := range cells {
		at := (i*s.KernelWidth + j) * s.InChannels * s.Filters
		for f := 0; f < s.Filters; f += d.filters {
			d.add(sums[at+f:], s.Filters, x[j*s.DilationWidth*s.InChannels:], s.StrideWidth*s.InChannels, s.StrideHeight*d.width,
				dy[f:], s.Filters, s.OutWidth*s.Filters, s.OutWidth, rows, count)
		}
	}
}

// fill copies rows of the picture from top on between zeros. Rows outside of it
// are not looked at later.
func (d *directWeights) fill(frame, x []float32, top, rows int) {
	s := d.spec
	row, left := s.InWidth*s.InChannels, s.PadLeft*s.InChannels
	n := min(row, d.width-left)
	for r := range rows {
		if y := top + r; y >= 0 && y < s.InHeight {
			to := frame[r*d.width:][:d.width]
			clear(to[:left])
			copy(to[left:], x[y*row:][:n])
			clear(to[left+n:])
		}
	}
}

// Unpooling is the gradient of a convolution's output that max pooling brings
// back, while it is not yet spread over the output.
type Unpooling struct {
	Pool     *PoolGradient
	X, Y, DY []float32 // of one picture, as Pool's Run takes them
}

// Unpools tells whether WeightsUnpooled can be called.
func (g *Conv2DGradient) Unpools(p *PoolGradient) bool {
	return g.direct != nil && g.direct.rows%2 == 0 && p.Halves()
}

// WeightsUnpooled is Weights for a gradient that is spread over a few rows of
// the output at a time.
func (g *Conv2DGradient) WeightsUnpooled(sums, x []float32, from Unpooling, private Buffer) {
	d := g.direct
	frame := take[float32](&private, d.framed()*d.width)
	dy := take[float32](&private, d.rows*d.spec.OutWidth*d.spec.Filters)
	// The rows below the last window have no gradient.
	for first, end := 0, 2*from.Pool.Window.OutHeight; first < end; first += d.rows {
		last := min(first+d.rows, end)
		from.Pool.Rows(dy, from.X, from.Y, from.DY, first/2, last/2)
		d.block(sums, x, dy, frame, first, last)
	}
}
