//go:build !purego

package kernels

import (
	"golang.org/x/sys/cpu"

	"edged/arm64"
)

// implementations lists the tables of this architecture, the best first.
func implementations() []implementation {
	both := []implementation{{neon(), true}, {neonInOrder(), true}}
	if inOrder() {
		both[0], both[1] = both[1], both[0]
	}
	return append([]implementation{{neonI8MM(), cpu.ARM64.HasI8MM}, {neonFHM(), cpu.ARM64.HasASIMDFHM}, {neonFP16(), cpu.ARM64.HasASIMDHP}, {neonDotprod(), cpu.ARM64.HasASIMDDP}}, both...)
}

// neonFHM is float16 weights times inputs in float16 with sums in float32, for
// dense layers of few rows.
func neonFHM() *Table {
	return &Table{
		Name: "neon-fhm",
		Dense: func(s *DenseSpec, w Weights) Op {
			if w.Float16 == nil || manyRows(s) {
				return nil
			}
			return &longMatvec{newMatvec(s, w, matvecLongNEON, keepFloat16), s.Inputs}
		},
	}
}

// longMatvec is a matvec that rounds its inputs to float16.
type longMatvec struct {
	Op
	inputs int
}

// ErrorFactor bounds the rounding errors: of the inputs, and of the sums.
func (op *longMatvec) ErrorFactor() float64 { return halfEpsilon + float64(op.inputs+2) }

// neonFP16 is arithmetic in float16 for layers whose weights are float16.
func neonFP16() *Table {
	return &Table{
		Name:   "neon-fp16",
		Half:   true,
		Conv2D: neonHalfConv2D,
	}
}

func neonHalfConv2D(s *Conv2DSpec, w Weights) Op {
	if w.Float16 == nil || s.InChannels < arm64.GEMMHalfGroup || s.Filters < arm64.GEMMHalfColumns {
		return nil
	}
	if op := newWinograd(s, w, gemmHalfNEON, winogradHalfNEON, narrow); op != nil {
		return op
	}
	return newGEMMConv2D(s, w, gemmHalfNEON, narrow)
}

var gemmHalfNEON = &gemmKernels[uint16]{
	name: "neon-fp16", rows: arm64.GEMMHalfRows, columns: arm64.GEMMHalfColumns, group: arm64.GEMMHalfGroup, cut: narrowCut, vector: vectorNEON, half: true,
	pack: func(dst []uint16, src []float32, stride, depth int) {
		_, _ = dst[arm64.GEMMHalfRows*depth-1], src[(arm64.GEMMHalfRows-1)*stride+depth-1]
		arm64.Pack8Half(dst, src, stride, depth)
	},
	multiply: checkedMultiply(arm64.GEMMHalfRows, arm64.GEMMHalfColumns, func(dst []float32, stride int, a, b []uint16, depth, tiles, panels int, start []float32, startStride int, bounds bounds) {
		arm64.GEMMHalf(dst, stride, a, b, depth, halfSpill, tiles, panels, start, startStride, bounds != unbounded, bounds.low, bounds.high)
	}),
}

var winogradHalfNEON = &winogradKernels[uint16]{
	input:  checkedWinogradInput(arm64.GEMMHalfGroup, arm64.WinogradInputHalf),
	output: winogradNEON.output,
}

// neon is float32 and int8 for every ARMv8-A core.
func neon() *Table { return neonWith(gemmNEON) }

