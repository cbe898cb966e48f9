package kernels

// DepthwiseGradient is a depthwise convolution on the way back, one picture at
// a time. Its spec's activation counts as not there. It is immutable but for
// Repack.
type DepthwiseGradient struct {
	spec    DepthwiseSpec
	loops   *channelKernels
	input   Repacker  // the convolution that makes the gradient of the input; nil: tap by tap
	weights []float32 // those that Repack took, in the order of input
}

// NewDepthwiseGradient prepares the gradients of a depthwise convolution.
func (t *Table) NewDepthwiseGradient(s *DepthwiseSpec) *DepthwiseGradient {
	g := &DepthwiseGradient{spec: *s, loops: t.channels, weights: make([]float32, s.KernelHeight*s.KernelWidth*s.Channels*s.Multiplier)}
	back := *s
	back.InHeight, back.InWidth, back.OutHeight, back.OutWidth = s.OutHeight, s.OutWidth, s.InHeight, s.InWidth
	back.PadTop, back.PadLeft = (s.KernelHeight-1)*s.DilationHeight-s.PadTop, (s.KernelWidth-1)*s.DilationWidth-s.PadLeft
	back.Activation = Activation{}
	if s.Multiplier == 1 && s.StrideHeight == 1 && s.StrideWidth == 1 && back.PadTop >= 0 && back.PadLeft >= 0 {
		g.input, _ = t.Depthwise(&back, Weights{Float32: g.weights}).(Repacker)
	}
	return g
}

// Name says which kernels run.
func (g *DepthwiseGradient) Name() string {
	if g.input != nil {
		return "depthwise-gradient/" + g.loops.name + "+" + g.input.Name()
	}
	return "depthwise-gradient/" + g.loops.name
}

// Workspace is the private memory in bytes that Input needs.
func (g *DepthwiseGradient) Workspace() int {
	if g.input == nil {
		return 0
	}
	shared, private := g.input.Workspace()
	return roundUp(shared, Alignment) + private
}

// Weights adds the gradient of the weights, in their own order, for one picture
// to sums: from its input x and the gradient dy of its output.
func (g *DepthwiseGradient) Weights(sums, x, dy []float32) {
	s, m := &g.spec, g.spec.Multiplier
	if m == 1 {
		for i := range s.KernelHeight {
			g.row(sums[i*s.KernelWidth*s.Channels:], x, dy, i)
		}
		return
	}
	g.cells(func(w, in, out int) {
		for c := range s.Channels {
			for k := range m {
				sums[w+c*m+k] += x[in+c] * dy[out+c*m+k]
			}
		}
	})
}

// row adds the part of one row of the kernel.
func (g *DepthwiseGradient) row(sums, x, dy []float32, i int) {
	s, n := &g.spec, g.spec.Channels
	first, last := inside(s.OutHeight, s.InHeight, s.StrideHeight, i*s.DilationHeight-s.PadTop)
	most := max(1, channelCall/(s.OutWidth*n))
	// The pixels that have all taps of the row inside the picture, and for each
	// tap those before and after.
	from, _ := inside(s.OutWidth, s.InWidth, s.StrideWidth, -s.PadLeft)
	_, to := inside(s.OutWidth, s.InWidth, s.StrideWidth, (s.KernelWidth-1)*s.DilationWidth-s.PadLeft)
	to = max(from, to)
	for ; first < last; first += most {
		rows := min(most, last-first)
		pixels := func(j, taps, from, to int) {
			if from < to {
				at := (first*s.StrideHeight+i*s.DilationHeight-s.PadTop)*s.InWidth + from*s.StrideWidth + j*s.DilationWidth - s.PadLeft
				g.loops.taps(sums[j*n:], x[at*n:], dy[(first*s.OutWidth+from)*n:], n, s.DilationWidth*n, s.StrideWidth*n, s.StrideHeight*s.InWidth*n, s.OutWidth*n, n, taps, rows, to-from)
			}
		}
		pixels(0, s.KernelWidth, from, to)
		for j := range s.KernelWidth {
			left, right := inside(s.OutWidth, s.InWidth, s.StrideWidth, j*s.DilationWidth-s.PadLeft)
			pixels(j, 1, left, min(right, from))
			pixels(j, 1, max(left, to), right)
		}
	}
}

// inside returns the outputs [first, last) of count whose cell, at offset from
// stride times their place, lies inside of size.
func inside(count, size, stride, offset int) (first, last int) {
	first = max(0, ceilDiv(-offset, stride))
	last = min(count, ceilDiv(size-offset, stride))
	return min(first, count), max(min(first, count), last)
}

// Repack takes the convolution's weights, before Input is called.
func (g *DepthwiseGradient) Repack(w []float32) {
	if g.input == nil {
		copy(g.weights, w)
		return
	}
	n := g.spec.Channels
	for at := 0; at < len(w); at += n {
		copy(g.weights[len(w)-n-at:][:n], w[at:])
	}
	g.input.Repack(Weights{Float32: g.weights})
}

