package kernels

// poolInt8 is pooling on int8. A unit is one row of the output.
type poolInt8 struct {
	Unshared
	spec PoolInt8Spec
}

func newPoolInt8(s *PoolInt8Spec) Op { return &poolInt8{spec: *s} }

func (op *poolInt8) Name() string {
	if op.spec.Average {
		return "int8-average-pool/portable"
	}
	return "int8-max-pool/portable"
}

func (op *poolInt8) Units() int { return op.spec.Window.OutHeight }

func (op *poolInt8) Workspace() (shared, private int) { return 0, bytes[int32](op.spec.Channels) }

func (op *poolInt8) Run(a *Args, first, last int, private Buffer) {
	s, src, dst := &op.spec, a.Src[0].Int8(), a.Dst.Int8()
	sums := take[int32](&private, s.Channels)
	size, line := s.Window.OutWidth*s.Channels, s.InWidth*s.Channels
	for y := first; y < last; y++ {
		top, bottom := s.Window.rows(y, s.InHeight)
		row := dst[y*size:][:size]
		if s.Average {
			s.Window.averageRowInt8(row, src[top*line:], sums, bottom-top, s.InWidth, s.Channels)
		} else {
			s.Window.maxRowInt8(row, src[top*line:], bottom-top, s.InWidth, s.Channels)
		}
		for i, v := range row {
			row[i] = min(max(v, s.Low), s.High)
		}
	}
}

// averageRowInt8 writes one row of pooled means of the rows of a band.
func (w *Window) averageRowInt8(dst, band []int8, sums []int32, rows, width, channels int) {
	for x := range w.OutWidth {
		left, right := w.columns(x, width)
		clear(sums)
		for y := range rows {
			for ix := left; ix < right; ix++ {
				sumInt8Into(sums, band[(y*width+ix)*channels:])
			}
		}
		for i, sum := range sums {
			dst[x*channels+i] = int8(roundedQuotient(sum, int32(rows*(right-left))))
		}
	}
}

func sumInt8Into(sums []int32, src []int8) {
	src = src[:len(sums)]
	for i, v := range src {
		sums[i] += int32(v)
	}
}

// roundedQuotient is x/n, rounded half away from zero.
func roundedQuotient(x, n int32) int32 {
	if x > 0 {
		return (x + n/2) / n
	}
	return (x - n/2) / n
}

// globalInt8 is the maximum or mean of each channel.
type globalInt8 struct {
	Unshared
	spec MeanInt8Spec
	mean bool
}

func newGlobalMaxInt8(s *GlobalPoolSpec) Op {
	return &globalInt8{spec: MeanInt8Spec{Pixels: s.Pixels, Channels: s.Channels}}
}

func newMeanInt8(s *MeanInt8Spec) Op { return &globalInt8{spec: *s, mean: true} }

func (op *globalInt8) Name() string {
	if op.mean {
		return "int8-global-average-pool/portable"
	}
	return "int8-global-max-pool/portable"
}

func (op *globalInt8) Units() int { return 1 }

func (op *globalInt8) Workspace() (shared, private int) { return 0, bytes[int32](op.spec.Channels) }

func (op *globalInt8) Run(a *Args, _, _ int, private Buffer) {
	s, src, dst := &op.spec, a.Src[0].Int8(), a.Dst.Int8()[:op.spec.Channels]
	if !op.mean {
		fillInt8(dst, -128)
		for i := range s.Pixels {
			maxInt8Into(dst, src[i*s.Channels:])
		}
		return
	}
	sums := take[int32](&private, s.Channels)
	clear(sums)
	for i := range s.Pixels {
		sumInt8Into(sums, src[i*s.Channels:])
	}
	op.means(dst, sums)
}

// means makes the output of sums over all pixels.
func (op *globalInt8) means(dst []int8, sums []int32) {
	s := &op.spec
	for i, sum := range sums {
		dst[i] = clampInt8(s.Rescale.Apply(sum-int32(s.Pixels)*int32(s.InZero))+int32(s.OutZero), -128, 127)
	}
}

// fillInt8 doubles what is filled by copying it.
func fillInt8(v []int8, value int8) {
	if len(v) == 0 {
		return
	}
	v[0] = value
	for n := 1; n < len(v); n *= 2 {
		copy(v[n:], v[:n])
	}
}

// maxRowInt8 writes one row of pooled maxima of the rows of a band.
func (w *Window) maxRowInt8(dst, band []int8, rows, width, channels int) {
	for x := range w.OutWidth {
		out := dst[x*channels:][:channels]
		left, right := w.columns(x, width)
		fillInt8(out, -128)
		for y := range rows {
			for ix := left; ix < right; ix++ {
				maxInt8Into(out, band[(y*width+ix)*channels:])
			}
		}
	}
}

func maxInt8Into(dst, src []int8) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = max(dst[i], v)
	}
}
