//go:build !purego && (amd64 || arm64)

package kernels

// Loops in assembly don't look at the lengths of slices. These functions wrap
// them in ones that do, and panic as Go's own indexing does.

// checkedMultiply is a product of tiles of rows by columns.
func checkedMultiply[T element](tileRows, tileColumns int, loop func(dst []float32, stride int, a, b []T, depth, tiles, panels int, start []float32, startStride int, bounds bounds)) func(dst []float32, stride int, a, b []T, depth, tiles, panels int, start []float32, startStride int, bounds bounds) {
	return func(dst []float32, stride int, a, b []T, depth, tiles, panels int, start []float32, startStride int, bounds bounds) {
		rows, columns := tiles*tileRows, panels*tileColumns
		_, _, _ = dst[(rows-1)*stride+columns-1], a[rows*depth-1], b[columns*depth-1]
		if start != nil {
			_ = start[(rows-1)*startStride+columns-1]
		}
		loop(dst, stride, a, b, depth, tiles, panels, start, startStride, bounds)
	}
}

// checkedWinogradInput is the transform of groups of so many channels.
func checkedWinogradInput[T element](group int, loop func(dst []T, position, groupStride int, src []float32, rowStride, pixelStride, channels int)) func(dst []T, position, groupStride int, src []float32, rowStride, pixelStride, channels int) {
	return func(dst []T, position, groupStride int, src []float32, rowStride, pixelStride, channels int) {
		_ = dst[(winogradPositions-1)*position+(channels/group-1)*groupStride+group-1]
		_ = src[(winogradPatch-1)*(rowStride+pixelStride)+channels-1]
		loop(dst, position, groupStride, src, rowStride, pixelStride, channels)
	}
}

func checkedWinogradOutput(loop func(dst []float32, rowStride, pixelStride int, m []float32, position int, bias []float32, filters int, pool bool, low, high float32)) func(dst []float32, rowStride, pixelStride int, m []float32, position int, bias []float32, filters int, pool bool, bounds bounds) {
	return func(dst []float32, rowStride, pixelStride int, m []float32, position int, bias []float32, filters int, pool bool, bounds bounds) {
		side := winogradTile
		if pool {
			side /= 2
		}
		_, _, _ = dst[(side-1)*(rowStride+pixelStride)+filters-1], m[(winogradPositions-1)*position+filters-1], bias[filters-1]
		loop(dst, rowStride, pixelStride, m, position, bias, filters, pool, bounds.low, bounds.high)
	}
}

func checkedDirect(tilePixels, panelFilters int, loop func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, tiles, panels int, low, high float32)) func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, tiles, panels int, bounds bounds) {
	return func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, tiles, panels int, bounds bounds) {
		pixels, filters := tiles*tilePixels, panels*panelFilters
		_, _ = dst[(pixels-1)*dstStride+filters-1], src[(rows-1)*rowStride+(pixels-1)*pixelStride+length-1]
		_, _ = w[rows*length*filters-1], bias[filters-1]
		loop(dst, dstStride, src, rowStride, pixelStride, length, rows, w, bias, tiles, panels, bounds.low, bounds.high)
	}
}

// checkedDepthwise is a loop for kernels of a width and a stride.
func checkedDepthwise(width, stride int, loop func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32)) depthwiseRow {
	return func(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, bounds bounds) {
		pixels := tiles * depthwiseTile
		_, _ = dst[(pixels-1)*dstStride+channels-1], src[(rows-1)*rowStride+((pixels-1)*stride+width-1)*pixelStride+channels-1]
		_, _ = w[(channels/4-1)*group+rows*width*4-1], bias[channels-1]
		loop(dst, dstStride, src, rowStride, pixelStride, rows, w, group, bias, channels, tiles, bounds.low, bounds.high)
	}
}

func checkedMatvec[T element](name string, eight, two func(sums, x []float32, w []T)) *matvecKernels[T] {
	return &matvecKernels[T]{
		name: name,
		eight: func(sums, x []float32, w []T) {
			_, _ = sums[7], w[8*len(x)-1]
			eight(sums, x, w)
		},
		two: func(sums, x []float32, w []T) {
			_, _ = sums[1], w[2*len(x)-1]
			two(sums, x, w)
		},
	}
}

func checkedCombine(add, subtract, multiply, maximum, minimum func(dst, src []float32)) map[CombineKind]func(dst, src []float32) {
	checked := map[CombineKind]func(dst, src []float32){Add: add, Subtract: subtract, Multiply: multiply, Maximum: maximum, Minimum: minimum}
	for kind, loop := range checked {
		checked[kind] = func(dst, src []float32) { loop(dst, src[:len(dst)]) }
	}
	return checked
}
