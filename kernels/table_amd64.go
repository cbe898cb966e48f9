//go:build !purego

package kernels

import (
	"golang.org/x/sys/cpu"

	"edged/amd64"
)

// implementations lists the tables of this architecture, the best first.
func implementations() []implementation {
	avx2 := cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasF16C
	avx512 := avx2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL
	return []implementation{
		{tableAVX512(), avx512},
		{tableAVX2(), avx2},
	}
}

// tableAVX512 has products with wider tiles, for layers that fill them.
func tableAVX512() *Table {
	return &Table{
		Name: "avx512",
		Conv2D: func(s *Conv2DSpec, w Weights) Op {
			if op := newDirect512(s, w); op != nil {
				return op
			}
			if s.InChannels < amd64.GEMMGroup {
				return nil
			}
			return conv2DAVX(s, w, gemmAVX512)
		},
		Depthwise: func(s *DepthwiseSpec, w Weights) Op { return newDepthwise3(s, w, depthwise3AVX512) },
		Dense: func(s *DenseSpec, w Weights) Op {
			if s.Rows < amd64.GEMMRows512/2 {
				return nil
			}
			return newDenseGEMM(s, w, gemmAVX512, func(v float32) float32 { return v })
		},
		gemm:     gemmAVX512,
		channels: channelsAVX512,
		weights:  []*weightGradient{checkedWeightGradient(amd64.WeightGradientFilters512, amd64.WeightGradient512)},
		Conv2DInt8: func(s *Conv2DSpec, w Int8Weights) Op {
			if !cpu.X86.HasAVX512VNNI {
				return nil
			}
			return newInt8Tiles(s, w, int8TilesVNNI)
		},
		DenseInt8: func(s *DenseSpec, w Int8Weights) Op {
			if !cpu.X86.HasAVX512VNNI {
				return nil
			}
			if s.Rows == 1 {
				return newInt8Dot(s, w, int8DotVNNI)
			}
			spec := s.convolution()
			return newInt8Tiles(&spec, w, int8TilesVNNI)
		},
		DepthwiseInt8: func(s *DepthwiseSpec, w Int8Weights) Op {
			if !cpu.X86.HasAVX512VNNI {
				return nil
			}
			return newInt8Taps(s, w, int8TapsVNNI)
		},
		MultiplyAdd: func(rounds int) int {
			amd64.MultiplyAdd512(rounds)
			return rounds * amd64.MultiplyAddRound512
		},
	}
}

// tableAVX2 is float32 for CPUs with AVX2, FMA and F16C.
func tableAVX2() *Table {
	return &Table{
		Name: "avx2",
		Conv2D: func(s *Conv2DSpec, w Weights) Op {
			if s.InChannels < amd64.GEMMGroup {
				if op := newDirect(s, w, directAVX2); op != nil {
					return op
				}
			}
			return conv2DAVX(s, w, gemmAVX2)
		},
		Depthwise: func(s *DepthwiseSpec, w Weights) Op {
			if op := newDepthwise3(s, w, depthwise3AVX2); op != nil {
				return op
			}
			return newDepthwiseTiles(s, w, depthwiseAVX2)
		},
		Dense: func(s *DenseSpec, w Weights) Op {
			switch {
			case s.Rows >= amd64.GEMMRows/2:
				return newDenseGEMM(s, w, gemmAVX2, func(v float32) float32 { return v })
			case w.Float16 != nil:
				return newMatvec(s, w, matvecHalfAVX2, keepFloat16)
			}
			return newMatvec(s, w, matvecAVX2, keepFloat32)
		},
		Pool:          func(s *PoolSpec) Op { return newVectorPool(s, vectorAVX2) },
		GlobalPool:    func(s *GlobalPoolSpec) Op { return newVectorGlobalPool(s, vectorAVX2) },
		Activate:      func(s *ActivateSpec) Op { return newVectorActivate(s, vectorAVX2) },
		Softmax:       func(s *SoftmaxSpec) Op { return newVectorSoftmax(s, vectorAVX2) },
		Combine:       func(s *CombineSpec) Op { return newVectorCombine(s, vectorAVX2) },
		gemm:          gemmAVX2,
		half:          checkedHalf(amd64.Widen, amd64.Narrow),
		blend:         checkedBlend(amd64.Blend),
		gradient:      gradientAVX2,
		channels:      channelsAVX2,
		weights:       []*weightGradient{checkedWeightGradient(amd64.WeightGradientFilters, amd64.WeightGradient)},
		Conv2DInt8:    conv2DInt8AVX2,
		DepthwiseInt8: func(s *DepthwiseSpec, w Int8Weights) Op { return newInt8Taps(s, w, int8TapsAVX2) },
		DenseInt8:     denseInt8AVX2,
		PoolInt8:      newInt8MaxPool,
		GlobalMaxInt8: newInt8GlobalMax,
		CombineInt8:   newInt8Add,
		MeanInt8:      newInt8Mean,
		QuantizeInt8:  newInt8Quantize,
		MultiplyAdd: func(rounds int) int {
			amd64.MultiplyAdd(rounds)
			return rounds * amd64.MultiplyAddRound
		},
	}
}

