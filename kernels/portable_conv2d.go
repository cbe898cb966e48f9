package kernels

// conv2D is the portable convolution: for a few output pixels at a time the
// input patches are gathered side by side and multiplied with panels of
// weights. One unit is one row of the output.
type conv2D struct {
	Unshared
	spec   Conv2DSpec
	groups []panels
	bias   []float32 // Filters
	depth  int       // inputs of one group that make one output
	tile   int       // output pixels gathered at once
}

func newConv2D(s *Conv2DSpec, w Weights) Op {
	op := &conv2D{spec: *s, bias: make([]float32, s.Filters)}
	op.depth = s.KernelHeight * s.KernelWidth * s.InChannels / s.Groups
	filters := s.Filters / s.Groups
	for range s.Groups {
		op.groups = append(op.groups, newPanels(op.depth, filters, w.Float16 != nil))
	}
	op.Repack(w)
	const cache = 32 << 10
	op.tile = min(max(cache/(op.depth*s.Groups*Float32Bytes), 2), 32, s.OutWidth)
	return op
}

// Repack changes the weights.
func (op *conv2D) Repack(w Weights) {
	copy(op.bias, w.Bias)
	filters := op.spec.Filters / op.spec.Groups
	for group := range op.groups {
		op.groups[group].pack(w, op.spec.Filters, group*filters)
	}
}

func (op *conv2D) Name() string { return "conv2d/gather/portable" }

func (op *conv2D) Units() int {
	if op.pooled() {
		return op.spec.Pool.OutHeight
	}
	return op.spec.OutHeight
}

func (op *conv2D) pooled() bool { return op.spec.Pool != Window{} }

func (op *conv2D) patchSize() int { return op.tile * op.depth * op.spec.Groups }

func (op *conv2D) rowSize() int { return op.spec.OutWidth * op.spec.Filters }

func (op *conv2D) Workspace() (shared, private int) {
	private = bytes[float32](op.patchSize()) + bytes[vec](op.groups[0].scratch(op.depth))
	if op.pooled() {
		private += bytes[float32](op.spec.Pool.Height * op.rowSize())
	}
	return 0, private
}

func (op *conv2D) Run(a *Args, first, last int, private Buffer) {
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	patches := take[float32](&private, op.patchSize())
	scratch := take[vec](&private, op.groups[0].scratch(op.depth))
	if !op.pooled() {
		for y := first; y < last; y++ {
			row := dst[y*op.rowSize():][:op.rowSize()]
			op.row(row, src, y, patches, scratch)
			op.spec.Activation.Apply(row)
		}
		return
	}
	window := &op.spec.Pool
	ring := take[float32](&private, window.Height*op.rowSize())
	early := !op.spec.Activation.Monotone()
	next := 0 // rows before it that the window needs are in the ring
	for p := first; p < last; p++ {
		top, bottom := window.rows(p, op.spec.OutHeight)
		for y := max(top, next); y < bottom; y++ {
			row := ring[y%window.Height*op.rowSize():][:op.rowSize()]
			op.row(row, src, y, patches, scratch)
			if early {
				op.spec.Activation.Apply(row)
			}
		}
		next = max(next, bottom)
		size := window.OutWidth * op.spec.Filters
		out := dst[p*size:][:size]
		window.maxRow(out, ring, top, bottom, window.Height, op.spec.OutWidth, op.spec.Filters)
		if !early {
			op.spec.Activation.Apply(out)
		}
	}
}

// row makes output row y before the activation.
func (op *conv2D) row(dst, src []float32, y int, patches []float32, scratch []vec) {
	for x := 0; x < op.spec.OutWidth; x += op.tile {
		n := min(op.tile, op.spec.OutWidth-x)
		for i := range n {
			op.gather(patches[i*op.depth*op.spec.Groups:], src, y, x+i)
		}
		op.products(dst[x*op.spec.Filters:], patches, n, scratch)
	}
}

// gather copies the patch under output pixel (y, x), zeros outside of the
// picture, as [Groups][KernelHeight][KernelWidth][InChannels/Groups].
func (op *conv2D) gather(patch, src []float32, y, x int) {
	s := &op.spec
	channels := s.InChannels / s.Groups
	run := 1 // kernel columns that lie side by side in the input
	if s.Groups == 1 && s.DilationWidth == 1 {
		run = s.KernelWidth
	}
	left := x*s.StrideWidth - s.PadLeft
	for group := range s.Groups {
		for ky := range s.KernelHeight {
			iy := y*s.StrideHeight - s.PadTop + ky*s.DilationHeight
			for kx := 0; kx < s.KernelWidth; kx += run {
				part := patch[:run*channels]
				patch = patch[run*channels:]
				ix := left + kx*s.DilationWidth
				from, to := max(-ix, 0), min(run, s.InWidth-ix)
				if iy < 0 || iy >= s.InHeight || from >= to {
					clear(part)
					continue
				}
				clear(part[:from*channels])
				clear(part[to*channels:])
				at := (iy*s.InWidth+ix+from)*s.InChannels + group*channels
				copy(part[from*channels:to*channels], src[at:])
			}
		}
	}
}

// products multiplies n gathered patches with the weights and adds the bias.
func (op *conv2D) products(dst, patches []float32, n int, scratch []vec) {
	filters := op.spec.Filters / op.spec.Groups
	size := op.depth * op.spec.Groups
	for g := range op.groups {
		group := &op.groups[g]
		for p := range group.count() {
			w := group.panel(p, 0, op.depth, scratch)
			at := g*filters + p*lanes
			width := min(lanes, filters-p*lanes)
			var bias vec
			copy(bias[:width], op.bias[at:])
			i := 0
			for ; i+2 <= n; i += 2 {
				c, d := bias, bias
				dot2(&c, &d, patches[i*size+g*op.depth:][:op.depth], patches[(i+1)*size+g*op.depth:], w)
				copy(dst[i*op.spec.Filters+at:][:width], c[:])
				copy(dst[(i+1)*op.spec.Filters+at:][:width], d[:])
			}
			if i < n {
				c := bias
				dot1(&c, patches[i*size+g*op.depth:][:op.depth], w)
				copy(dst[i*op.spec.Filters+at:][:width], c[:])
			}
		}
	}
}
