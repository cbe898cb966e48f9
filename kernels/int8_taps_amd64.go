//go:build !purego

package kernels

import "edged/amd64"

// int8Taps is DepthwiseInt8 by VPDPBUSD, on rows that are copied as those of
// int8Tiles are. A unit is some rows of the output.
type int8Taps struct {
	Unshared
	spec       DepthwiseSpec
	under      int8Band
	taps       []int
	weight     []int8  // [channels/64][taps/4][64][4]
	scales     []int32 // [channels/64][Int8TapScales]
	band       int     // rows a unit
	run, width int     // channels and pixels of a row as they are computed
}

const (
	int8TapLanes = 64 // channels at a time
	int8TapBand  = 4  // rows of a unit at most
	int8TapUnits = 8  // units at least
)

// newInt8Taps returns the op, or nil for a convolution it isn't made for.
func newInt8Taps(s *DepthwiseSpec, w Int8Weights) Op {
	scaler := newInt8Scaler(w, s.Channels*s.Multiplier, int8VNNI)
	if s.Multiplier != 1 || scaler == nil {
		return nil
	}
	op := &int8Taps{spec: *s, band: max(1, min(s.OutHeight/int8TapUnits, int8TapBand)), run: s.Channels, width: s.OutWidth}
	layer := s.grouped()
	op.under = newInt8Band(&layer, op.band, s.OutWidth, w.InZero, int8VNNI)
	for i := range s.KernelHeight {
		for j := range s.KernelWidth {
			op.taps = append(op.taps, i*s.DilationHeight*op.under.line+j*s.DilationWidth*s.Channels)
		}
	}
	for len(op.taps)%4 != 0 {
		op.taps = append(op.taps, 0)
	}
	if s.StrideWidth == 1 && int8TapLanes%s.Channels == 0 {
		op.run, op.width = int8TapLanes, s.OutWidth*s.Channels/int8TapLanes
	}
	op.pack(scaler)
	return op
}

// pack orders weights and scales as the loop unpacks channels.
func (op *int8Taps) pack(l *int8Scaler) {
	channels, groups := op.spec.Channels, ceilDiv(op.run, int8TapLanes)
	size := len(op.taps) * int8TapLanes
	op.weight, op.scales = make([]int8, groups*size), make([]int32, groups*amd64.Int8TapScales)
	for c := range op.run {
		lane := c/4%4*int8VNNI.lanes + c%int8TapLanes/16*4 + c%4
		weight, scales := op.weight[c/int8TapLanes*size:], op.scales[c/int8TapLanes*amd64.Int8TapScales:]
		for i := range op.spec.KernelHeight * op.spec.KernelWidth {
			weight[i/4*int8TapLanes*4+lane*4+i%4] = l.weights.Values[i*channels+c%channels]
		}
		l.put(scales[lane/int8VNNI.lanes*int8VNNI.block:], lane%int8VNNI.lanes, c%channels)
	}
	for group := range groups {
		l.bounds(op.scales[group*amd64.Int8TapScales+4*int8VNNI.block:][:amd64.Int8TapScales-4*int8VNNI.block])
	}
}

func (op *int8Taps) Name() string { return "int8-depthwise/taps/avx512-vnni" }

func (op *int8Taps) Units() int { return ceilDiv(op.spec.OutHeight, op.band) }

// rows is the size of the copied rows: whole vectors are read.
func (op *int8Taps) rows() int { return op.under.bytes() + int8TapLanes }

func (op *int8Taps) Workspace() (shared, private int) { return 0, bytes[byte](op.rows()) }

func (op *int8Taps) Run(a *Args, first, last int, private Buffer) {
	s := &op.spec
	rows := take[byte](&private, op.rows())
	for unit := first; unit < last; unit++ {
		y := unit * op.band
		op.under.copy(rows, a.Src[0].Int8(), y, 0)
		for i := range min(op.band, s.OutHeight-y) {
			op.row(a.Dst.Int8()[(y+i)*s.OutWidth*s.Channels:][:s.OutWidth*s.Channels], rows[i*s.StrideHeight*op.under.line:])
		}
	}
}

// row makes a row of the output, whose end may be part of a vector.
func (op *int8Taps) row(dst []int8, src []byte) {
	step := op.run * op.spec.StrideWidth
	size := len(op.taps) * int8TapLanes
	for c := 0; c < op.run && op.width > 0; c += int8TapLanes {
		group := c / int8TapLanes
		amd64.Int8Taps(dst[c:], op.run, src[c:], step, op.taps, op.weight[group*size:][:size],
			op.scales[group*amd64.Int8TapScales:][:amd64.Int8TapScales], min(int8TapLanes, op.run-c), op.width)
	}
	if done := op.width * op.run; done < len(dst) {
		amd64.Int8Taps(dst[done:], op.run, src[done:], step, op.taps, op.weight[:size], op.scales[:amd64.Int8TapScales], len(dst)-done, 1)
	}
}
