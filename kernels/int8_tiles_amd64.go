//go:build !purego

package kernels

import "edged/amd64"

// int8TileKernels are tiles that read the rows of a picture where they lie.
type int8TileKernels struct {
	*int8Set
	pixels, pooled int  // of a tile, and outputs of one that pools
	filters        int  // of a panel
	scales         int  // elements of a panel's
	whole          bool // all filters of a panel are stored
	chunk          int  // pixels of a unit where a row is long

	convolve, pool func(dst []int8, dstStride int, src []byte, pixelStride, second, rowStride, words, rows, step int, w []byte, scales []int32, filters, pixels int)
}

var int8VNNI = &int8Set{
	name: "avx512-vnni", lanes: 16, block: 7 * 16, element: 1, offset: 128,
	fill: func(dst []byte, src []int8) { amd64.Int8Flip(dst, src[:len(dst)]) },
}

var int8TilesVNNI = &int8TileKernels{
	int8Set: int8VNNI, pixels: amd64.Int8TilePixels, pooled: amd64.Int8PoolPixels, filters: amd64.Int8TileFilters, scales: amd64.Int8TileScales,
	chunk:    7 * amd64.Int8TilePixels,
	convolve: amd64.Int8Tiles, pool: amd64.Int8TilesPool,
}

var int8AVX2 = &int8Set{
	name: "avx2", lanes: 8, block: 7 * 8, element: 2, ahead: true,
	fill: func(dst []byte, src []int8) { amd64.Int8Widen(view[int16](dst), src[:len(dst)/2]) },
}

var int8TilesAVX2 = &int8TileKernels{
	int8Set: int8AVX2, pixels: amd64.Int8TilePixels256, pooled: amd64.Int8PoolPixels, filters: amd64.Int8TileFilters256, scales: amd64.Int8TileScales256,
	whole: true, chunk: 8 * amd64.Int8TilePixels256,
	convolve: amd64.Int8Tiles256, pool: amd64.Int8TilesPool256,
}

// int8Tiles is Conv2DInt8 without patches: the rows of the picture under a unit
// are copied with the zero point round them, and tiles read them in place. A unit
// is some pixels of a row, or some rows, of the output for some of the filters.
type int8Tiles struct {
	Unshared
	spec   Conv2DSpec
	tile   *int8TileKernels
	pooled bool
	weight []byte  // [panel][KernelHeight][words][filters][4]
	scales []int32 // [panel][scales]

	panels, divisions   int // of the filters, and how many units share them
	height, width       int // of the output
	chunk, chunks, band int // pixels of the output a unit, such pieces of a row, rows a unit
	words               int // a row of the kernel
	under               int8Band
}

const (
	int8TilesLeast = 56 // pixels of a unit at least
	int8TilesUnits = 8  // filters are shared out if there were fewer
)

// newInt8Tiles returns the op, or nil for a convolution it isn't made for.
func newInt8Tiles(s *Conv2DSpec, w Int8Weights, tile *int8TileKernels) Op {
	scaler := newInt8Scaler(w, s.Filters, tile.int8Set)
	if s.Groups != 1 || s.DilationWidth != 1 || scaler == nil {
		return nil
	}
	if s.Pool.none() {
		s = flatten(s)
	}
	op := &int8Tiles{
		spec: *s, tile: tile, panels: ceilDiv(s.Filters, tile.filters), height: s.OutHeight, width: s.OutWidth,
		words: ceilDiv(s.KernelWidth*s.InChannels*tile.element, 4), chunks: 1, band: 1, divisions: 1,
	}
	op.pack(scaler)
	switch {
	case s.Pool.none():
		op.cut()
	case s.Pool.halves(s):
		op.pooled, op.height, op.width = true, s.Pool.OutHeight, s.Pool.OutWidth
		op.cut()
	default:
		op.chunk = op.width
	}
	side := 1
	if op.pooled {
		side = 2
	}
	op.under = newInt8Band(s, side*op.band, side*op.chunk, w.InZero, tile.int8Set)
	if !s.Pool.none() && !op.pooled {
		return &int8Pooled{conv: op}
	}
	return op
}

// cut divides the output into units.
func (op *int8Tiles) cut() {
	op.chunk = op.width
	if !op.pooled && op.height == 1 {
		op.chunk = roundUp(ceilDiv(op.width, max(2, ceilDiv(op.width, op.tile.chunk))), op.tile.pixels)
		op.chunk = min(op.chunk, op.width)
	}
	op.chunks = ceilDiv(op.width, op.chunk)
	op.band = max(1, min(op.height, int8TilesLeast/op.chunk))
	op.divisions = min(op.panels, max(1, int8TilesUnits/(op.chunks*ceilDiv(op.height, op.band))))
}

