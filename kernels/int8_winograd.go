//go:build !purego && (amd64 || arm64)

package kernels

// int8WinogradKernels are the inner loops of Winograd's convolution F(4x4,3x3)
// in integers. Patches times B' fit in 16 bits; so do weights times G, if its
// rows are multiplied by 24 and the last by 12 only, which A' makes good. The
// products' sums and all that follows are exact modulo 2^32, where 9 has an
// inverse: y is 576 times the convolution's sum, 9*64, and y/9 is 64 times it,
// the sum itself if that has at most 26 bits with its sign.
type int8WinogradKernels struct {
	name string // as the Table's
	pair int    // channels whose weights lie together

	// depth is how many channels to multiply of so many.
	depth func(channels int) int

	// scales packs size elements for each panel of filters, with biases that are
	// int8WinogradScale-fold, or returns nil for sums that don't fit. general is
	// passed on to output.
	scales func(l int8Layer) (scales []int32, general bool)
	size   int

	// input transforms one patch for channels in groups of int8WinogradTile.
	input func(dst []int16, position int, src []int8, rowStride, pixelStride, groups int)

	// multiply multiplies int8WinogradTile tiles with as many filters at all positions.
	multiply func(dst []int32, a []int16, position int, b []int16, depth int)

	// output makes the pixels of neighbouring tiles.
	output func(dst []int8, rowStride, pixelStride int, src, scales []int32, tiles int, pool, general bool)
}

const (
	int8WinogradTile  = 8       // tiles, filters and channels that are worked on at once
	int8WinogradLimit = 1 << 25 // of a sum's magnitude
	int8WinogradScale = 64      // of the sums at the end
)

// int8WinogradWeights is 24 times the matrix G of F(4,3), but 12 times its last
// row.
var int8WinogradWeights = [winogradPatch][3]int{{6, 0, 0}, {-4, -4, -4}, {-4, 4, -4}, {1, 2, 4}, {1, -2, 4}, {0, 0, 12}}

// int8Winograd is an int8 convolution for 3x3 kernels with stride 1. A unit is
// int8WinogradTile tiles.
type int8Winograd struct {
	Unshared
	spec    Conv2DSpec
	tile    *int8WinogradKernels
	weight  []int16 // [filters/8][position][depth/pair][8][pair]
	scales  []int32 // [filters/8][size]
	zeros   []int8  // a patch's row outside of the picture
	general bool
	pooled  bool

	groups, depth, panels int // groups of channels, channels to multiply, panels of filters
	side, height, width   int // pixels of a tile, of the output
	down, across          int // tiles of the picture
	position              int // elements from position to position of the transformed patches
}

// newInt8Winograd returns the op, or nil for a convolution it isn't made for.
func newInt8Winograd(s *Conv2DSpec, w Int8Weights, tile *int8WinogradKernels) Op {
	l := int8Layer{s, w}
	if !winogradFits(s) || s.Filters < int8WinogradTile {
		return nil
	}
	scales, general := tile.scales(l)
	if scales == nil {
		return nil
	}
	_, magnitudes := l.totals()
	for f, magnitude := range magnitudes {
		bias := int(l.bias(f))
		if magnitude*255+max(bias, -bias) >= int8WinogradLimit {
			return nil
		}
	}
	op := &int8Winograd{
		spec: *s, tile: tile, scales: scales, general: general, pooled: !s.Pool.none(),
		groups: ceilDiv(s.InChannels, int8WinogradTile), depth: tile.depth(s.InChannels), panels: ceilDiv(s.Filters, int8WinogradTile),
		side: winogradTile, height: s.OutHeight, width: s.OutWidth,
	}
	if op.pooled {
		op.side, op.height, op.width = winogradTile/2, s.Pool.OutHeight, s.Pool.OutWidth
	}
	op.down, op.across = ceilDiv(op.height, op.side), ceilDiv(op.width, op.side)
	op.position = op.groups*int8WinogradTile*int8WinogradTile + Alignment/2
	op.zeros = make([]int8, winogradPatch*s.InChannels)
	for i := range op.zeros {
		op.zeros[i] = w.InZero
	}
	op.pack(l)
	return op
}

// pack transforms the weights.
func (op *int8Winograd) pack(l int8Layer) {
	pair := op.tile.pair
	op.weight = make([]int16, op.panels*winogradPositions*op.depth*int8WinogradTile)
	for f := range op.spec.Filters {
		for c := range op.spec.InChannels {
			var half [winogradPatch][3]int
			for i, g := range int8WinogradWeights {
				for x := range 3 {
					for y := range 3 {
						half[i][x] += g[y] * int(l.at(y, x, c, f))
					}
				}
			}
			for i, h := range half {
				for j, g := range int8WinogradWeights {
					p := f/int8WinogradTile*winogradPositions + i*winogradPatch + j
					at := ((p*op.depth+c)/pair*int8WinogradTile+f%int8WinogradTile)*pair + c%pair
					op.weight[at] = int16(h[0]*g[0] + h[1]*g[1] + h[2]*g[2])
				}
			}
		}
	}
}