func conv2DInt8AVX2(s *Conv2DSpec, w Int8Weights) Op {
	if s.InChannels >= 2*amd64.Int8WinogradGroup && s.InChannels*s.Filters <= int8WinogradMost {
		if op := newInt8Winograd(s, w, int8WinogradAVX2); op != nil {
			return op
		}
	}
	return newInt8Tiles(s, w, int8TilesAVX2)
}

func denseInt8AVX2(s *DenseSpec, w Int8Weights) Op {
	if s.Rows > 1 {
		spec := s.convolution()
		return conv2DInt8AVX2(&spec, w)
	}
	return newInt8Dot(s, w, int8DotAVX2)
}

func conv2DAVX(s *Conv2DSpec, w Weights, gemm *gemmKernels[float32]) Op {
	keep := func(v float32) float32 { return v }
	if s.InChannels >= 2*amd64.GEMMGroup && s.Filters >= amd64.GEMMColumns {
		if op := newWinograd(s, w, gemm, winogradAVX2, keep); op != nil {
			return op
		}
	}
	return newGEMMConv2D(s, w, gemm, keep)
}

var (
	gemmAVX2   = gemmOnAVX("avx2", amd64.GEMMRows, amd64.GEMMColumns, gemmCut{tiles: 16, unit: 2, winograd: 4, winogradUnit: 4, few: 4, panels: 2}, amd64.GEMM)
	gemmAVX512 = gemmOnAVX("avx512", amd64.GEMMRows512, amd64.GEMMColumns512, gemmCut{tiles: 14, unit: 2, winograd: 4, winogradUnit: 4, few: 4, panels: 2}, amd64.GEMM512)
)

// gemmOnAVX checks the lengths for one of the tiles of the product.
func gemmOnAVX(name string, tileRows, tileColumns int, cut gemmCut, multiply func(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, low, high float32)) *gemmKernels[float32] {
	return &gemmKernels[float32]{
		name: name, rows: tileRows, columns: tileColumns, group: amd64.GEMMGroup, cut: cut, vector: vectorAVX2,
		pack: func(dst, src []float32, stride, depth int) {
			_, _ = dst[tileRows*depth-1], src[(tileRows-1)*stride+depth-1]
			amd64.Pack(dst, src, stride, depth, tileRows)
		},
		multiply: checkedMultiply(tileRows, tileColumns, func(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, bounds bounds) {
			multiply(dst, stride, a, b, depth, tiles, panels, start, startStride, bounds.low, bounds.high)
		}),
	}
}

var winogradAVX2 = &winogradKernels[float32]{
	input:  checkedWinogradInput(amd64.GEMMGroup, amd64.WinogradInput),
	output: checkedWinogradOutput(amd64.WinogradOutput),
}

var directAVX2 = &directKernels{
	name: "avx2", pixels: amd64.DirectPixels, filters: amd64.DirectFilters, vector: vectorAVX2,
	row: checkedDirect(amd64.DirectPixels, amd64.DirectFilters, amd64.Direct),
}

var (
	matvecAVX2     = checkedMatvec("avx2", amd64.Dense8, amd64.Dense2)
	matvecHalfAVX2 = checkedMatvec("avx2-half", amd64.Dense8Half, amd64.Dense2Half)
)

var depthwiseAVX2 = &depthwiseKernels{
	name: "avx2",
	row: func(width, stride int) depthwiseRow {
		return checkedDepthwise(width, stride, func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32) {
			amd64.Depthwise(dst, dstStride, src, rowStride, pixelStride, width, stride, rows, w, group, bias, channels, tiles, low, high)
		})
	},
}

var (
	depthwise3AVX2   = depthwise3OnAVX("avx2", amd64.Depthwise3Group, true, amd64.Depthwise3)
	depthwise3AVX512 = depthwise3OnAVX512()
)

