package kernels

// Conv2DGradient is a convolution on the way back, one picture at a time. Its
// spec's activation and pooling count as not there. It is immutable but for
// Repack.
type Conv2DGradient struct {
	spec   Conv2DSpec
	direct *directWeights // makes the gradient of the weights; nil: by products
	packer
	depth  int       // weights of one filter
	rows   int       // filters rounded up to whole panels
	width  int       // depth rounded up to whole panels
	input  Op        // the convolution that makes the gradient of the input; nil: by products
	weight []float32 // of the input's gradient by products: [depth/columns][filters rounded up to groups][columns]
	turned []float32 // weights for input
}

// Repacker is an Op whose weights may be changed while it doesn't run. Repack
// takes weights of the same size and type as the constructor's.
type Repacker interface {
	Op
	Repack(w Weights)
}

// NewConv2DGradient prepares the gradients of a convolution. With grouped
// filters it returns nil.
func (t *Table) NewConv2DGradient(s *Conv2DSpec) *Conv2DGradient {
	if s.Groups != 1 {
		return nil
	}
	g := &Conv2DGradient{spec: *s, packer: packer{gemm: t.gemm}, depth: s.KernelHeight * s.KernelWidth * s.InChannels}
	if t.gradient != nil && t.gemm.group == 8 {
		g.turn = t.gradient.transpose
	}
	g.direct = newDirectWeights(&g.spec, t.weights...)
	g.rows, g.width = roundUp(s.Filters, t.gemm.rows), roundUp(g.depth, t.gemm.columns)
	if s.StrideHeight == 1 && s.StrideWidth == 1 {
		back := Conv2DSpec{
			InHeight: s.OutHeight, InWidth: s.OutWidth, InChannels: s.Filters,
			OutHeight: s.InHeight, OutWidth: s.InWidth, Filters: s.InChannels,
			KernelHeight: s.KernelHeight, KernelWidth: s.KernelWidth, StrideHeight: 1, StrideWidth: 1,
			DilationHeight: s.DilationHeight, DilationWidth: s.DilationWidth,
			PadTop: (s.KernelHeight-1)*s.DilationHeight - s.PadTop, PadLeft: (s.KernelWidth-1)*s.DilationWidth - s.PadLeft, Groups: 1,
		}
		if back.PadTop >= 0 && back.PadLeft >= 0 {
			g.turned = make([]float32, g.depth*s.Filters)
			g.input = t.Conv2D(&back, Weights{Float32: g.turned})
			if _, ok := g.input.(Repacker); ok {
				return g
			}
			g.turned, g.input = nil, nil
		}
	}
	g.weight = make([]float32, g.width*roundUp(s.Filters, t.gemm.group))
	return g
}

// Name says which kernels run.
func (g *Conv2DGradient) Name() string {
	name := "conv2d-gradient/gemm/" + g.gemm.name
	if g.direct != nil {
		name = "conv2d-gradient/direct/" + g.gemm.name
	}
	if g.input != nil {
		name += "+" + g.input.Name()
	}
	return name
}

// SumsSize is the number of elements in which Weights adds up.
func (g *Conv2DGradient) SumsSize() int {
	if g.direct != nil {
		return g.depth * g.spec.Filters
	}
	return g.rows * g.width
}

// Workspace is the private memory in bytes that Weights and Input need.
func (g *Conv2DGradient) Workspace() int {
	s := &g.spec
	weights := bytes[float32](g.rows*gemmDepth+turnedRoom) + bytes[float32](g.width*gemmDepth)
	if g.direct != nil {
		weights = g.direct.workspace()
	}
	pixels := gradientPixels * g.gemm.rows
	input := bytes[float32](pixels*roundUp(s.Filters, g.gemm.group)) + bytes[float32](pixels*g.width)
	if g.input != nil {
		shared, private := g.input.Workspace()
		input = roundUp(shared, Alignment) + private
	}
	return max(weights, input)
}

