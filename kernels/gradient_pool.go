package kernels

import "math"

// gradientKernels are the loops of gradients on one CPU family.
type gradientKernels struct {
	// maxPool spreads the gradient of maxima y of 2x2 pixels over two rows of x,
	// rowStride elements apart, for pixels windows side by side: the first pixel
	// that is the maximum gets it. The gradient of maxima not above low becomes
	// zero. channels is a multiple of 8.
	maxPool maxPoolGradient

	// transpose turns blocks of 8x8 elements:
	// dst[(b*8+r)*dstStride+k] = src[k*stride+8*b+r].
	transpose transpose8
}

type transpose8 func(dst []float32, dstStride int, src []float32, stride, blocks int)

type maxPoolGradient func(dx, x, y, dy []float32, rowStride, channels, pixels int, low float32)

// checkedMaxPoolGradient checks the lengths for one of the loops.
func checkedMaxPoolGradient(run maxPoolGradient) maxPoolGradient {
	return func(dx, x, y, dy []float32, rowStride, channels, pixels int, low float32) {
		end := rowStride + 2*pixels*channels - 1
		_, _, _, _ = dx[end], x[end], y[pixels*channels-1], dy[pixels*channels-1]
		run(dx, x, y, dy, rowStride, channels, pixels, low)
	}
}

// PoolGradient is a pooling layer on the way back, and with it the activation
// that made what it pools.
type PoolGradient struct {
	PoolSpec
	activation Activation
	loops      *channelKernels
	kernels    *gradientKernels // of halves; nil: none
	low        float32          // above it the activation's slope is 1, if kernels apply it
}

// NewPoolGradient prepares the gradient of a pooling layer. Before max pooling
// there may be an activation whose slope can be had from its output.
func (t *Table) NewPoolGradient(s *PoolSpec, a Activation) *PoolGradient {
	g := &PoolGradient{PoolSpec: *s, activation: a, loops: t.channels}
	if s.Window.halvesPicture(s) && s.Channels%8 == 0 {
		g.kernels, g.low = t.gradient, float32(math.Inf(-1))
	}
	if g.kernels != nil && a == (Activation{Kind: ReLU}) {
		g.activation, g.low = Activation{}, 0
	}
	return g
}

// halvesPicture tells whether the window is 2x2 with stride 2, inside the
// picture.
func (w *Window) halvesPicture(s *PoolSpec) bool {
	return !s.Average && w.Height == 2 && w.Width == 2 && w.StrideHeight == 2 && w.StrideWidth == 2 &&
		w.PadTop == 0 && w.PadLeft == 0 && 2*w.OutHeight <= s.InHeight && 2*w.OutWidth <= s.InWidth
}

// Run stores the gradient of the input x of one picture, from the output y and
// its gradient: of max pooling to the first greatest cell of each window, of
// average pooling to all cells inside the picture alike. It multiplies dy by the
// activation's slope.
func (g *PoolGradient) Run(dx, x, y, dy []float32) {
	if g.kernels == nil {
		g.activation.Slope(dy, y)
		g.run(dx, x, y, dy)
		return
	}
	g.Rows(dx, x, y, dy, 0, g.Window.OutHeight)
	clear(dx[2*g.Window.OutHeight*g.InWidth*g.Channels : g.InHeight*g.InWidth*g.Channels])
}

// Halves tells whether Rows can be called: each row of the output comes from two
// of the input that no other has.
func (g *PoolGradient) Halves() bool { return g.kernels != nil }

// Rows is Run for the rows of the output from first to last, and stores the two
// rows of the input that belong to each: those of first at the beginning of dx.
func (g *PoolGradient) Rows(dx, x, y, dy []float32, first, last int) {
	row, size := g.InWidth*g.Channels, g.Window.OutWidth*g.Channels
	g.activation.Slope(dy[first*size:last*size], y[first*size:last*size])
	for oy := first; oy < last; oy++ {
		to := dx[2*(oy-first)*row:][:2*row]
		g.kernels.maxPool(to, x[2*oy*row:], y[oy*size:], dy[oy*size:], row, g.Channels, g.Window.OutWidth, g.low)
		if rest := 2 * size; rest < row {
			clear(to[rest:row])
			clear(to[row+rest:])
		}
	}
}

// run is Run without the activation's slope.
func (g *PoolGradient) run(dx, x, y, dy []float32) {
	w, n := &g.Window, g.Channels
	clear(dx[:g.InHeight*g.InWidth*n])
	for oy := range w.OutHeight {
		top, bottom := w.rows(oy, g.InHeight)
		for ox := 0; ox < w.OutWidth; {
			left, right, alike := w.alike(ox, g.InWidth)
			in, out := (top*g.InWidth+left)*n, (oy*w.OutWidth+ox)*n
			ox += alike
			if top >= bottom || left >= right {
				continue
			}
			if g.Average {
				share := 1 / float32((bottom-top)*(right-left))
				g.loops.means(dx[in:], dy[out:], g.InWidth*n, n, w.StrideWidth*n, n, bottom-top, right-left, alike, share)
			} else {
				g.loops.maxima(dx[in:], x[in:], y[out:], dy[out:], g.InWidth*n, n, w.StrideWidth*n, n, bottom-top, right-left, alike)
			}
		}
	}
}

// addScaled adds v times factor to sums.
func addScaled(sums, v []float32, factor float32) {
	v = v[:len(sums)]
	for i := range sums {
		sums[i] += float32(v[i] * factor)
	}
}

// GlobalPoolGradient is global pooling on the way back, one picture at a time.
type GlobalPoolGradient struct {
	GlobalPoolSpec
	loops *channelKernels
}

// NewGlobalPoolGradient prepares the gradient of global pooling.
func (t *Table) NewGlobalPoolGradient(s *GlobalPoolSpec) *GlobalPoolGradient {
	return &GlobalPoolGradient{*s, t.channels}
}

// Run stores the gradient of the input x of one picture, from the output y and
// its gradient.
func (g *GlobalPoolGradient) Run(dx, x, y, dy []float32) {
	n := g.Channels
	clear(dx[:g.Pixels*n])
	if g.Average {
		g.loops.means(dx, dy, 0, n, 0, n, 1, g.Pixels, 1, 1/float32(g.Pixels))
		return
	}
	g.loops.maxima(dx, x, y, dy, 0, n, 0, n, 1, g.Pixels, 1)
}
