package kernels

import "math"

// rows returns the input rows of [0, height) that output row p looks at.
func (w *Window) rows(p, height int) (top, bottom int) {
	return span(p*w.StrideHeight-w.PadTop, w.Height, height)
}

// columns returns the input columns of [0, width) that output column p looks at.
func (w *Window) columns(p, width int) (left, right int) {
	return span(p*w.StrideWidth-w.PadLeft, w.Width, width)
}

// alike returns the columns of window p and how many windows from p on have as
// many pixels: those that lie within a row are done together, those at its ends
// one by one.
func (w *Window) alike(p, width int) (left, right, n int) {
	left, right = w.columns(p, width)
	if right-left < w.Width {
		return left, right, 1
	}
	return left, right, min(w.OutWidth-p, (width-right)/w.StrideWidth+1)
}

func span(start, size, limit int) (first, last int) {
	return max(start, 0), min(start+size, limit)
}

// maxRow writes one row of pooled maxima of the rows from top up to bottom of a
// picture whose row y is at y%ring.
func (w *Window) maxRow(dst, src []float32, top, bottom, ring, width, channels int) {
	for x := range w.OutWidth {
		out := dst[x*channels:][:channels]
		left, right := w.columns(x, width)
		for i := range out {
			out[i] = float32(math.Inf(-1))
		}
		for y := top; y < bottom; y++ {
			for ix := left; ix < right; ix++ {
				maxInto(out, src[(y%ring*width+ix)*channels:][:channels])
			}
		}
	}
}

// averageRow writes one row of means of the rows from top up to bottom.
func (w *Window) averageRow(dst, src []float32, top, bottom, width, channels int) {
	for x := range w.OutWidth {
		out := dst[x*channels:][:channels]
		left, right := w.columns(x, width)
		clear(out)
		for y := top; y < bottom; y++ {
			for ix := left; ix < right; ix++ {
				addInto(out, src[(y*width+ix)*channels:][:channels])
			}
		}
		count := float32((bottom - top) * (right - left))
		for i := range out {
			out[i] /= count
		}
	}
}

func maxInto(dst, src []float32) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = max(dst[i], v)
	}
}

func addInto(dst, src []float32) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] += v
	}
}

// pool is the portable pooling layer. One unit is one row of the output.
type pool struct {
	Unshared
	spec PoolSpec
}

func newPool(s *PoolSpec) Op { return &pool{spec: *s} }

func (op *pool) Name() string {
	if op.spec.Average {
		return "average-pool/portable"
	}
	return "max-pool/portable"
}

func (op *pool) Units() int { return op.spec.Window.OutHeight }

func (op *pool) Workspace() (shared, private int) { return 0, 0 }

func (op *pool) Run(a *Args, first, last int, _ Buffer) {
	s, w := &op.spec, &op.spec.Window
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	size := w.OutWidth * s.Channels
	for y := first; y < last; y++ {
		out := dst[y*size:][:size]
		top, bottom := w.rows(y, s.InHeight)
		if s.Average {
			w.averageRow(out, src, top, bottom, s.InWidth, s.Channels)
		} else {
			w.maxRow(out, src, top, bottom, s.InHeight, s.InWidth, s.Channels)
		}
	}
}

// globalPool is the portable global pooling layer. One unit is a run of
// channels.
type globalPool struct {
	Unshared
	spec GlobalPoolSpec
}

// channelRun is the number of channels of one unit: four cache lines.
const channelRun = 64

func newGlobalPool(s *GlobalPoolSpec) Op { return &globalPool{spec: *s} }

func (op *globalPool) Name() string {
	if op.spec.Average {
		return "global-average-pool/portable"
	}
	return "global-max-pool/portable"
}

func (op *globalPool) Units() int { return ceilDiv(op.spec.Channels, channelRun) }

func (op *globalPool) Workspace() (shared, private int) { return 0, 0 }

func (op *globalPool) Run(a *Args, first, last int, _ Buffer) {
	s := &op.spec
	left, right := first*channelRun, min(last*channelRun, s.Channels)
	src, out := a.Src[0].Float32(), a.Dst.Float32()[left:right]
	if !s.Average {
		copy(out, src[left:])
		for pixel := 1; pixel < s.Pixels; pixel++ {
			maxInto(out, src[pixel*s.Channels+left:][:len(out)])
		}
		return
	}
	for i := range out {
		out[i] = mean(src[left+i:], s.Pixels, s.Channels)
	}
}

// mean is the mean of n elements that lie stride apart, in float64.
func mean(v []float32, n, stride int) float32 {
	sum := 0.0
	for i := range n {
		sum += float64(v[i*stride])
	}
	return float32(sum / float64(n))
}