// Weights adds the gradient of the weights for one picture to sums, which lie
// in an order of their own: from its input x and the gradient dy of its output.
func (g *Conv2DGradient) Weights(sums, x, dy []float32, private Buffer) {
	if g.direct != nil {
		g.direct.run(sums, x, dy, private)
		return
	}
	s := &g.spec
	left := take[float32](&private, g.rows*gemmDepth+turnedRoom)
	right := take[float32](&private, g.width*gemmDepth)
	pixels := s.OutHeight * s.OutWidth
	for first := 0; first < pixels; first += gemmDepth {
		n := min(gemmDepth, pixels-first)
		depth := roundUp(n, g.gemm.group)
		g.packGradient(left, dy[first*s.Filters:], n, depth)
		g.packPatches(right, x, first, n, depth)
		step := max(1, gemmCall/(g.rows/g.gemm.rows*depth))
		for p := 0; p < g.width/g.gemm.columns; p += step {
			panels := min(step, g.width/g.gemm.columns-p)
			column := p * g.gemm.columns
			g.gemm.multiply(sums[column:], g.width, left, right[column*depth:], depth, g.rows/g.gemm.rows, panels, sums[column:], g.width, unbounded)
		}
	}
}

// turnedRoom is what blocks of 8x8 may write beyond the packed rows.
const turnedRoom = 128

// packGradient packs the filters of n pixels as rows.
func (g *Conv2DGradient) packGradient(dst, dy []float32, n, depth int) {
	rows, group, filters := g.gemm.rows, g.gemm.group, g.spec.Filters
	if depth != n {
		clear(dst[:g.rows*depth])
	}
	for f := 0; f < filters; f += rows {
		panel := dst[f*depth:][:rows*depth]
		count := min(rows, filters-f)
		whole := 0
		if g.turn != nil {
			whole = g.turnGradient(dst[f*depth:], dy[f:], n)
		}
		for k := whole; k < n; k++ {
			scatter(panel[k/group*rows*group+k%group:], dy[k*filters+f:][:count], group)
		}
	}
}

// turnGradient packs eight pixels at a time, and returns how many. Rows beyond
// the panel that a block has are overwritten by what is packed next, and those
// beyond the filters are never looked at.
func (g *Conv2DGradient) turnGradient(dst, dy []float32, n int) int {
	filters, blocks := g.spec.Filters, ceilDiv(g.gemm.rows, 8)
	k := 0
	for ; k+8 <= n && (k+7)*filters+8*blocks <= len(dy); k += 8 {
		g.turn(dst[k*g.gemm.rows:], 8, dy[k*filters:], filters, blocks)
	}
	return k
}

// packPatches packs what lies under the kernel at n pixels from first on.
func (g *Conv2DGradient) packPatches(dst, x []float32, first, n, depth int) {
	s := &g.spec
	if depth != n {
		clear(dst[:g.width*depth])
	}
	oy, ox := first/s.OutWidth, first%s.OutWidth
	for k := range n {
		for i := range s.KernelHeight {
			at := i * s.KernelWidth * s.InChannels
			y := oy*s.StrideHeight + i*s.DilationHeight - s.PadTop
			left := ox*s.StrideWidth - s.PadLeft
			switch {
			case y < 0 || y >= s.InHeight:
				g.place(dst, depth, k, at, nil, s.KernelWidth*s.InChannels)
			case s.DilationWidth == 1 && left >= 0 && left+s.KernelWidth <= s.InWidth:
				g.place(dst, depth, k, at, x[(y*s.InWidth+left)*s.InChannels:], s.KernelWidth*s.InChannels)
			default:
				for j := range s.KernelWidth {
					if column := left + j*s.DilationWidth; column < 0 || column >= s.InWidth {
						g.place(dst, depth, k, at+j*s.InChannels, nil, s.InChannels)
					} else {
						g.place(dst, depth, k, at+j*s.InChannels, x[(y*s.InWidth+column)*s.InChannels:], s.InChannels)
					}
				}
			}
		}
		if ox++; ox == s.OutWidth {
			ox, oy = 0, oy+1
		}
	}
}

// place stores n elements, zeros without src, from column at on of row k.
func (g *Conv2DGradient) place(dst []float32, depth, k, at int, src []float32, n int) {
	columns := g.gemm.columns
	panel, c := at/columns, at%columns
	const line = 16 // the columns of most panels, copied without a call
	for done := 0; done < n; {
		if c == 0 && columns == line && n-done >= line && src != nil {
			*(*[line]float32)(dst[(panel*depth+k)*line:]) = *(*[line]float32)(src[done:])
			done, panel = done+line, panel+1
			continue
		}
		m := min(columns-c, n-done)
		to := dst[(panel*depth+k)*columns+c:][:m]
		if src == nil {
			clear(to)
		} else {
			copy(to, src[done:])
		}
		done += m
		panel, c = panel+1, 0
	}
}