func neonWith(gemm *gemmKernels[float32]) *Table {
	return &Table{
		Name:      "neon",
		Conv2D:    func(s *Conv2DSpec, w Weights) Op { return neonConv2D(s, w, gemm) },
		Depthwise: func(s *DepthwiseSpec, w Weights) Op { return newDepthwiseTiles(s, w, depthwiseNEON) },
		Dense:     func(s *DenseSpec, w Weights) Op { return neonDense(s, w, gemm) },

		Pool:       func(s *PoolSpec) Op { return newVectorPool(s, vectorNEON) },
		GlobalPool: func(s *GlobalPoolSpec) Op { return newVectorGlobalPool(s, vectorNEON) },
		Activate:   func(s *ActivateSpec) Op { return newVectorActivate(s, vectorNEON) },
		Softmax:    func(s *SoftmaxSpec) Op { return newVectorSoftmax(s, vectorNEON) },
		Affine:     func(s *AffineSpec) Op { return newVectorAffine(s, vectorNEON) },
		PReLU:      func(s *PReLUSpec) Op { return newVectorPReLU(s, vectorNEON) },
		Combine:    func(s *CombineSpec) Op { return newVectorCombine(s, vectorNEON) },
		gemm:       gemm,
		half:       checkedHalf(arm64.Widen, arm64.Narrow),
		blend:      checkedBlend(arm64.Blend),
		gradient:   &gradientKernels{maxPool: checkedMaxPoolGradient(arm64.MaxPoolGradient)},
		channels:   channelsNEON,
		weights:    []*weightGradient{checkedWeightGradient(arm64.WeightGradientFilters, arm64.WeightGradient)},
		MultiplyAdd: func(rounds int) int {
			arm64.MultiplyAdd(rounds)
			return rounds * arm64.MultiplyAddRound
		},

		Conv2DInt8:    neonInt8Conv2D,
		DepthwiseInt8: newInt8Depthwise,
		DenseInt8:     func(s *DenseSpec, w Int8Weights) Op { return newInt8Dense(s, w, int8DenseLongNEON) },

		PoolInt8:       newInt8Pool,
		GlobalMaxInt8:  newInt8GlobalMax,
		MeanInt8:       newInt8Mean,
		CombineInt8:    newInt8Combine,
		TableInt8:      newInt8Table,
		SoftmaxInt8:    newInt8Softmax,
		QuantizeInt8:   newInt8Quantize,
		DequantizeInt8: newInt8Dequantize,
	}
}

// inOrder tells whether this core executes in order: ARM's Cortex-A35, A53,
// A55 and A510.
func inOrder() bool {
	if !cpu.ARM64.HasCPUID {
		return false
	}
	id := arm64.MIDR()
	const arm = 0x41
	if id>>24&0xff != arm {
		return false
	}
	switch id >> 4 & 0xfff {
	case 0xd03, 0xd04, 0xd05, 0xd46:
		return true
	}
	return false
}

// neonInOrder is neon with products scheduled for cores that execute in order,
// where the long chains of Winograd's transforms in registers don't pay.
func neonInOrder() *Table {
	t := neonWith(gemmInOrderNEON)
	t.Name = "neon-in-order"
	whole := t.Conv2D
	t.Conv2D = func(s *Conv2DSpec, w Weights) Op {
		if s.InChannels == 3 || s.InChannels == 4 {
			if op := newDirect(s, w, directNEON); op != nil {
				return op
			}
		}
		return whole(s, w)
	}
	return t
}

func neonConv2D(s *Conv2DSpec, w Weights, gemm *gemmKernels[float32]) Op {
	keep := func(v float32) float32 { return v }
	if op := newWinogradFew(s, w, winogradFewNEON); op != nil {
		return op
	}
	if s.InChannels >= 2*arm64.GEMMGroup && s.Filters >= arm64.GEMMColumns {
		if op := newWinograd(s, w, gemm, winogradNEON, keep); op != nil {
			return op
		}
	}
	if s.InChannels <= arm64.GEMMGroup {
		if op := newDirect(s, w, directNEON); op != nil {
			return op
		}
	}
	return newGEMMConv2D(s, w, gemm, keep)
}

func neonDense(s *DenseSpec, w Weights, gemm *gemmKernels[float32]) Op {
	switch {
	case manyRows(s):
		return newDenseGEMM(s, w, gemm, func(v float32) float32 { return v })
	case w.Float16 != nil:
		return newMatvec(s, w, matvecHalfNEON, keepFloat16)
	}
	return newMatvec(s, w, matvecNEON, keepFloat32)
}

