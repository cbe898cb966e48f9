//go:build !purego

package kernels

import "edged/amd64"

// direct512 is Conv2D by tiles that read the picture's rows: where they lie if the
// kernel is 1x1, and from a copy with zeros round it otherwise. A unit is a row of
// the output, or some pixels of the only one.
type direct512 struct {
	Unshared
	spec    Conv2DSpec // flattened if the picture is read in place
	whole   Conv2DSpec // before it was flattened
	inPlace bool
	weight  []float32 // [panel][KernelHeight][KernelWidth*InChannels][32]
	bias    []float32 // [panel][32]
	bounds  bounds
	finish  func([]float32)

	panels, chunk int // of the filters; pixels of a unit
	stride        int // of a copied row of the picture
}

const (
	direct512Chunk = 4 * amd64.Direct512Pixels // pixels of a unit read in place
	direct512Half  = amd64.Direct512Pixels / 2
	direct512Least = 28 * 28 // pixels from which reading in place pays,
	direct512Few   = 64      // and channels or filters up to which packing doesn't
)

// newDirect512 returns the op, or nil for a convolution it isn't made for.
func newDirect512(s *Conv2DSpec, w Weights) Op {
	pointwise := s.Pool.none() && flatten(s) != s && s.OutHeight*s.OutWidth >= direct512Least && min(s.InChannels, s.Filters) <= direct512Few
	if s.Groups != 1 || s.DilationWidth != 1 || !pointwise && s.InChannels >= amd64.GEMMGroup {
		return nil
	}
	if !s.Pool.none() {
		return newPooledConv2D(s, vectorAVX2, func(s *Conv2DSpec) rowConv2D { return direct512Of(s, w, false) })
	}
	op := direct512Of(s, w, pointwise)
	op.whole = *s
	return op
}

func direct512Of(s *Conv2DSpec, w Weights, inPlace bool) *direct512 {
	if inPlace {
		s = flatten(s)
	}
	op := &direct512{spec: *s, inPlace: inPlace, panels: ceilDiv(s.Filters, amd64.Direct512Filters), chunk: s.OutWidth}
	op.bounds, op.finish = s.Activation.split()
	op.stride = ((s.OutWidth-1)*s.StrideWidth + s.KernelWidth) * s.InChannels
	if inPlace {
		op.chunk = min(op.chunk, direct512Chunk)
	}
	op.bias = make([]float32, op.panels*amd64.Direct512Filters)
	op.weight = make([]float32, s.KernelHeight*s.KernelWidth*s.InChannels*len(op.bias))
	op.Repack(w)
	return op
}

// Repack changes the weights.
func (op *direct512) Repack(w Weights) {
	copy(op.bias, w.Bias)
	packDirect(op.weight, &op.spec, w, amd64.Direct512Filters)
}

func (op *direct512) Name() string { return "conv2d/direct/avx512" }

// ErrorFactor is that of plain sums.
func (op *direct512) ErrorFactor() float64 {
	return float64(op.spec.KernelHeight*op.spec.KernelWidth*op.spec.InChannels + 2)
}

func (op *direct512) Units() int { return op.spec.OutHeight * ceilDiv(op.spec.OutWidth, op.chunk) }

// copied is the size of the copied rows, or pixels if the picture is read in place:
// the last tile reads pixels beyond them.
func (op *direct512) copied() int {
	s := &op.spec
	if op.inPlace {
		return direct512Half * s.InChannels
	}
	return s.KernelHeight*op.stride + amd64.Direct512Pixels*s.StrideWidth*s.InChannels
}

func (op *direct512) Workspace() (shared, private int) { return 0, bytes[float32](op.copied()) }

func (op *direct512) Run(a *Args, first, last int, private Buffer) {
	if op.inPlace {
		op.pixels(a.Dst.Float32(), a.Src[0].Float32(), first*op.chunk, min(last*op.chunk, op.spec.OutWidth), private)
		return
	}
	size := op.spec.OutWidth * op.spec.Filters
	op.rows(a.Dst.Float32()[first*size:], a.Src[0].Float32(), first, last, private)
}

// pixels makes pixels [first, last) from the picture itself, but those that don't
// fill half a tile from a copy.
func (op *direct512) pixels(dst, src []float32, first, last int, private Buffer) {
	channels, filters := op.spec.InChannels, op.spec.Filters
	rest := take[float32](&private, op.copied())
	for x := first; x < last; {
		n := min(op.chunk, last-x)
		from := src[x*channels:]
		if n >= direct512Half {
			n -= n % direct512Half
		} else {
			clear(rest[copy(rest, from[:n*channels]):])
			from = rest
		}
		op.convolve(dst[x*filters:][:n*filters], from, n)
		x += n
	}
}

func (op *direct512) rows(dst, src []float32, first, last int, private Buffer) {
	size := op.spec.OutWidth * op.spec.Filters
	for y := first; y < last; y++ {
		op.line(dst[(y-first)*size:][:size], op.spec.lines(src), y, private)
	}
}

// line makes row y of the output.
func (op *direct512) line(dst []float32, src lines, y int, private Buffer) {
	s := &op.spec
	picture := take[float32](&private, op.copied())
	clear(picture[s.KernelHeight*op.stride:])
	for i := range s.KernelHeight {
		padRow(picture[i*op.stride:][:op.stride], src, s, y*s.StrideHeight-s.PadTop+i*s.DilationHeight)
	}
	op.convolve(dst, picture, s.OutWidth)
}

// byRows is for all but pooled convolutions.
func (op *direct512) byRows() rowOp {
	if op.inPlace {
		width := op.whole.OutWidth
		return &pointwise{op.whole, func(dst, src []float32, private Buffer) { op.pixels(dst, src, 0, width, private) }}
	}
	return &window{spec: &op.spec, line: op.line}
}

// convolve makes pixels of a row and their activation.
func (op *direct512) convolve(dst, src []float32, pixels int) {
	const filters = amd64.Direct512Filters
	s := &op.spec
	pixel, length := s.StrideWidth*s.InChannels, s.KernelWidth*s.InChannels
	size := s.KernelHeight * length * filters
	_ = src[(s.KernelHeight-1)*op.stride+(pixels-1)*pixel+length-1]
	for p := range op.panels {
		amd64.Direct512(dst[p*filters:], s.Filters, src, op.stride, pixel, length, s.KernelHeight, op.weight[p*size:][:size], op.bias[p*filters:][:filters],
			min(filters, s.Filters-p*filters), pixels, op.bounds.low, op.bounds.high)
	}
	if op.finish != nil {
		op.finish(dst)
	}
}
