//go:build !purego

package kernels

import "edged/arm64"

const (
	int8PackedTiles  = 8 // tiles a unit
	int8PackedPanels = 4 // of filters at least, for packing to pay
)

// int8PackedTile is the inner loop of a product of packed pixels on one kind of
// core: tiles of arm64.Int8DotPixels by arm64.Int8DotFilters.
type int8PackedTile struct {
	name     string // as the Table's
	group    int    // channels whose weights lie side by side
	pack     func(dst, src []int8, stride, depth int)
	multiply func(dst []int8, dstStride int, a []int8, depth int, w []int8, scales []int32, tiles, panels int, general bool)
}

// int8Packed is an int8 convolution of 1x1 whose pixels are packed first. A unit is int8PackedTiles tiles of pixels for some
// of the filters.
type int8Packed struct {
	Unshared
	spec      Conv2DSpec // of one row of pixels
	tile      *int8PackedTile
	weight    []int8 // [filters/8][channels/group][8][group]
	scales    []int32
	general   bool
	panels    int // of filters
	tiles     int // of pixels
	divisions int // of the filters
}

// newInt8Packed returns the op, or nil for a convolution it isn't made for.
func newInt8Packed(s *Conv2DSpec, w Int8Weights, tile *int8PackedTile) Op {
	const filters = arm64.Int8DotFilters
	if s.Groups != 1 || !s.Pool.none() || s.InChannels%int8Overread != 0 || s.Filters%filters != 0 || s.Filters < int8PackedPanels*filters ||
		s.PadTop != 0 || s.PadLeft != 0 {
		return nil
	}
	row := flatten(s)
	if row.KernelHeight != 1 || row.KernelWidth != 1 || row.OutHeight != 1 || row.StrideWidth != 1 || row.InWidth != row.OutWidth {
		return nil
	}
	op := &int8Packed{spec: *row, tile: tile, weight: make([]int8, s.InChannels*s.Filters), panels: s.Filters / filters, tiles: ceilDiv(row.OutWidth, arm64.Int8DotPixels)}
	op.divisions = min(op.panels, max(1, 8/ceilDiv(op.tiles, int8PackedTiles)))
	op.scales, op.general = int8Layer{row, w}.scales(filters)
	for i, v := range w.Values {
		k, f := i/s.Filters, i%s.Filters
		op.weight[(f/filters*s.InChannels+k/tile.group*tile.group)*filters+f%filters*tile.group+k%tile.group] = v
	}
	return op
}

func (op *int8Packed) Name() string { return "int8-conv2d/packed/" + op.tile.name }

func (op *int8Packed) Units() int { return ceilDiv(op.tiles, int8PackedTiles) * op.divisions }

func (op *int8Packed) Workspace() (shared, private int) {
	s := &op.spec
	return 0, bytes[int8](int8PackedTiles*arm64.Int8DotPixels*s.InChannels) +
		bytes[int8](arm64.Int8DotPixels*max(s.InChannels, s.Filters))
}

func (op *int8Packed) Run(a *Args, first, last int, private Buffer) {
	const pixels, filters = arm64.Int8DotPixels, arm64.Int8DotFilters
	s := &op.spec
	packed := take[int8](&private, int8PackedTiles*pixels*s.InChannels)
	edge := take[int8](&private, pixels*max(s.InChannels, s.Filters))
	src, dst := a.Src[0].Int8(), a.Dst.Int8()
	for unit := first; unit < last; unit++ {
		division, from := unit%op.divisions, unit/op.divisions*int8PackedTiles
		to := min(from+int8PackedTiles, op.tiles)
		left, right := division*op.panels/op.divisions, (division+1)*op.panels/op.divisions
		op.pack(packed, src, from, to, edge)
		whole := min(to, s.OutWidth/pixels) - from
		if whole > 0 {
			op.multiply(dst[from*pixels*s.Filters:], packed, whole, left, right)
		}
		if from+whole < to {
			op.multiply(edge, packed[whole*pixels*s.InChannels:], 1, left, right)
			for x := (from + whole) * pixels; x < s.OutWidth; x++ {
				row := edge[x%pixels*s.Filters:][:s.Filters]
				copy(dst[x*s.Filters+left*filters:], row[left*filters:right*filters])
			}
		}
	}
}

// pack packs tiles [from, to); the last may be incomplete.
func (op *int8Packed) pack(dst, src []int8, from, to int, edge []int8) {
	const pixels = arm64.Int8DotPixels
	s := &op.spec
	size := pixels * s.InChannels
	for t := from; t < to; t++ {
		tile := src[t*size : s.OutWidth*s.InChannels]
		if len(tile) < size {
			clear(edge[copy(edge, tile):size])
			tile = edge
		}
		_, _ = tile[size-1], dst[(t-from)*size+size-1]
		op.tile.pack(dst[(t-from)*size:], tile, s.InChannels, s.InChannels)
	}
}

// multiply runs the inner loop for panels [left, right), a few at a time.
func (op *int8Packed) multiply(dst, packed []int8, tiles, left, right int) {
	const pixels, filters = arm64.Int8DotPixels, arm64.Int8DotFilters
	s := &op.spec
	_, _ = dst[(tiles*pixels-1)*s.Filters+right*filters-1], packed[tiles*pixels*s.InChannels-1]
	most := max(1, int8Call/(tiles*s.InChannels))
	for p := left; p < right; p += most {
		n := min(most, right-p)
		op.tile.multiply(dst[p*filters:], s.Filters, packed, s.InChannels, op.weight[p*filters*s.InChannels:][:n*filters*s.InChannels],
			op.scales[p*int8Scales(filters):][:n*int8Scales(filters)], tiles, n, op.general)
	}
}
