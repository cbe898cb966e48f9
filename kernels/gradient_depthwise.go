package kernels

// DepthwiseGradient is a depthwise convolution on the way back, one picture at
// a time. Its spec's activation counts as not there.
type DepthwiseGradient struct{ spec DepthwiseSpec }

// NewDepthwiseGradient prepares the gradients of a depthwise convolution.
func (t *Table) NewDepthwiseGradient(s *DepthwiseSpec) *DepthwiseGradient {
	return &DepthwiseGradient{*s}
}

// Weights adds the gradient of the weights, in their own order, for one picture
// to sums: from its input x and the gradient dy of its output.
func (g *DepthwiseGradient) Weights(sums, x, dy []float32) {
	m := g.spec.Multiplier
	g.cells(func(w, in, out int) {
		n := g.spec.Channels
		if m == 1 {
			addProducts(sums[w:][:n], x[in:][:n], dy[out:][:n])
			return
		}
		for c := range n {
			for k := range m {
				sums[w+c*m+k] += x[in+c] * dy[out+c*m+k]
			}
		}
	})
}

// Input stores the gradient of the input of one picture, from that of its
// output.
func (g *DepthwiseGradient) Input(dx, dy, weights []float32) {
	m := g.spec.Multiplier
	clear(dx[:g.spec.InHeight*g.spec.InWidth*g.spec.Channels])
	g.cells(func(w, in, out int) {
		n := g.spec.Channels
		if m == 1 {
			addProducts(dx[in:][:n], weights[w:][:n], dy[out:][:n])
			return
		}
		for c := range n {
			for k := range m {
				dx[in+c] += weights[w+c*m+k] * dy[out+c*m+k]
			}
		}
	})
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