// Input stores the gradient of the input of one picture, from that of its
// output.
func (g *DepthwiseGradient) Input(a *Args, dx, dy []float32, private Buffer) {
	s, m := &g.spec, g.spec.Multiplier
	if g.input != nil {
		shared, _ := g.input.Workspace()
		a.Dst, a.Src[0] = Float32Buffer(dx), Float32Buffer(dy)
		a.Shared, private = private[:shared], private[roundUp(shared, Alignment):]
		g.input.Run(a, 0, g.input.Units(), private)
		g.input.Finish(a)
		return
	}
	clear(dx[:s.InHeight*s.InWidth*s.Channels])
	if m == 1 {
		g.spread(dx, dy)
		return
	}
	g.cells(func(w, in, out int) {
		for c := range s.Channels {
			for k := range m {
				dx[in+c] += g.weights[w+c*m+k] * dy[out+c*m+k]
			}
		}
	})
}

// spread adds to dx tap by tap.
func (g *DepthwiseGradient) spread(dx, dy []float32) {
	s, n := &g.spec, g.spec.Channels
	for oy := range s.OutHeight {
		for i := range s.KernelHeight {
			y := oy*s.StrideHeight + i*s.DilationHeight - s.PadTop
			if y < 0 || y >= s.InHeight {
				continue
			}
			for j := range s.KernelWidth {
				offset := j*s.DilationWidth - s.PadLeft
				if first, last := inside(s.OutWidth, s.InWidth, s.StrideWidth, offset); first < last {
					g.loops.spread(dx[(y*s.InWidth+first*s.StrideWidth+offset)*n:], g.weights[(i*s.KernelWidth+j)*n:],
						dy[(oy*s.OutWidth+first)*n:], s.StrideWidth*n, n, n, last-first)
				}
			}
		}
	}
}

// cells visits every cell of the kernel at every pixel, with where its weights,
// its input and its output begin.
func (g *DepthwiseGradient) cells(visit func(w, in, out int)) {
	s := &g.spec
	for i := range s.KernelHeight {
		for oy := range s.OutHeight {
			y := oy*s.StrideHeight + i*s.DilationHeight - s.PadTop
			if y < 0 || y >= s.InHeight {
				continue
			}
			for j := range s.KernelWidth {
				for ox := range s.OutWidth {
					x := ox*s.StrideWidth + j*s.DilationWidth - s.PadLeft
					if x < 0 || x >= s.InWidth {
						continue
					}
					visit((i*s.KernelWidth+j)*s.Channels*s.Multiplier, (y*s.InWidth+x)*s.Channels, (oy*s.OutWidth+ox)*s.Channels*s.Multiplier)
				}
			}
		}
	}
}

// addProducts adds a times b to sums, element by element.
func addProducts(sums, a, b []float32) {
	a, b = a[:len(sums)], b[:len(sums)]
	for i := range sums {
		sums[i] += a[i] * b[i]
	}
}

// GroupedConv2DGradient is a convolution with groups on the way back, one
// picture at a time.
type GroupedConv2DGradient struct{ spec Conv2DSpec }

// NewGroupedConv2DGradient prepares the gradients of a convolution with any
// number of groups.
func (t *Table) NewGroupedConv2DGradient(s *Conv2DSpec) *GroupedConv2DGradient {
	return &GroupedConv2DGradient{*s}
}

// Weights adds the gradient of the weights for one picture to sums.
func (g *GroupedConv2DGradient) Weights(sums, x, dy []float32) {
	g.cells(func(w, in, out int) { sums[w] += x[in] * dy[out] })
}

// Input stores the gradient of the input of one picture.
func (g *GroupedConv2DGradient) Input(dx, dy, weights []float32) {
	s := &g.spec
	clear(dx[:s.InHeight*s.InWidth*s.InChannels])
	g.cells(func(w, in, out int) { dx[in] += weights[w] * dy[out] })
}

// cells visits every weight at every pixel, with its input and its output.
func (g *GroupedConv2DGradient) cells(visit func(w, in, out int)) {
	s := &g.spec
	inputs, filters := s.InChannels/s.Groups, s.Filters/s.Groups
	for oy := range s.OutHeight {
		for ox := range s.OutWidth {
			for i := range s.KernelHeight {
				y := oy*s.StrideHeight + i*s.DilationHeight - s.PadTop
				if y < 0 || y >= s.InHeight {
					continue
				}
				for j := range s.KernelWidth {
					x := ox*s.StrideWidth + j*s.DilationWidth - s.PadLeft
					if x < 0 || x >= s.InWidth {
						continue
					}
					for f := range s.Filters {
						in := (y*s.InWidth+x)*s.InChannels + f/filters*inputs
						for c := range inputs {
							visit(((i*s.KernelWidth+j)*inputs+c)*s.Filters+f, in+c, (oy*s.OutWidth+ox)*s.Filters+f)
						}
					}
				}
			}
		}
	}
}
