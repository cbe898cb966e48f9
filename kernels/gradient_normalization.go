package kernels

// ChannelSums adds up what has channels last, in training: for biases and for
// batch normalization. It is immutable.
type ChannelSums struct {
	loops    *channelKernels
	channels int
}

// NewChannelSums prepares sums of so many channels.
func (t *Table) NewChannelSums(channels int) *ChannelSums {
	return &ChannelSums{t.channels, channels}
}

// Name says which kernels run.
func (s *ChannelSums) Name() string { return "channels/" + s.loops.name }

// Workspace is the private memory in bytes that Sums, Squares and Slopes need.
func (s *ChannelSums) Workspace() int { return 2 * bytes[float32](s.channels) }

// pixels is how many pixels v has.
func (s *ChannelSums) pixels(v []float32) int { return len(v) / s.channels }

// blocks visits count pixels, most or fewer at a time, by where they begin.
func (s *ChannelSums) blocks(count, most int, visit func(at, pixels int)) {
	for p := 0; p < count; p += most {
		visit(p*s.channels, min(most, count-p))
	}
}

// call is how many pixels have as many elements, at least one.
func (s *ChannelSums) call(elements int) int { return max(1, elements/s.channels) }

// Bias adds all pixels of dy to sums.
func (s *ChannelSums) Bias(sums, dy []float32) {
	s.blocks(s.pixels(dy), s.call(channelCall), func(at, n int) { s.loops.sum(sums, dy[at:], s.channels, s.channels, n) })
}

// Sums adds all pixels of x to sums.
func (s *ChannelSums) Sums(sums []float64, x []float32, private Buffer) {
	part := take[float32](&private, s.channels)
	s.blocks(s.pixels(x), channelSum, func(at, n int) {
		clear(part)
		s.loops.sum(part, x[at:], s.channels, s.channels, n)
		addWide(sums, part)
	})
}

// Squares adds the squares of distances from the mean.
func (s *ChannelSums) Squares(sums []float64, x, mean []float32, private Buffer) {
	part := take[float32](&private, s.channels)
	s.blocks(s.pixels(x), channelSum, func(at, n int) {
		clear(part)
		s.loops.squares(part, x[at:], mean, s.channels, s.channels, n)
		addWide(sums, part)
	})
}

// Slopes adds gradients to dbeta, and gradients times distances from the mean to
// dgamma.
func (s *ChannelSums) Slopes(dbeta, dgamma []float64, x, dy, mean []float32, private Buffer) {
	beta, gamma := take[float32](&private, s.channels), take[float32](&private, s.channels)
	s.blocks(s.pixels(x), channelSum, func(at, n int) {
		clear(beta)
		clear(gamma)
		s.loops.slopes(beta, gamma, x[at:], dy[at:], mean, s.channels, s.channels, n)
		addWide(dbeta, beta)
		addWide(dgamma, gamma)
	})
}

// addWide adds float32 to float64.
func addWide(sums []float64, part []float32) {
	part = part[:len(sums)]
	for c := range sums {
		sums[c] += float64(part[c])
	}
}

// Normalize makes y = x*scale + offset.
func (s *ChannelSums) Normalize(y, x, scale, offset []float32) {
	s.blocks(s.pixels(x), s.call(channelNear), func(at, n int) {
		s.loops.normalize(y[at:], x[at:], scale, offset, s.channels, s.channels, n)
	})
}

// Back makes the gradient of what was normalized, from that of the output:
// dx = (dy - dbeta - (x-mean)*dgamma)*scale.
func (s *ChannelSums) Back(dx, x, dy, mean, scale, dbeta, dgamma []float32) {
	s.blocks(s.pixels(x), s.call(channelNear), func(at, n int) {
		s.loops.back(dx[at:], x[at:], dy[at:], mean, scale, dbeta, dgamma, s.channels, s.channels, n)
	})
}
