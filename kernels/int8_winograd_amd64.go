//go:build !purego

package kernels

import (
	"slices"

	"edged/amd64"
)

// int8WinogradMost is the product of channels and filters from which on
// transformed weights, which every unit reads, are too large for caches.
const int8WinogradMost = 1 << 16

var int8WinogradAVX2 = &int8WinogradKernels{
	name: "avx2", pair: 2, scales: int8WinogradScales, size: amd64.Int8TileScales256,
	depth: func(channels int) int { return roundUp(channels, amd64.Int8WinogradGroup) },
	input: func(dst []int16, position int, src []int8, rowStride, pixelStride, groups int) {
		_ = dst[(winogradPositions-1)*position+(groups-1)*amd64.Int8WinogradTiles*amd64.Int8WinogradGroup+amd64.Int8WinogradGroup-1]
		_ = src[(winogradPatch-1)*(rowStride+pixelStride)+groups*amd64.Int8WinogradGroup-1]
		amd64.Int8WinogradInput(dst, position, src, rowStride, pixelStride, groups)
	},
	multiply: func(dst []int32, a []int16, position int, b []int16, depth int) {
		_, _ = dst[winogradPositions*int8WinogradTile*int8WinogradTile-1], b[winogradPositions*depth*amd64.Int8WinogradFilters-1]
		_ = a[(winogradPositions-1)*position+depth*amd64.Int8WinogradTiles-1]
		amd64.Int8WinogradMultiply(dst, a, position, b, depth)
	},
	output: func(dst []int8, rowStride, pixelStride int, src, scales []int32, tiles int, pool, _ bool) {
		side := winogradTile
		if pool {
			side /= 2
		}
		_ = dst[(side-1)*rowStride+(tiles*side-1)*pixelStride+amd64.Int8WinogradFilters-1]
		_, _ = src[((winogradPositions-1)*int8WinogradTile+tiles)*int8WinogradTile-1], scales[amd64.Int8TileScales256-1]
		if pool {
			amd64.Int8WinogradPool(dst, rowStride, pixelStride, src, scales, tiles)
			return
		}
		amd64.Int8WinogradOutput(dst, rowStride, pixelStride, src, scales, tiles)
	},
}

// int8WinogradScales packs the scales of panels of eight filters.
func int8WinogradScales(l int8Layer) (scales []int32, general bool) {
	scaler := newInt8Scaler(l.Int8Weights, l.Filters, int8AVX2)
	if scaler == nil || slices.ContainsFunc(l.Rescale, func(r Rescale) bool { return r.Shift > 0 }) {
		return nil, false
	}
	const size = amd64.Int8TileScales256
	scales = make([]int32, ceilDiv(l.Filters, int8WinogradTile)*size)
	for f := range l.Filters {
		panel := scales[f/int8WinogradTile*size:][:size]
		scaler.put(panel, f%int8WinogradTile, f)
		scaler.bounds(panel[int8AVX2.block:])
		panel[f%int8WinogradTile] *= int8WinogradScale / 2 // they are doubled
	}
	return scales, false
}
