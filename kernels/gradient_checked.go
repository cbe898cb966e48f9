//go:build !purego && (amd64 || arm64)

package kernels

// wide gives as many channels as are a multiple of group to loops in assembly,
// whose lengths it checks, and the others to next.
func wide(name string, group int, loops, next *channelKernels) *channelKernels {
	return &channelKernels{
		name: name,
		sum: func(sums, v []float32, stride, channels, pixels int) {
			_, _ = sums[channels-1], v[(pixels-1)*stride+channels-1]
			split(channels, group,
				func(_, n int) { loops.sum(sums, v, stride, n, pixels) },
				func(at, n int) { next.sum(sums[at:], v[at:], stride, n, pixels) })
		},
		squares: func(sums, x, mean []float32, stride, channels, pixels int) {
			_, _, _ = sums[channels-1], x[(pixels-1)*stride+channels-1], mean[channels-1]
			split(channels, group,
				func(_, n int) { loops.squares(sums, x, mean, stride, n, pixels) },
				func(at, n int) { next.squares(sums[at:], x[at:], mean[at:], stride, n, pixels) })
		},
		slopes: func(dbeta, dgamma, x, dy, mean []float32, stride, channels, pixels int) {
			end := (pixels-1)*stride + channels - 1
			_, _, _, _, _ = dbeta[channels-1], dgamma[channels-1], x[end], dy[end], mean[channels-1]
			split(channels, group,
				func(_, n int) { loops.slopes(dbeta, dgamma, x, dy, mean, stride, n, pixels) },
				func(at, n int) {
					next.slopes(dbeta[at:], dgamma[at:], x[at:], dy[at:], mean[at:], stride, n, pixels)
				})
		},
		normalize: func(y, x, scale, offset []float32, stride, channels, pixels int) {
			end := (pixels-1)*stride + channels - 1
			_, _, _, _ = y[end], x[end], scale[channels-1], offset[channels-1]
			split(channels, group,
				func(_, n int) { loops.normalize(y, x, scale, offset, stride, n, pixels) },
				func(at, n int) { next.normalize(y[at:], x[at:], scale[at:], offset[at:], stride, n, pixels) })
		},
		back: func(dx, x, dy, mean, scale, dbeta, dgamma []float32, stride, channels, pixels int) {
			end := (pixels-1)*stride + channels - 1
			_, _, _, _ = dx[end], x[end], dy[end], mean[channels-1]
			_, _, _ = scale[channels-1], dbeta[channels-1], dgamma[channels-1]
			split(channels, group,
				func(_, n int) { loops.back(dx, x, dy, mean, scale, dbeta, dgamma, stride, n, pixels) },
				func(at, n int) {
					next.back(dx[at:], x[at:], dy[at:], mean[at:], scale[at:], dbeta[at:], dgamma[at:], stride, n, pixels)
				})
		},
		taps: func(sums, x, dy []float32, stride, tap, step, xRow, dyRow, channels, taps, rows, pixels int) {
			_, _ = sums[(taps-1)*stride+channels-1], x[(taps-1)*tap+(rows-1)*xRow+(pixels-1)*step+channels-1]
			_ = dy[(rows-1)*dyRow+(pixels-1)*stride+channels-1]
			split(channels, group,
				func(_, n int) {
					for t := 0; t < taps; {
						some := 1
						if taps-t >= 3 {
							some = 3
						}
						loops.taps(sums[t*stride:], x[t*tap:], dy, stride, tap, step, xRow, dyRow, n, some, rows, pixels)
						t += some
					}
				},
				func(at, n int) {
					next.taps(sums[at:], x[at:], dy[at:], stride, tap, step, xRow, dyRow, n, taps, rows, pixels)
				})
		},
		spread: func(dx, w, dy []float32, step, stride, channels, pixels int) {
			_, _, _ = dx[(pixels-1)*step+channels-1], w[channels-1], dy[(pixels-1)*stride+channels-1]
			split(channels, group,
				func(_, n int) { loops.spread(dx, w, dy, step, stride, n, pixels) },
				func(at, n int) { next.spread(dx[at:], w[at:], dy[at:], step, stride, n, pixels) })
		},
		maxima: func(dx, x, y, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int) {
			end, last := (pixels-1)*step+(rows-1)*rowStride+(columns-1)*stride+channels-1, (pixels-1)*stride+channels-1
			_, _, _, _ = dx[end], x[end], y[last], dy[last]
			split(channels, group,
				func(_, n int) { loops.maxima(dx, x, y, dy, rowStride, stride, step, n, rows, columns, pixels) },
				func(at, n int) {
					next.maxima(dx[at:], x[at:], y[at:], dy[at:], rowStride, stride, step, n, rows, columns, pixels)
				})
		},
		means: func(dx, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int, factor float32) {
			_, _ = dx[(pixels-1)*step+(rows-1)*rowStride+(columns-1)*stride+channels-1], dy[(pixels-1)*stride+channels-1]
			split(channels, group,
				func(_, n int) { loops.means(dx, dy, rowStride, stride, step, n, rows, columns, pixels, factor) },
				func(at, n int) {
					next.means(dx[at:], dy[at:], rowStride, stride, step, n, rows, columns, pixels, factor)
				})
		},
	}
}

// split cuts channels into those that are a multiple of group and the others.
func split(channels, group int, first, rest func(from, n int)) {
	n := channels / group * group
	if n > 0 {
		first(0, n)
	}
	if n < channels {
		rest(n, channels-n)
	}
}
