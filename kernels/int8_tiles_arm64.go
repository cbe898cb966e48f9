//go:build !purego

package kernels

import "edged/arm64"

// int8Tile is the inner loop of an int8 convolution on one kind of core.
type int8Tile struct {
	name                   string // as the Table's
	pixels, filters, group int

	// opposed tells that the weights of k and k+group/2 must not both be -128.
	opposed bool

	// convolve makes tiles tiles of pixels pixels of the convolution by panels
	// panels of filters filters. The second half of a tile's pixels begins second
	// elements after the first; rows runs of length elements, rowStride apart,
	// meet under each; the next tile begins step later. w is
	// [panel][row][length/group, rounded up][filters][group], zero beyond the
	// channels, scales is [panel][int8Scales]: bias, multiplier, right shift as a
	// negative number, bounds, left shift. If pool is set, only the maxima of two by two
	// pixels are stored. general tells that some right shift is zero or some left
	// shift isn't. Less than group elements after a run are read and ignored.
	convolve func(dst []int8, dstStride int, src []int8, pixelStride, second, rowStride, length, rows, step int,
		w []int8, scales []int32, tiles, panels int, pool, general bool)
}

const (
	int8Overread = 16      // elements that may be read after the end of a run
	int8Band     = 1 << 15 // bytes of the picture that one pass over the weights should meet
	int8Tiles    = 32      // tiles a unit at most
	int8Call     = 1 << 16 // tiles*panels*depth of a call, which can't be preempted
)

// int8Scales is the number of elements of scales for a panel of filters.
func int8Scales(filters int) int { return 4*filters + arm64.Int8Bounds }

// scales packs biases, which take in the input's zero point, and what scales
// the sums for panels of columns filters. general is as int8Tile has it.
func (l int8Layer) scales(columns int) (scales []int32, general bool) {
	size := int8Scales(columns)
	scales = make([]int32, ceilDiv(l.Filters, columns)*size)
	for panel := 0; panel < len(scales); panel += size {
		l.bounds(scales[panel+3*columns:][:arm64.Int8Bounds])
	}
	sums, _ := l.totals()
	for f := range l.Filters {
		at := scales[f/columns*size+f%columns:]
		at[0] = l.bias(f) - int32(int(l.InZero)*sums[f])
		shift := l.Rescale[f].Shift
		at[columns] = l.Rescale[f].Multiplier
		at[2*columns], at[3*columns+arm64.Int8Bounds] = min(shift, 0), max(shift, 0)
		general = general || shift >= 0
	}
	return scales, general
}

// bounds packs the output's zero point in 16 bits and its limits in 8.
func (l int8Layer) bounds(dst []int32) {
	zero, low, high := uint32(uint16(int16(l.OutZero))), uint32(uint8(l.Low)), uint32(uint8(l.High))
	for i := range 4 {
		dst[i], dst[4+i], dst[8+i] = int32(zero*0x10001), int32(low*0x1010101), int32(high*0x1010101)
	}
}

// int8Conv2D is an int8 convolution by tiles that read the picture where it
// lies. A unit is a piece of a row of the output for some of the filters.
type int8Conv2D struct {
	Unshared
	spec    Conv2DSpec
	tile    *int8Tile
	weight  []int8
	scales  []int32
	zeros   []int8 // a row outside of the picture
	general bool
	pooled  bool
	woven   bool // three rows of the picture are interleaved first, so that a kernel is one run

	panels, divisions int // of the filters, and how many units share them
	height, width     int // pixels of the output
	across, step      int // pixels of the output a tile, pixels of the picture from tile to tile
	chunk, chunks     int // tiles a unit, units a row
	window, rows      int // the picture's pixels under a tile, in both directions
	runs, depth       int // runs under the kernel, elements a run
}

