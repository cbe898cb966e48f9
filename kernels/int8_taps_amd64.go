//go:build !purego

package kernels

import "edged/amd64"

// int8TapKernels convolve channels by themselves.
type int8TapKernels struct {
	*int8Set
	channels int  // at a time
	scales   int  // elements of theirs
	whole    bool // all of them are stored, and more of them follow

	// convolve is for any taps, nine for three by three.
	convolve, nine func(dst []int8, dstStride int, src []byte, step int, taps []int, w []byte, scales []int32, channels, pixels int)
}

var (
	int8TapsVNNI = &int8TapKernels{int8Set: int8VNNI, channels: 64, scales: amd64.Int8TapScales, convolve: amd64.Int8Taps, nine: amd64.Int8Taps}
	int8TapsAVX2 = &int8TapKernels{int8Set: int8AVX2, channels: 16, scales: amd64.Int8TapScales256, whole: true, convolve: amd64.Int8Taps256, nine: amd64.Int8NineTaps256}
)

// int8Taps is DepthwiseInt8 on rows that are copied as those of int8Tiles are. A
// unit is some rows of the output.
type int8Taps struct {
	Unshared
	spec       DepthwiseSpec
	loop       *int8TapKernels
	under      int8Band
	taps       []int   // in bytes
	weight     []byte  // [groups of channels][taps in words][channels][4]
	scales     []int32 // [groups of channels][scales]
	band       int     // rows a unit
	run, width int     // channels and pixels of a row as they are computed
}

const (
	int8TapBand  = 4 // rows of a unit at most
	int8TapUnits = 8 // units at least
)

// newInt8Taps returns the op, or nil for a convolution it isn't made for.
func newInt8Taps(s *DepthwiseSpec, w Int8Weights, loop *int8TapKernels) Op {
	scaler := newInt8Scaler(w, s.Channels*s.Multiplier, loop.int8Set)
	if s.Multiplier != 1 || scaler == nil {
		return nil
	}
	op := &int8Taps{spec: *s, loop: loop, band: max(1, min(s.OutHeight/int8TapUnits, int8TapBand)), run: s.Channels, width: s.OutWidth}
	layer := s.grouped()
	op.under = newInt8Band(&layer, op.band, s.OutWidth, w.InZero, loop.int8Set)
	for i := range s.KernelHeight {
		for j := range s.KernelWidth {
			op.taps = append(op.taps, i*s.DilationHeight*op.under.line+j*s.DilationWidth*op.under.pixel)
		}
	}
	for len(op.taps)%(4/loop.element) != 0 {
		op.taps = append(op.taps, 0)
	}
	if s.StrideWidth == 1 && loop.channels%s.Channels == 0 {
		op.run, op.width = loop.channels, s.OutWidth*s.Channels/loop.channels
	}
	op.pack(scaler)
	return op
}

// pack orders weights and scales as the loop unpacks channels.
func (op *int8Taps) pack(l *int8Scaler) {
	k, channels := op.loop, op.spec.Channels
	groups, size, vectors := ceilDiv(op.run, k.channels), op.size(), k.channels/k.lanes
	op.weight, op.scales = make([]byte, groups*size), make([]int32, groups*k.scales)
	for c := range op.run {
		vector, lane := c/4%vectors, c%k.channels/(4*vectors)*4+c%4
		weight, scales := op.weight[c/k.channels*size:], op.scales[c/k.channels*k.scales:]
		for i := range op.spec.KernelHeight * op.spec.KernelWidth {
			k.put(weight, i, vector*k.lanes+lane, k.channels, l.weight(i*channels+c%channels))
		}
		l.put(scales[vector*k.block:], lane, c%channels)
	}
	for group := range groups {
		l.bounds(op.scales[group*k.scales+vectors*k.block:][:k.scales-vectors*k.block])
	}
}

// size is that of the weights of a group of channels.
func (op *int8Taps) size() int { return len(op.taps) * op.loop.channels * op.loop.element }

func (op *int8Taps) Name() string { return "int8-depthwise/taps/" + op.loop.name }

func (op *int8Taps) Units() int { return ceilDiv(op.spec.OutHeight, op.band) }

// rows is the size of the copied rows: whole vectors are read.
func (op *int8Taps) rows() int { return op.under.bytes() + op.loop.channels*op.loop.element }

// edge is the size of the outputs of channels that don't fill a vector.
func (op *int8Taps) edge() int {
	if !op.loop.whole {
		return 0
	}
	return max(op.width, 1) * op.loop.channels
}

func (op *int8Taps) Workspace() (shared, private int) {
	return 0, bytes[byte](op.rows()) + bytes[int8](op.edge())
}

func (op *int8Taps) Run(a *Args, first, last int, private Buffer) {
	s := &op.spec
	rows := take[byte](&private, op.rows())
	edge := take[int8](&private, op.edge())
	for unit := first; unit < last; unit++ {
		y := unit * op.band
		op.under.copy(rows, a.Src[0].Int8(), y, 0)
		for i := range min(op.band, s.OutHeight-y) {
			op.row(a.Dst.Int8()[(y+i)*s.OutWidth*s.Channels:][:s.OutWidth*s.Channels], rows[i*s.StrideHeight*op.under.line:], edge)
		}
	}
}

// row makes a row of the output, whose end may be part of a vector.
func (op *int8Taps) row(dst []int8, src []byte, edge []int8) {
	k := op.loop
	for c := 0; c < op.run && op.width > 0; {
		n := min(k.channels, op.run-c)
		if k.whole {
			n = max(n, (op.run-c)/k.channels*k.channels)
		}
		op.convolve(dst[c:], src, c, n, op.width, edge)
		c += n
	}
	if done := op.width * op.run; done < len(dst) {
		op.convolve(dst[done:], src[done*k.element:], 0, len(dst)-done, 1, edge)
	}
}

// convolve makes channels from c on of pixels that are run apart.
func (op *int8Taps) convolve(dst []int8, src []byte, c, channels, pixels int, edge []int8) {
	k := op.loop
	group, groups, element, size := c/k.channels, ceilDiv(channels, k.channels), op.loop.element, op.size()
	step := op.run * op.spec.StrideWidth * element
	w, scales := op.weight[group*size:][:groups*size], op.scales[group*k.scales:][:groups*k.scales]
	convolve := k.convolve
	if op.spec.KernelHeight == 3 && op.spec.KernelWidth == 3 {
		convolve = k.nine
	}
	if !k.whole || channels >= k.channels {
		convolve(dst, op.run, src[c*element:], step, op.taps, w, scales, channels, pixels)
		return
	}
	convolve(edge[:pixels*k.channels], k.channels, src[c*element:], step, op.taps, w, scales, k.channels, pixels)
	for x := range pixels {
		copy(dst[x*op.run:][:channels], edge[x*k.channels:])
	}
}