// pack orders weights and scales as the tiles need them.
func (op *int8Tiles) pack(l *int8Scaler) {
	s, t := &op.spec, op.tile
	run, row, size := s.KernelWidth*s.InChannels, op.words*t.filters*4, op.size()
	op.weight, op.scales = make([]byte, op.panels*size), make([]int32, op.panels*t.scales)
	for panel := range op.panels {
		first := panel * t.filters
		filters := min(t.filters, s.Filters-first)
		weight, scales := op.weight[panel*size:], op.scales[panel*t.scales:][:t.scales]
		for f := range filters {
			lane := int8TileLane(f, filters)
			for k := range s.KernelHeight * run {
				t.put(weight[k/run*row:], k%run, lane, t.filters, l.weight(k*s.Filters+first+f))
			}
			l.put(scales[lane/t.lanes*t.block:], lane%t.lanes, first+f)
		}
		l.bounds(scales[t.filters/t.lanes*t.block:])
	}
}

// size is that of the weights of a panel.
func (op *int8Tiles) size() int { return op.spec.KernelHeight * op.words * op.tile.filters * 4 }

// int8TileLane is the place of a filter of a panel of so many: VPACKSSDW takes
// four of either vector in turn.
func int8TileLane(filter, filters int) int {
	if filters <= int8VNNI.lanes {
		return filter
	}
	return filter/4%2*int8VNNI.lanes + filter/8*4 + filter%4
}

func (op *int8Tiles) Name() string {
	if op.pooled {
		return "int8-conv2d/tiles/" + op.tile.name + "+pool"
	}
	return "int8-conv2d/tiles/" + op.tile.name
}

func (op *int8Tiles) Units() int { return op.divisions * op.chunks * ceilDiv(op.height, op.band) }

// rows is the size of the copied rows: the last tile reads pixels beyond them.
func (op *int8Tiles) rows() int {
	return op.under.bytes() + op.tile.pixels*op.spec.StrideWidth*op.under.pixel + 4
}

// edge is the size of the outputs of a panel that isn't whole.
func (op *int8Tiles) edge() int {
	if !op.tile.whole || op.spec.Filters%op.tile.filters == 0 {
		return 0
	}
	return op.chunk * op.tile.filters
}

func (op *int8Tiles) Workspace() (shared, private int) {
	return 0, bytes[byte](op.rows()) + bytes[int8](op.edge())
}

func (op *int8Tiles) Run(a *Args, first, last int, private Buffer) {
	rows := take[byte](&private, op.rows())
	edge := take[int8](&private, op.edge())
	filled := -1
	for unit := first; unit < last; unit++ {
		division, piece := unit%op.divisions, unit/op.divisions
		y, x := piece/op.chunks*op.band, piece%op.chunks*op.chunk
		if filled != piece {
			top, left := y, x
			if op.pooled {
				top, left = 2*y, 2*x
			}
			op.under.copy(rows, a.Src[0].Int8(), top, left)
			filled = piece
		}
		for panel := division * op.panels / op.divisions; panel < (division+1)*op.panels/op.divisions; panel++ {
			for i := range min(op.band, op.height-y) {
				op.convolve(a.Dst.Int8(), rows, edge, panel, y, x, i)
			}
		}
	}
}

// convolve makes the filters of a panel in row y+i of the output from column x on.
func (op *int8Tiles) convolve(dst []int8, rows []byte, edge []int8, panel, y, x, i int) {
	s, t := &op.spec, op.tile
	first, pixels := panel*t.filters, min(op.chunk, op.width-x)
	filters := min(t.filters, s.Filters-first)
	out := dst[((y+i)*op.width+x)*s.Filters+first:][:(pixels-1)*s.Filters+filters]
	if t.whole && filters < t.filters {
		op.multiply(edge[:pixels*t.filters], t.filters, rows, panel, i, t.filters, pixels)
		for x := range pixels {
			copy(out[x*s.Filters:][:filters], edge[x*t.filters:])
		}
		return
	}
	op.multiply(out, s.Filters, rows, panel, i, filters, pixels)
}

// multiply makes filters of a panel in row i of the unit.
func (op *int8Tiles) multiply(dst []int8, dstStride int, rows []byte, panel, i, filters, pixels int) {
	s, t, line := &op.spec, op.tile, op.under.line
	pixel := s.StrideWidth * op.under.pixel
	w, scales := op.weight[panel*op.size():][:op.size()], op.scales[panel*t.scales:][:t.scales]
	if op.pooled {
		t.pool(dst, dstStride, rows[2*i*s.StrideHeight*line:], pixel, s.StrideHeight*line, s.DilationHeight*line,
			op.words, s.KernelHeight, 2*t.pooled*pixel, w, scales, filters, pixels)
		return
	}
	t.convolve(dst, dstStride, rows[i*s.StrideHeight*line:], pixel, t.pixels/2*pixel, s.DilationHeight*line,
		op.words, s.KernelHeight, t.pixels*pixel, w, scales, filters, pixels)
}
