//go:build !purego

package kernels

import "edged/amd64"

// int8Tiles is Conv2DInt8 by VPDPBUSD without patches: the rows of the picture
// under a unit are copied as unsigned bytes with the zero point round them, and
// tiles read them in place. A unit is some pixels of a row, or some rows, of the
// output for some of the filters.
type int8Tiles struct {
	Unshared
	spec   Conv2DSpec
	pooled bool
	weight []int8  // [panel][KernelHeight][words][32][4]
	scales []int32 // [panel][Int8TileScales]
	border []byte  // what lies round the picture

	panels, divisions   int // of the filters, and how many units share them
	height, width       int // of the output
	chunk, chunks, band int // pixels of the output a unit, such pieces of a row, rows a unit
	words               int // a row of the kernel
	under               int8Band
}

const (
	int8TilesChunk = 7 * amd64.Int8TilePixels // pixels of a unit where a row is long
	int8TilesLeast = 56                       // pixels of a unit at least
	int8TilesUnits = 8                        // filters are shared out if there were fewer
)

// newInt8Tiles returns the op, or nil for a convolution it isn't made for.
func newInt8Tiles(s *Conv2DSpec, w Int8Weights) Op {
	pooled := !s.Pool.none()
	scaler := newInt8Scaler(w, s.Filters)
	if s.Groups != 1 || s.DilationWidth != 1 || pooled && !s.Pool.halves(s) || scaler == nil {
		return nil
	}
	if !pooled {
		s = flatten(s)
	}
	op := &int8Tiles{
		spec: *s, pooled: pooled, panels: ceilDiv(s.Filters, amd64.Int8TileFilters),
		height: s.OutHeight, width: s.OutWidth, words: ceilDiv(s.KernelWidth*s.InChannels, 4),
	}
	rows := 1
	if pooled {
		op.height, op.width, rows = s.Pool.OutHeight, s.Pool.OutWidth, 2
	}
	op.chunk = op.width
	if !pooled && s.OutHeight == 1 {
		op.chunk = roundUp(ceilDiv(op.width, ceilDiv(op.width, int8TilesChunk)), amd64.Int8TilePixels)
		op.chunk = min(op.chunk, op.width)
	}
	op.chunks = ceilDiv(op.width, op.chunk)
	op.band = max(1, min(op.height, int8TilesLeast/op.chunk))
	op.divisions = min(op.panels, max(1, int8TilesUnits/(op.chunks*ceilDiv(op.height, op.band))))
	op.under = newInt8Band(s, rows*op.band, rows*op.chunk, w.InZero)
	op.pack(scaler)
	return op
}

// pack orders weights and scales as the tiles need them.
func (op *int8Tiles) pack(l *int8Scaler) {
	const lanes = amd64.Int8TileFilters
	s := &op.spec
	run := s.KernelWidth * s.InChannels
	size := s.KernelHeight * op.words * lanes * 4
	op.weight, op.scales = make([]int8, op.panels*size), make([]int32, op.panels*amd64.Int8TileScales)
	for panel := range op.panels {
		first := panel * lanes
		filters := min(lanes, s.Filters-first)
		weight, scales := op.weight[panel*size:], op.scales[panel*amd64.Int8TileScales:][:amd64.Int8TileScales]
		for f := range filters {
			lane := int8TileLane(f, filters)
			for k := range s.KernelHeight * run {
				weight[(k/run*op.words+k%run/4)*lanes*4+lane*4+k%run%4] = l.weights.Values[k*s.Filters+first+f]
			}
			l.put(scales[lane/int8Lanes*int8Block:], lane%int8Lanes, first+f)
		}
		l.bounds(scales[2*int8Block:])
	}
}

// int8TileLane is the place of a filter of a panel of so many: VPACKSSDW takes
// four of either vector in turn.
func int8TileLane(filter, filters int) int {
	if filters <= int8Lanes {
		return filter
	}
	return filter/4%2*int8Lanes + filter/8*4 + filter%4
}

func (op *int8Tiles) Name() string {
	if op.pooled {
		return "int8-conv2d/tiles/avx512-vnni+pool"
	}
	return "int8-conv2d/tiles/avx512-vnni"
}

func (op *int8Tiles) Units() int { return op.divisions * op.chunks * ceilDiv(op.height, op.band) }

// rows is the size of the copied rows: the last tile reads pixels beyond them.
func (op *int8Tiles) rows() int {
	return op.under.size() + amd64.Int8TilePixels*op.spec.StrideWidth*op.spec.InChannels + 4
}

func (op *int8Tiles) Workspace() (shared, private int) { return 0, bytes[byte](op.rows()) }

func (op *int8Tiles) Run(a *Args, first, last int, private Buffer) {
	rows := take[byte](&private, op.rows())
	filled := -1
	for unit := first; unit < last; unit++ {
		division, piece := unit%op.divisions, unit/op.divisions
		y, x := piece/op.chunks*op.band, piece%op.chunks*op.chunk
		if filled != piece {
			top, left := y, x
			if op.pooled {
				top, left = 2*y, 2*x
			}
			op.under.fill(rows, a.Src[0].Int8(), top, left)
			filled = piece
		}
		for panel := division * op.panels / op.divisions; panel < (division+1)*op.panels/op.divisions; panel++ {
			for i := range min(op.band, op.height-y) {
				op.convolve(a.Dst.Int8(), rows, panel, y, x, i)
			}
		}
	}
}

// convolve makes the filters of a panel in row y+i of the output from column x on.
func (op *int8Tiles) convolve(dst []int8, rows []byte, panel, y, x, i int) {
	s := &op.spec
	first, pixel := panel*amd64.Int8TileFilters, s.StrideWidth*s.InChannels
	filters, pixels := min(amd64.Int8TileFilters, s.Filters-first), min(op.chunk, op.width-x)
	size := s.KernelHeight * op.words * 4 * amd64.Int8TileFilters
	w, scales := op.weight[panel*size:][:size], op.scales[panel*amd64.Int8TileScales:][:amd64.Int8TileScales]
	out := dst[((y+i)*op.width+x)*s.Filters+first:][:(pixels-1)*s.Filters+filters]
	if op.pooled {
		amd64.Int8TilesPool(out, s.Filters, rows[2*i*s.StrideHeight*op.under.line:], pixel, s.StrideHeight*op.under.line, s.DilationHeight*op.under.line,
			op.words, s.KernelHeight, 2*amd64.Int8PoolPixels*pixel, w, scales, filters, pixels)
		return
	}
	amd64.Int8Tiles(out, s.Filters, rows[i*s.StrideHeight*op.under.line:], pixel, amd64.Int8TilePixels/2*pixel, s.DilationHeight*op.under.line,
		op.words, s.KernelHeight, amd64.Int8TilePixels*pixel, w, scales, filters, pixels)
}