// Total turns sums of Weights into the weights' own order.
func (g *Conv2DGradient) Total(dw, sums []float32) {
	if g.direct != nil {
		copy(dw, sums)
		return
	}
	filters := g.spec.Filters
	for k := range g.depth {
		row := dw[k*filters:][:filters]
		for f := range row {
			row[f] = sums[f*g.width+k]
		}
	}
}

// Repack takes the convolution's weights, before Input is called.
func (g *Conv2DGradient) Repack(w []float32) {
	s := &g.spec
	if g.input == nil {
		columns, depth := g.gemm.columns, roundUp(s.Filters, g.gemm.group)
		for k := range g.depth {
			for f, v := range w[k*s.Filters:][:s.Filters] {
				g.weight[(k/columns*depth+f)*columns+k%columns] = v
			}
		}
		return
	}
	cells := s.KernelHeight * s.KernelWidth
	for cell := range cells {
		for c := range s.InChannels {
			for f, v := range w[(cell*s.InChannels+c)*s.Filters:][:s.Filters] {
				g.turned[((cells-1-cell)*s.Filters+f)*s.InChannels+c] = v
			}
		}
	}
	g.input.(Repacker).Repack(Weights{Float32: g.turned})
}

// gradientPixels is how many panels of pixels Input multiplies at once.
const gradientPixels = 8

// Input stores the gradient of the input of one picture, from that of its
// output.
func (g *Conv2DGradient) Input(a *Args, dx, dy []float32, private Buffer) {
	if g.input != nil {
		shared, _ := g.input.Workspace()
		a.Dst, a.Src[0] = Float32Buffer(dx), Float32Buffer(dy)
		a.Shared, private = private[:shared], private[roundUp(shared, Alignment):]
		g.input.Run(a, 0, g.input.Units(), private)
		g.input.Finish(a)
		return
	}
	s := &g.spec
	clear(dx[:s.InHeight*s.InWidth*s.InChannels])
	filters := roundUp(s.Filters, g.gemm.group)
	most := gradientPixels * g.gemm.rows
	left := take[float32](&private, most*filters)
	patches := take[float32](&private, most*g.width)
	pixels := s.OutHeight * s.OutWidth
	for first := 0; first < pixels; first += most {
		n := min(most, pixels-first)
		tiles := ceilDiv(n, g.gemm.rows)
		for t := range tiles {
			g.packRows(left[t*g.gemm.rows*filters:], Matrix{Data: dy, Stride: s.Filters}, first+t*g.gemm.rows, min(g.gemm.rows, n-t*g.gemm.rows), 0, s.Filters)
		}
		step := max(1, gemmCall/(tiles*filters))
		for p := 0; p < g.width/g.gemm.columns; p += step {
			panels := min(step, g.width/g.gemm.columns-p)
			column := p * g.gemm.columns
			g.gemm.multiply(patches[column:], g.width, left, g.weight[column*filters:], filters, tiles, panels, nil, 0, unbounded)
		}
		for k := range n {
			g.scatter(dx, patches[k*g.width:], first+k)
		}
	}
}

// scatter adds one pixel's patch to the picture.
func (g *Conv2DGradient) scatter(dx, patch []float32, pixel int) {
	s := &g.spec
	oy, ox := pixel/s.OutWidth, pixel%s.OutWidth
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
			to := dx[(y*s.InWidth+x)*s.InChannels:][:s.InChannels]
			for c, v := range patch[(i*s.KernelWidth+j)*s.InChannels:][:s.InChannels] {
				to[c] += v
			}
		}
	}
}

// NewExactConv2D returns a convolution that sums plain products, for training:
// the noise of Winograd's method would open the gates of rectifiers where their
// input is exactly zero, as on an even background.
func (t *Table) NewExactConv2D(s *Conv2DSpec, w Weights) Op {
	op := t.Conv2D(s, w)
	switch op.(type) {
	case *winograd[float32], *winogradFew:
		return newGEMMConv2D(s, w, t.gemm, func(v float32) float32 { return v })
	}
	return op
}