// manyRows tells whether a dense layer is better off as a product of matrices.
func manyRows(s *DenseSpec) bool { return s.Rows >= arm64.GEMMRows/2 }

var (
	gemmNEON        = gemmOnNEON("neon", arm64.GEMM)
	gemmInOrderNEON = gemmOnNEON("neon-in-order", arm64.GEMMInOrder)
)

// gemmOnNEON checks the lengths for one of the schedules of the product.
func gemmOnNEON(name string, multiply func(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, clamp bool, low, high float32)) *gemmKernels[float32] {
	return &gemmKernels[float32]{
		name: name, rows: arm64.GEMMRows, columns: arm64.GEMMColumns, group: arm64.GEMMGroup, cut: narrowCut, vector: vectorNEON,
		pack: func(dst, src []float32, stride, depth int) {
			_, _ = dst[arm64.GEMMRows*depth-1], src[(arm64.GEMMRows-1)*stride+depth-1]
			arm64.Pack8(dst, src, stride, depth)
		},
		multiply: checkedMultiply(arm64.GEMMRows, arm64.GEMMColumns, func(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, bounds bounds) {
			multiply(dst, stride, a, b, depth, tiles, panels, start, startStride, bounds != unbounded, bounds.low, bounds.high)
		}),
	}
}

var winogradNEON = &winogradKernels[float32]{
	input:  checkedWinogradInput(arm64.GEMMGroup, arm64.WinogradInput),
	output: checkedWinogradOutput(arm64.WinogradOutput),
}

var winogradFewNEON = &winogradFewKernels{
	name: "neon",
	rows: func(dst, src []float32, stride, n int) {
		_, _ = dst[5*stride+n-1], src[5*stride+n-1]
		arm64.WinogradRows(dst, src, stride, n)
	},
	columns: func(dst, src []float32, stride, channels, tiles int) {
		_, _ = dst[tiles*winogradFewPatch-1], src[5*stride+(4*tiles+1)*channels+3]
		arm64.WinogradColumns(dst, src, stride, channels, tiles)
	},
	output: func(dst []float32, rowStride, pixelStride int, v, w []float32, channels int, bias []float32, tiles, filters int, pool bool, bounds bounds) {
		side := winogradTile
		if pool {
			side /= 2
		}
		_, _ = dst[(side-1)*rowStride+(tiles*side-1)*pixelStride+filters-1], v[tiles*winogradFewPatch-1]
		_, _ = w[winogradPositions*channels*filters-1], bias[filters-1]
		loop := arm64.WinogradFew3
		switch channels {
		case 1:
			loop = arm64.WinogradFew1
		case 4:
			loop = arm64.WinogradFew4
		}
		loop(dst, rowStride, pixelStride, v, w, bias, tiles, filters, pool, bounds.low, bounds.high)
	},
}

var (
	matvecNEON     = checkedMatvec("neon", arm64.Dense8, arm64.Dense2)
	matvecLongNEON = checkedMatvec("neon-fhm", arm64.Dense8Long, arm64.Dense2Long)
	matvecHalfNEON = checkedMatvec("neon-half", arm64.Dense8Half, arm64.Dense2Half)
)

var depthwiseNEON = &depthwiseKernels{
	name: "neon",
	row: func(width, stride int) depthwiseRow {
		loops := map[[2]int]func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32){
			{3, 1}: arm64.Depthwise3, {3, 2}: arm64.Depthwise3Stride2, {5, 1}: arm64.Depthwise5, {5, 2}: arm64.Depthwise5Stride2,
		}
		loop := loops[[2]int{width, stride}]
		if loop == nil {
			return nil
		}
		return checkedDepthwise(width, stride, loop)
	},
}