// newInt8Conv2D returns the op, or nil for a convolution it isn't made for.
func newInt8Conv2D(s *Conv2DSpec, w Int8Weights, tile *int8Tile) Op {
	l := int8Layer{s, w}
	pooled := !s.Pool.none()
	if s.Groups != 1 || s.DilationHeight != 1 || s.DilationWidth != 1 || pooled && !s.Pool.halves(s) {
		return nil
	}
	if !pooled {
		s = flatten(s)
	}
	op := &int8Conv2D{
		spec: *s, tile: tile, pooled: pooled,
		panels: ceilDiv(s.Filters, tile.filters), height: s.OutHeight, width: s.OutWidth, across: tile.pixels,
		rows: s.KernelHeight, runs: s.KernelHeight, depth: s.KernelWidth * s.InChannels,
		woven: s.KernelHeight == int8Woven && s.InChannels <= int8WovenChannels,
	}
	if op.woven {
		op.runs, op.depth = 1, op.depth*int8Woven
	}
	columns := tile.pixels
	if pooled {
		op.height, op.width, op.across = s.Pool.OutHeight, s.Pool.OutWidth, tile.pixels/4
		op.rows += s.StrideHeight
		columns = tile.pixels / 2
	}
	op.step = columns * s.StrideWidth
	op.window = (columns-1)*s.StrideWidth + s.KernelWidth
	tiles := ceilDiv(op.width, op.across)
	op.chunk = min(tiles, int8Tiles, max(8, int8Band/(op.step*s.InChannels*op.rows)))
	op.chunks = ceilDiv(tiles, op.chunk)
	op.divisions = min(op.panels, max(1, 8/(op.chunks*op.height)))
	op.scales, op.general = l.scales(tile.filters)
	op.zeros = make([]int8, max(op.window, s.InWidth)*s.InChannels)
	for i := range op.zeros {
		op.zeros[i] = w.InZero
	}
	if !op.pack(l) {
		return nil
	}
	return op
}

// pack reports whether the tile can multiply by these weights.
func (op *int8Conv2D) pack(l int8Layer) bool {
	s, t := &op.spec, op.tile
	groups := ceilDiv(op.depth, t.group)
	op.weight = make([]int8, op.panels*op.runs*groups*t.filters*t.group)
	for f := range s.Filters {
		for run := range op.runs {
			for k := range op.depth {
				at := ((f/t.filters*op.runs+run)*groups+k/t.group)*t.filters*t.group + f%t.filters*t.group
				y, cell := run, k
				if op.woven {
					y, cell = k%int8Woven, k/int8Woven
				}
				v := l.at(y, cell/s.InChannels, cell%s.InChannels, f)
				op.weight[at+k%t.group] = v
				if t.opposed && v == -128 && k%t.group >= t.group/2 && op.weight[at+k%t.group-t.group/2] == -128 {
					return false
				}
			}
		}
	}
	return true
}

// Name is the algorithm and the table.
func (op *int8Conv2D) Name() string {
	name := "int8-conv2d/tiles/" + op.tile.name
	if op.pooled {
		name += "+pool"
	}
	return name
}

func (op *int8Conv2D) Units() int { return op.height * op.chunks * op.divisions }

func (op *int8Conv2D) Workspace() (shared, private int) {
	return 0, bytes[int8](op.scratch()) + bytes[int8](op.chunk*op.across*op.panels*op.tile.filters)
}

// scratch is the size of a patch, or of the interleaved rows of a unit.
func (op *int8Conv2D) scratch() int {
	if op.woven {
		return 2*op.line(op.chunk) + int8Overread
	}
	return op.rows*op.window*op.spec.InChannels + int8Overread
}

func (op *int8Conv2D) Run(a *Args, first, last int, private Buffer) {
	patch := take[int8](&private, op.scratch())
	edge := take[int8](&private, op.chunk*op.across*op.panels*op.tile.filters)
	for unit := first; unit < last; unit++ {
		division, piece := unit%op.divisions, unit/op.divisions
		op.run(a.Dst.Int8(), a.Src[0].Int8(), piece/op.chunks, piece%op.chunks*op.chunk*op.across,
			division*op.panels/op.divisions, (division+1)*op.panels/op.divisions, patch, edge)
	}
}

