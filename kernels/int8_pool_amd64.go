//go:build !purego

package kernels

import "edged/amd64"

// maximaInt8 writes one row of pooled maxima of the rows of a band; line has room
// for one of them.
func (w *Window) maximaInt8(dst, band, line []int8, rows, channels int) {
	copy(line, band)
	for y := 1; y < rows; y++ {
		amd64.Int8Max(line, band[y*len(line):][:len(line)])
	}
	for x := range w.OutWidth {
		left, right := w.columns(x, len(line)/channels)
		out := dst[x*channels:][:channels]
		copy(out, line[left*channels:])
		for ix := left + 1; ix < right; ix++ {
			amd64.Int8Max(out, line[ix*channels:][:channels])
		}
	}
}

// int8MaxPool is poolInt8's maxima.
type int8MaxPool struct{ poolInt8 }

// newInt8MaxPool returns the op, or nil for means.
func newInt8MaxPool(s *PoolInt8Spec) Op {
	if s.Average {
		return nil
	}
	return &int8MaxPool{poolInt8{spec: *s}}
}

func (op *int8MaxPool) Name() string { return "int8-max-pool/vector/avx2" }

func (op *int8MaxPool) Workspace() (shared, private int) {
	return 0, bytes[int8](op.spec.InWidth * op.spec.Channels)
}

func (op *int8MaxPool) Run(a *Args, first, last int, private Buffer) {
	s := &op.spec
	line := take[int8](&private, s.InWidth*s.Channels)
	size := s.Window.OutWidth * s.Channels
	for y := first; y < last; y++ {
		top, bottom := s.Window.rows(y, s.InHeight)
		row := a.Dst.Int8()[y*size:][:size]
		s.Window.maximaInt8(row, a.Src[0].Int8()[top*len(line):], line, bottom-top, s.Channels)
		if s.Low == -128 && s.High == 127 {
			continue
		}
		for i, v := range row {
			row[i] = min(max(v, s.Low), s.High)
		}
	}
}

// int8GlobalMax is globalInt8's maximum.
type int8GlobalMax struct{ globalInt8 }

func newInt8GlobalMax(s *GlobalPoolSpec) Op {
	return &int8GlobalMax{globalInt8{spec: MeanInt8Spec{Pixels: s.Pixels, Channels: s.Channels}}}
}

func (op *int8GlobalMax) Name() string { return "int8-global-max-pool/vector/avx2" }

func (op *int8GlobalMax) Run(a *Args, _, _ int, _ Buffer) {
	src, dst := a.Src[0].Int8(), a.Dst.Int8()[:op.spec.Channels]
	copy(dst, src)
	for i := 1; i < op.spec.Pixels; i++ {
		amd64.Int8Max(dst, src[i*len(dst):][:len(dst)])
	}
}

// int8Pooled is int8Tiles with maxima of any windows. A unit is a row of them.
type int8Pooled struct {
	Unshared
	conv *int8Tiles
}

func (op *int8Pooled) Name() string { return op.conv.Name() + "+max-pool" }

func (op *int8Pooled) Units() int { return op.conv.spec.Pool.OutHeight }

// line is the size of a row of the convolution.
func (op *int8Pooled) line() int { return op.conv.width * op.conv.spec.Filters }

func (op *int8Pooled) Workspace() (shared, private int) {
	_, private = op.conv.Workspace()
	return 0, private + bytes[int8](op.line()) + bytes[int8](op.conv.spec.Pool.Height*op.line())
}

func (op *int8Pooled) Run(a *Args, first, last int, private Buffer) {
	c, w, n := op.conv, &op.conv.spec.Pool, op.line()
	rows, edge := take[byte](&private, c.rows()), take[int8](&private, c.edge())
	line, band := take[int8](&private, n), take[int8](&private, w.Height*n)
	size := w.OutWidth * c.spec.Filters
	for p := first; p < last; p++ {
		top, bottom := w.rows(p, c.height)
		for y := top; y < bottom; y++ {
			c.under.copy(rows, a.Src[0].Int8(), y, 0)
			for panel := range c.panels {
				c.convolve(band[(y-top)*n:], rows, edge, panel, 0, 0, 0)
			}
		}
		w.maximaInt8(a.Dst.Int8()[p*size:], band, line, bottom-top, c.spec.Filters)
	}
}