var directNEON = &directKernels{
	name: "neon", pixels: arm64.DirectPixels, filters: arm64.DirectFilters, vector: vectorNEON,
	row: checkedDirect(arm64.DirectPixels, arm64.DirectFilters, arm64.Direct),
	maxima: func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, second, length, rows int, w, bias []float32, tiles, panels int, bounds bounds) {
		maxima, pixels, filters := tiles*arm64.DirectPixels/4, tiles*arm64.DirectPixels/2, panels*arm64.DirectFilters
		_, _ = dst[(maxima-1)*dstStride+filters-1], src[second+(rows-1)*rowStride+(pixels-1)*pixelStride+length-1]
		_, _ = w[rows*length*filters-1], bias[filters-1]
		arm64.DirectPool(dst, dstStride, src, rowStride, pixelStride, second, length, rows, w, bias, tiles, panels, bounds.low, bounds.high)
	},
}

var channelsNEON = wide("neon", arm64.ChannelGroup, &channelKernels{
	sum: arm64.SumChannels, squares: arm64.SumSquares, slopes: arm64.SumSlopes, normalize: arm64.Normalize, back: arm64.NormalizationGradient,
	taps: arm64.DepthwiseWeightGradient, spread: arm64.DepthwiseInputGradient, maxima: arm64.MaxPoolWindows, means: arm64.AveragePoolWindows,
}, channelsPortable)

var vectorNEON = &vectorKernels{
	name:    "neon",
	combine: checkedCombine(arm64.AddInto, arm64.SubtractInto, arm64.MultiplyInto, arm64.MaximumInto, arm64.MinimumInto),
	exp:     arm64.Exp,
	smooth:  smoothNEON,
	affine: func(dst, src, scale, offset []float32) {
		n := len(dst)
		arm64.Affine(dst, src[:n], scale[:n], offset[:n])
	},
	prelu: func(dst, src, slope []float32) {
		n := len(dst)
		arm64.PReLU(dst, src[:n], slope[:n])
	},
	clamp: func(v []float32, bounds bounds) { arm64.Clamp(v, bounds.low, bounds.high) },
	scale: func(v []float32, factor, offset float32) { arm64.Scale(v, factor, offset) },
	pool: func(dst, src []float32, rowStride, pixelStride, channels, rows, columns, step, pixels int, sum bool, factor float32) {
		_, _ = dst[pixels*channels-1], src[(pixels-1)*step+(rows-1)*rowStride+(columns-1)*pixelStride+channels-1]
		arm64.Pool(dst, src, rowStride, pixelStride, channels, rows, columns, step, pixels, sum, factor)
	},
}

func smoothNEON(a Activation) func([]float32) {
	switch a.Kind {
	case Exponential:
		return arm64.Exp
	case Sigmoid:
		return arm64.Sigmoid
	case Swish:
		return arm64.Swish
	case Tanh:
		return arm64.Tanh
	case Softplus:
		return arm64.Softplus
	case Softsign:
		return arm64.Softsign
	case ELU:
		return func(v []float32) { arm64.ELU(v, 1, a.Alpha) }
	case SELU:
		return func(v []float32) { arm64.ELU(v, seluScale, seluScale*seluAlpha) }
	case HardSigmoid:
		return func(v []float32) { arm64.HardSigmoid(v, 0.2, 0.5, 1, 1) }
	case HardSigmoid6:
		return func(v []float32) { arm64.HardSigmoid(v, 1, 3, 6, 1./6) }
	case HardSwish:
		return func(v []float32) { arm64.HardSwish(v, 1, 3, 6, 1./6) }
	case LeakyReLU:
		return func(v []float32) { arm64.Rectify(v, 0, a.Alpha, unbounded.high) }
	case ReLU:
		high := a.Max
		if high == 0 {
			high = unbounded.high
		}
		return func(v []float32) { arm64.Rectify(v, a.Threshold, a.Alpha, high) }
	}
	return nil
}