// run makes a chunk of row y from pixel x on for panels [left, right).
func (op *int8Conv2D) run(dst, src []int8, y, x, left, right int, patch, edge []int8) {
	s := &op.spec
	end := min(op.width, x+op.chunk*op.across)
	top := y*s.StrideHeight - s.PadTop
	if op.pooled {
		top += y * s.StrideHeight
	}
	for x < end {
		column := x/op.across*op.step - s.PadLeft
		pixels, stride := dst[(y*op.width+x)*s.Filters:], s.InWidth*s.InChannels
		var from []int8
		tiles := op.inside(top, column, (end-x)/op.across, len(src))
		switch {
		case op.woven:
			tiles = ceilDiv(end-x, op.across)
			op.weave(patch, src, top, column, tiles)
			from, stride = patch, op.line(tiles)
		case tiles > 0:
			from = src[top*stride+column*s.InChannels:]
		default:
			tiles = 1
			op.copyPatch(patch, src, top, column)
			from, stride = patch, op.window*s.InChannels
		}
		n := min(tiles*op.across, end-x)
		if n == tiles*op.across && s.Filters%op.tile.filters == 0 {
			op.convolve(pixels, s.Filters, from, stride, tiles, left, right)
		} else {
			filters := op.panels * op.tile.filters
			op.convolve(edge, filters, from, stride, tiles, left, right)
			first, last := left*op.tile.filters, min(right*op.tile.filters, s.Filters)
			for i := range n {
				copy(pixels[i*s.Filters+first:][:last-first], edge[i*filters+first:])
			}
		}
		x += n
	}
}

// inside is how many of at most tiles tiles lie inside the picture and end soon
// enough before the end of the input.
func (op *int8Conv2D) inside(top, column, tiles, size int) int {
	s := &op.spec
	if top < 0 || top+op.rows > s.InHeight || column < 0 || column+op.window > s.InWidth {
		return 0
	}
	tiles = min(tiles, (s.InWidth-column-op.window)/op.step+1)
	end := ((top+op.rows-1)*s.InWidth+column+op.window)*s.InChannels + int8Overread
	for tiles > 0 && end+(tiles-1)*op.step*s.InChannels > size {
		tiles--
	}
	return tiles
}

func (op *int8Conv2D) copyPatch(patch, src []int8, top, left int) {
	s := &op.spec
	from, to := max(0, -left), min(op.window, s.InWidth-left)
	for i := range op.rows {
		row := patch[i*op.window*s.InChannels:][:op.window*s.InChannels]
		if y := top + i; y < 0 || y >= s.InHeight || from >= to {
			copy(row, op.zeros)
			continue
		}
		copy(row[:from*s.InChannels], op.zeros)
		copy(row[to*s.InChannels:], op.zeros)
		at := ((top+i)*s.InWidth + left + from) * s.InChannels
		copy(row[from*s.InChannels:to*s.InChannels], src[at:])
	}
}

// convolve runs the inner loop for panels [left, right), a few at a time.
// stride is from row to row of src, or from one line of interleaved rows to the
// next.
func (op *int8Conv2D) convolve(dst []int8, dstStride int, src []int8, stride, tiles, left, right int) {
	s, t := &op.spec, op.tile
	pixel, step := s.StrideWidth*s.InChannels, op.step*s.InChannels
	lines := s.StrideHeight
	if op.woven {
		pixel, step, lines = pixel*int8Woven, step*int8Woven, 1
	}
	second := t.pixels / 2 * pixel
	if op.pooled {
		second = lines * stride
	}
	size := op.runs * ceilDiv(op.depth, t.group) * t.filters * t.group
	most := max(1, int8Call/(tiles*op.runs*op.depth))
	for p := left; p < right; p += most {
		n := min(most, right-p)
		t.convolve(dst[p*t.filters:], dstStride, src, pixel, second, stride, op.depth, op.runs, step,
			op.weight[p*size:][:n*size], op.scales[p*int8Scales(t.filters):][:n*int8Scales(t.filters)], tiles, n, op.pooled, op.general)
	}
}
