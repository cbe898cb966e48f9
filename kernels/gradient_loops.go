package kernels

// channelKernels are the loops of training that walk over pixels, stride
// elements apart, channel by channel. Slices begin at the first channel.
type channelKernels struct {
	name string

	// sum adds all pixels of v to sums.
	sum func(sums, v []float32, stride, channels, pixels int)

	// squares adds squares of distances from the mean to sums.
	squares func(sums, x, mean []float32, stride, channels, pixels int)

	// slopes adds gradients to dbeta, and gradients times distances from the mean
	// to dgamma.
	slopes func(dbeta, dgamma, x, dy, mean []float32, stride, channels, pixels int)

	// normalize makes y = x*scale + offset.
	normalize func(y, x, scale, offset []float32, stride, channels, pixels int)

	// back makes dx = (dy - dbeta - (x-mean)*dgamma)*scale.
	back func(dx, x, dy, mean, scale, dbeta, dgamma []float32, stride, channels, pixels int)

	// taps adds to taps weights side by side in a row of a depthwise kernel, sums
	// stride elements apart and pixels of x tap elements apart, what rows of pixels
	// have: step and xRow lie between pixels and rows of x, dyRow between rows of dy.
	taps func(sums, x, dy []float32, stride, tap, step, xRow, dyRow, channels, taps, rows, pixels int)

	// spread adds w*dy to pixels of dx that are step elements apart.
	spread func(dx, w, dy []float32, step, stride, channels, pixels int)

	// maxima adds dy to the first cell of x in each window that is its maximum y.
	// Windows of rows by columns cells are step elements apart, rows of cells
	// rowStride.
	maxima func(dx, x, y, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int)

	// means adds dy*factor to all cells of each window.
	means func(dx, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int, factor float32)
}

// channelCall is how many elements a call of a loop is given at most, so that it
// stays short; channelNear, where several are read and written, so that they stay
// in the first cache while it walks over them for a few channels after the other;
// and channelSum how many pixels are summed in float32 before they are added to a
// float64.
const (
	channelCall = 1 << 15
	channelNear = 1 << 11
	channelSum  = 32
)

var channelsPortable = &channelKernels{
	name: "portable", sum: sumChannels, squares: sumSquares, slopes: sumSlopes, normalize: normalize, back: normalizeBack,
	taps: depthwiseTaps, spread: depthwiseSpread, maxima: poolMaxima, means: poolMeans,
}

func sumChannels(sums, v []float32, stride, channels, pixels int) {
	sums = sums[:channels]
	for p := range pixels {
		for c, x := range v[p*stride:][:channels] {
			sums[c] += x
		}
	}
}

func sumSquares(sums, x, mean []float32, stride, channels, pixels int) {
	sums, mean = sums[:channels], mean[:channels]
	for p := range pixels {
		for c, v := range x[p*stride:][:channels] {
			d := v - mean[c]
			sums[c] += d * d
		}
	}
}

func sumSlopes(dbeta, dgamma, x, dy, mean []float32, stride, channels, pixels int) {
	dbeta, dgamma, mean = dbeta[:channels], dgamma[:channels], mean[:channels]
	for p := range pixels {
		row := x[p*stride:][:channels]
		for c, g := range dy[p*stride:][:channels] {
			dbeta[c] += g
			dgamma[c] += g * (row[c] - mean[c])
		}
	}
}

func normalize(y, x, scale, offset []float32, stride, channels, pixels int) {
	scale, offset = scale[:channels], offset[:channels]
	for p := range pixels {
		to := y[p*stride:][:channels]
		for c, v := range x[p*stride:][:channels] {
			to[c] = v*scale[c] + offset[c]
		}
	}
}

func normalizeBack(dx, x, dy, mean, scale, dbeta, dgamma []float32, stride, channels, pixels int) {
	mean, scale, dbeta, dgamma = mean[:channels], scale[:channels], dbeta[:channels], dgamma[:channels]
	for p := range pixels {
		to, row := dx[p*stride:][:channels], x[p*stride:][:channels]
		for c, g := range dy[p*stride:][:channels] {
			to[c] = (g - dbeta[c] - (row[c]-mean[c])*dgamma[c]) * scale[c]
		}
	}
}

func depthwiseTaps(sums, x, dy []float32, stride, tap, step, xRow, dyRow, channels, taps, rows, pixels int) {
	for t := range taps {
		for r := range rows {
			for p := range pixels {
				addProducts(sums[t*stride:][:channels], x[t*tap+r*xRow+p*step:][:channels], dy[r*dyRow+p*stride:][:channels])
			}
		}
	}
}

func depthwiseSpread(dx, w, dy []float32, step, stride, channels, pixels int) {
	for p := range pixels {
		addProducts(dx[p*step:][:channels], w[:channels], dy[p*stride:][:channels])
	}
}

func poolMaxima(dx, x, y, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int) {
	for p := range pixels {
		for c := range channels {
			g, top := dy[p*stride+c], y[p*stride+c]
			for i := range rows {
				for j := range columns {
					if at := p*step + i*rowStride + j*stride + c; x[at] == top {
						dx[at] += g
						g = 0
					}
				}
			}
		}
	}
}

func poolMeans(dx, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int, factor float32) {
	for p := range pixels {
		for i := range rows {
			for j := range columns {
				addScaled(dx[p*step+i*rowStride+j*stride:][:channels], dy[p*stride:][:channels], factor)
			}
		}
	}
}