func depthwise3OnAVX512() *depthwise3Kernels {
	const group = amd64.Depthwise3On512Group
	k := depthwise3OnAVX("avx512", group, false, amd64.Depthwise3On512)
	k.pair = func(dst, second, first, upper, lower, last, w, bias []float32, channels, left, pixels, right int, bounds bounds) {
		size := (left + pixels + right) * channels
		end := size + (2-left-right)*channels - 1
		_, _, _, _, _, _ = dst[size-1], second[size-1], first[end], upper[end], lower[end], last[end]
		_, _ = w[9*roundUp(channels, group)-1], bias[roundUp(channels, group)-1]
		amd64.Depthwise3Pair512(dst, second, first, upper, lower, last, w, bias, channels, left, pixels, right, bounds.low, bounds.high)
	}
	return k
}

// depthwise3OnAVX checks the lengths for one of the loops.
func depthwise3OnAVX(name string, group int, whole bool, row func(dst, top, middle, bottom, w, bias []float32, channels, step, left, pixels, right int, low, high float32)) *depthwise3Kernels {
	return &depthwise3Kernels{
		name: name, group: group, whole: whole,
		row: func(dst, top, middle, bottom, w, bias []float32, channels, step, left, pixels, right int, bounds bounds) {
			last := left + pixels + right - 1
			end := last*step + (3-left-right)*channels - 1
			_, _, _, _ = dst[(last+1)*channels-1], top[end], middle[end], bottom[end]
			_, _ = w[9*roundUp(channels, group)-1], bias[roundUp(channels, group)-1]
			row(dst, top, middle, bottom, w, bias, channels, step, left, pixels, right, bounds.low, bounds.high)
		},
	}
}

var gradientAVX2 = &gradientKernels{
	maxPool: checkedMaxPoolGradient(amd64.MaxPoolGradient),
	transpose: func(dst []float32, dstStride int, src []float32, stride, blocks int) {
		_, _ = dst[(8*blocks-1)*dstStride+7], src[7*stride+8*blocks-1]
		amd64.Transpose8(dst, dstStride, src, stride, blocks)
	},
}

var channelsAVX2 = wide("avx2", amd64.ChannelGroup, &channelKernels{
	sum: amd64.SumChannels, squares: amd64.SumSquares, slopes: amd64.SumSlopes, normalize: amd64.Normalize, back: amd64.NormalizationGradient,
	taps: amd64.DepthwiseWeightGradient, spread: amd64.DepthwiseInputGradient, maxima: amd64.MaxPoolWindows, means: amd64.AveragePoolWindows,
}, channelsPortable)

// channelsAVX512 leaves pools, which are bound by memory, to AVX2.
var channelsAVX512 = wide("avx512", amd64.ChannelGroup512, &channelKernels{
	sum: amd64.SumChannels512, squares: amd64.SumSquares512, slopes: amd64.SumSlopes512, normalize: amd64.Normalize512, back: amd64.NormalizationGradient512,
	taps: amd64.DepthwiseWeightGradient512, spread: amd64.DepthwiseInputGradient512, maxima: amd64.MaxPoolWindows, means: amd64.AveragePoolWindows,
}, channelsAVX2)

var vectorAVX2 = &vectorKernels{
	name:    "avx2",
	combine: checkedCombine(amd64.AddInto, amd64.SubtractInto, amd64.MultiplyInto, amd64.MaximumInto, amd64.MinimumInto),
	exp:     amd64.Exp,
	smooth: func(a Activation) func([]float32) {
		switch a.Kind {
		case Exponential:
			return amd64.Exp
		case Sigmoid:
			return amd64.Sigmoid
		case Swish:
			return amd64.Swish
		case Tanh:
			return amd64.Tanh
		case ELU:
			return func(v []float32) { amd64.ELU(v, 1, a.Alpha) }
		case SELU:
			return func(v []float32) { amd64.ELU(v, seluScale, seluScale*seluAlpha) }
		}
		return nil
	},
	scale: func(v []float32, factor, offset float32) { amd64.Scale(v, factor, offset) },
	clamp: func(v []float32, bounds bounds) { amd64.Clamp(v, bounds.low, bounds.high) },
	pool: func(dst, src []float32, rowStride, pixelStride, channels, rows, columns, step, pixels int, sum bool, factor float32) {
		_, _ = dst[pixels*channels-1], src[(pixels-1)*step+(rows-1)*rowStride+(columns-1)*pixelStride+channels-1]
		if sum {
			amd64.SumPool(dst, src, rowStride, pixelStride, channels, rows, columns, step, pixels, factor)
			return
		}
		amd64.MaxPool(dst, src, rowStride, pixelStride, channels, rows, columns, step, pixels)
	},
}