// Name is the algorithm and the table.
func (op *int8Winograd) Name() string {
	name := "int8-conv2d/winograd-4x4/" + op.tile.name
	if op.pooled {
		name += "+pool"
	}
	return name
}

func (op *int8Winograd) Units() int { return ceilDiv(op.down*op.across, int8WinogradTile) }

func (op *int8Winograd) Workspace() (shared, private int) {
	return 0, bytes[int16](winogradPositions*op.position) + bytes[int32](winogradPositions*int8WinogradTile*int8WinogradTile) +
		bytes[int8](op.patch()) + bytes[int8](op.side*op.side*int8WinogradTile*int8WinogradTile)
}

// patch is the size of a patch with room for reading whole groups.
func (op *int8Winograd) patch() int {
	return winogradPatch*winogradPatch*op.spec.InChannels + int8WinogradTile
}

func (op *int8Winograd) Run(a *Args, first, last int, private Buffer) {
	inputs := take[int16](&private, winogradPositions*op.position)
	products := take[int32](&private, winogradPositions*int8WinogradTile*int8WinogradTile)
	patch := take[int8](&private, op.patch())
	edge := take[int8](&private, op.side*op.side*int8WinogradTile*int8WinogradTile)
	src, dst := a.Src[0].Int8(), a.Dst.Int8()
	for unit := first; unit < last; unit++ {
		from := unit * int8WinogradTile
		to := min(from+int8WinogradTile, op.down*op.across)
		for t := from; t < to; t++ {
			op.input(inputs[(t-from)*int8WinogradTile:], src, t, patch)
		}
		for p := range op.panels {
			size := winogradPositions * op.depth * int8WinogradTile
			op.tile.multiply(products, inputs, op.position, op.weight[p*size:][:size], op.depth)
			for t := from; t < to; {
				n := min(to, (t/op.across+1)*op.across) - t
				op.output(dst, products[(t-from)*int8WinogradTile:], t, n, p, edge)
				t += n
			}
		}
	}
}

func (op *int8Winograd) input(dst []int16, src []int8, tile int, patch []int8) {
	s := &op.spec
	top, left := tile/op.across*winogradTile-s.PadTop, tile%op.across*winogradTile-s.PadLeft
	stride := s.InWidth * s.InChannels
	if top >= 0 && top+winogradPatch <= s.InHeight && left >= 0 && left+winogradPatch <= s.InWidth {
		at := (top*s.InWidth + left) * s.InChannels
		if at+(winogradPatch-1)*(stride+s.InChannels)+op.groups*int8WinogradTile <= len(src) {
			op.tile.input(dst, op.position, src[at:], stride, s.InChannels, op.groups)
			return
		}
	}
	from, to := max(0, -left), min(winogradPatch, s.InWidth-left)
	size := winogradPatch * s.InChannels
	for i := range winogradPatch {
		row := patch[i*size:][:size]
		copy(row, op.zeros)
		if y := top + i; y >= 0 && y < s.InHeight && from < to {
			copy(row[from*s.InChannels:to*s.InChannels], src[(y*s.InWidth+left+from)*s.InChannels:])
		}
	}
	op.tile.input(dst, op.position, patch, size, s.InChannels, op.groups)
}

// output makes panel p of the filters for n tiles from the given one on, all in
// one row. Tiles that reach beyond the output go through edge.
func (op *int8Winograd) output(dst []int8, products []int32, tile, n, p int, edge []int8) {
	s := &op.spec
	y, x := tile/op.across*op.side, tile%op.across*op.side
	scales := op.scales[p*op.tile.size:][:op.tile.size]
	at := (y*op.width+x)*s.Filters + p*int8WinogradTile
	filters := min(int8WinogradTile, s.Filters-p*int8WinogradTile)
	whole := 0
	if filters == int8WinogradTile && y+op.side <= op.height {
		whole = min(n, (op.width-x)/op.side)
	}
	if whole > 0 {
		op.tile.output(dst[at:], op.width*s.Filters, s.Filters, products, scales, whole, op.pooled, op.general)
	}
	if whole == n {
		return
	}
	pixels := (n - whole) * op.side
	op.tile.output(edge, pixels*int8WinogradTile, int8WinogradTile, products[whole*int8WinogradTile:], scales, n-whole,
		op.pooled, op.general)
	at += whole * op.side * s.Filters
	for i := range min(op.side, op.height-y) {
		for j := range min(pixels, op.width-x-whole*op.side) {
			copy(dst[at+(i*op.width+j)*s.Filters:][:filters], edge[(i*pixels+j)*int8WinogradTile:])
		}
	}
}
