//go:build !purego

package kernels

import "edged/arm64"

// neonDotprod is int8 on cores with the dot product.
func neonDotprod() *Table {
	return &Table{
		Name:       "neon-dotprod",
		Conv2DInt8: func(s *Conv2DSpec, w Int8Weights) Op { return neonTilesConv2D(s, w, int8PackedDotNEON, int8DotNEON) },
		DenseInt8:  func(s *DenseSpec, w Int8Weights) Op { return newInt8Dense(s, w, int8DenseDotNEON) },
	}
}

// neonI8MM is int8 on cores that multiply matrices of 8 bits.
func neonI8MM() *Table {
	return &Table{
		Name: "neon-i8mm",
		Conv2DInt8: func(s *Conv2DSpec, w Int8Weights) Op {
			return neonTilesConv2D(s, w, int8PackedMatrixNEON, int8MatrixNEON)
		},
	}
}

func neonTilesConv2D(s *Conv2DSpec, w Int8Weights, packed *int8PackedTile, tile *int8Tile) Op {
	if op := newInt8Packed(s, w, packed); op != nil {
		return op
	}
	return newInt8Conv2D(s, w, tile)
}

var (
	int8PackedDotNEON    = &int8PackedTile{name: "neon-dotprod", group: arm64.Int8DotGroup, pack: arm64.Int8Pack, multiply: arm64.Int8DotPacked}
	int8PackedMatrixNEON = &int8PackedTile{name: "neon-i8mm", group: arm64.Int8MatrixGroup, pack: arm64.Int8PackPairs, multiply: arm64.Int8MatrixPacked}
)

func neonInt8Conv2D(s *Conv2DSpec, w Int8Weights) Op {
	if op := newInt8Winograd(s, w, int8WinogradNEON); op != nil {
		return op
	}
	return newInt8Conv2D(s, w, int8LongNEON)
}

var (
	int8DotNEON    = int8TileOnNEON(int8Tile{name: "neon-dotprod", pixels: arm64.Int8DotPixels, filters: arm64.Int8DotFilters, group: arm64.Int8DotGroup, convolve: arm64.Int8Dot})
	int8MatrixNEON = int8TileOnNEON(int8Tile{name: "neon-i8mm", pixels: arm64.Int8DotPixels, filters: arm64.Int8DotFilters, group: arm64.Int8MatrixGroup, convolve: arm64.Int8Matrix})
	int8LongNEON   = int8TileOnNEON(int8Tile{
		name: "neon", pixels: arm64.Int8LongPixels, filters: arm64.Int8LongFilters, group: arm64.Int8LongGroup, opposed: true, convolve: arm64.Int8Long,
	})
)

// int8TileOnNEON checks the lengths before the loop of t.
func int8TileOnNEON(t int8Tile) *int8Tile {
	loop := t.convolve
	t.convolve = func(dst []int8, dstStride int, src []int8, pixelStride, second, rowStride, length, rows, step int,
		w []int8, scales []int32, tiles, panels int, pool, general bool,
	) {
		out := t.pixels
		if pool {
			out /= 4
		}
		_ = dst[(tiles*out-1)*dstStride+panels*t.filters-1]
		_ = src[(tiles-1)*step+second+(t.pixels/2-1)*pixelStride+(rows-1)*rowStride+roundUp(length, int8Overread)-1]
		_, _ = w[panels*rows*roundUp(length, t.group)*t.filters-1], scales[panels*int8Scales(t.filters)-1]
		loop(dst, dstStride, src, pixelStride, second, rowStride, length, rows, step, w, scales, tiles, panels, pool, general)
	}
	return &t
}

// int8WinogradDepth is how many channels to multiply: a multiple of 8, or 3 or
// 4 more.
func int8WinogradDepth(channels int) int {
	whole, rest := channels/8*8, channels%8
	switch {
	case rest == 0:
		return whole
	case rest <= 3:
		return whole + 3
	case rest == 4:
		return whole + 4
	}
	return whole + 8
}

// int8WinogradScales packs scales for panels of two fours of filters.
func int8WinogradScales(l int8Layer) (scales []int32, general bool) {
	scales, general = l.scales(4)
	scales = append(scales, make([]int32, roundUp(len(scales), 2*int8Scales(4))-len(scales))...)
	for p := 0; p < len(scales); p += int8Scales(4) {
		for f := range 4 {
			scales[p+f] *= int8WinogradScale
		}
	}
	return scales, general
}

var int8WinogradNEON = &int8WinogradKernels{
	name: "neon", pair: 1, depth: int8WinogradDepth, scales: int8WinogradScales, size: 2 * int8Scales(4),
	input: func(dst []int16, position int, src []int8, rowStride, pixelStride, groups int) {
		_ = dst[(winogradPositions-1)*position+(groups-1)*arm64.Int8WinogradTiles*arm64.Int8WinogradGroup+arm64.Int8WinogradGroup-1]
		_ = src[(winogradPatch-1)*(rowStride+pixelStride)+groups*arm64.Int8WinogradGroup-1]
		arm64.Int8WinogradInput(dst, position, src, rowStride, pixelStride, groups)
	},
	multiply: func(dst []int32, a []int16, position int, b []int16, depth int) {
		_, _ = dst[winogradPositions*int8WinogradTile*int8WinogradTile-1], b[winogradPositions*depth*arm64.Int8WinogradFilters-1]
		_ = a[(winogradPositions-1)*position+roundUp(depth, arm64.Int8WinogradGroup)*arm64.Int8WinogradTiles-1]
		arm64.Int8WinogradMultiply(dst, a, position, b, depth)
	},
	output: func(dst []int8, rowStride, pixelStride int, src, scales []int32, tiles int, pool, general bool) {
		side := winogradTile
		if pool {
			side /= 2
		}
		_ = dst[(side-1)*rowStride+(tiles*side-1)*pixelStride+arm64.Int8WinogradFilters-1]
		_, _ = src[((winogradPositions-1)*int8WinogradTile+tiles)*int8WinogradTile-1], scales[2*int8Scales(4)-1]
		arm64.Int8WinogradOutput(dst, rowStride, pixelStride, src, scales, tiles, pool, general)
	},
}

var int8DenseDotNEON = &int8DenseKernel{
	name: "neon-dotprod",
	multiply: func(sums []int32, x, w []int8) {
		_ = w[len(sums)*len(x)-1]
		arm64.Int8DenseDot(sums, x, w)
	},
}

var int8DenseLongNEON = &int8DenseKernel{
	name: "neon", opposed: true,
	multiply: func(sums []int32, x, w []int8) {
		_ = w[len(sums)*len(x)-1]
		arm64.Int8DenseLong(sums, x, w)
	},
}
