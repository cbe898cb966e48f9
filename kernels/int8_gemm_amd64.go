//go:build !purego

package kernels

import (
	"slices"

	"edged/amd64"
)

// int8Product is the matrix product of int8 operands, packed in panels of rows
// rows and columns columns, as gemmKernels are; a word of them holds pack of the
// operands.
type int8Product struct {
	name                string
	rows, columns, pack int

	// fill writes a row of the picture for the left matrix, of which bias must be
	// subtracted from every element.
	fill func(dst []byte, src []int8, zero int8)
	bias func(zero int8) int32

	multiply func(dst []int32, stride int, a, b []byte, depth, tiles, panels int, start []int32)
}

// int8Words is the number of words of a group of the left matrix.
const int8Words = amd64.GEMMGroup

var int8ProductAVX2 = &int8Product{
	name: "avx2", rows: amd64.GEMMRows, columns: amd64.GEMMColumns, pack: amd64.Int8Pair,
	fill: func(dst []byte, src []int8, zero int8) {
		wide := view[int16](dst)[:len(src)]
		for i, v := range src {
			wide[i] = int16(v) - int16(zero)
		}
	},
	bias: func(int8) int32 { return 0 },
	multiply: func(dst []int32, stride int, a, b []byte, depth, tiles, panels int, start []int32) {
		_ = dst[(tiles*amd64.GEMMRows-1)*stride+panels*amd64.GEMMColumns-1]
		_, _, _ = a[tiles*amd64.GEMMRows*depth*4-1], b[panels*amd64.GEMMColumns*depth*4-1], start[panels*amd64.GEMMColumns-1]
		amd64.Int8Multiply(dst, stride, view[int16](a), view[int16](b), depth, tiles, panels, start, 0)
	},
}

// int8GEMM is Conv2DInt8 as a matrix product. A unit is some rows of the output;
// the patches under them are packed, and maxima are those of sums.
type int8GEMM struct {
	Unshared
	name    string
	spec    Conv2DSpec
	zero    int8    // what lies round the picture
	border  [4]byte // the same as operands
	product *int8Product
	weight  []byte  // [filters/columns][depth][columns] words
	bias    []int32 // [filters], what the product needs besides included
	output  *requantizer

	filters, depth int // rounded up to whole panels and groups of words
	across, band   int // tiles of a row; rows of the convolution of a unit
	stride         int // of a padded row of the picture, in bytes
}

// int8Pixels is about the number of pixels of a unit.
const int8Pixels = 56

// newInt8GEMM returns the op, or nil for a convolution it isn't made for.
func newInt8GEMM(s *Conv2DSpec, w Int8Weights, product *int8Product) Op {
	if s.Groups != 1 || s.DilationWidth != 1 {
		return nil
	}
	op := &int8GEMM{
		name: "int8-conv2d/gemm/" + product.name, spec: *s, zero: w.InZero, product: product, filters: roundUp(s.Filters, product.columns),
		across: ceilDiv(s.OutWidth, product.rows), band: max(1, min(s.OutHeight, int8Pixels/s.OutWidth)),
	}
	cells := s.KernelHeight * s.KernelWidth * s.InChannels
	op.depth = roundUp(ceilDiv(cells, product.pack), int8Words)
	op.stride = ((s.OutWidth-1)*s.StrideWidth + s.KernelWidth) * s.InChannels * op.element()
	if !s.Pool.none() {
		op.name += "+pool"
		op.band = s.Pool.Height
	}
	product.fill(op.border[:], slices.Repeat([]int8{op.zero}, product.pack), op.zero)
	op.bias = make([]int32, op.filters)
	op.weight = make([]byte, 4*op.depth*op.filters)
	size := op.element()
	for f := range s.Filters {
		sum := int32(0)
		for k := range cells {
			v := w.Values[k*s.Filters+f]
			sum += int32(v)
			word := (f/product.columns*op.depth+k/product.pack)*product.columns + f%product.columns
			at := op.weight[4*word+k%product.pack*size:]
			at[0] = byte(v)
			if size > 1 {
				at[1] = byte(int16(v) >> 8)
			}
		}
		op.bias[f] = w.bias(f) - product.bias(w.InZero)*sum
	}
	op.output = newRequantizer(w)
	return op
}

// element is the size of an operand in bytes.
func (op *int8GEMM) element() int { return 4 / op.product.pack }

func (op *int8GEMM) Name() string { return op.name }

func (op *int8GEMM) Units() int {
	if !op.spec.Pool.none() {
		return op.spec.Pool.OutHeight
	}
	return ceilDiv(op.spec.OutHeight, op.band)
}

func (op *int8GEMM) pixels() int { return op.band * op.across * op.product.rows }

func (op *int8GEMM) Workspace() (shared, private int) {
	return 0, bytes[byte](op.spec.KernelHeight*op.stride) + bytes[byte](4*op.product.rows*op.depth) +
		bytes[byte](4*op.pixels()*op.depth) + bytes[int32](op.pixels()*op.filters) + bytes[int32](op.spec.Pool.OutWidth*op.filters)
}

func (op *int8GEMM) Run(a *Args, first, last int, private Buffer) {
	s := &op.spec
	rows := take[byte](&private, s.KernelHeight*op.stride)
	patch := take[byte](&private, 4*op.product.rows*op.depth)
	packed := take[byte](&private, 4*op.pixels()*op.depth)
	sums := take[int32](&private, op.pixels()*op.filters)
	best := take[int32](&private, s.Pool.OutWidth*op.filters)
	clear(patch)
	src, dst := a.Src[0].Int8(), a.Dst.Int8()
	for unit := first; unit < last; unit++ {
		top, bottom := unit*op.band, min((unit+1)*op.band, s.OutHeight)
		if !s.Pool.none() {
			top, bottom = s.Pool.rows(unit, s.OutHeight)
		}
		op.sum(sums, src, top, bottom, rows, patch, packed)
		if !s.Pool.none() {
			op.pool(best, sums, bottom-top)
			op.output.run(dst[unit*s.Pool.OutWidth*s.Filters:], best, op.filters, s.Pool.OutWidth)
			continue
		}
		for y := top; y < bottom; y++ {
			op.output.run(dst[y*s.OutWidth*s.Filters:], sums[(y-top)*op.across*op.product.rows*op.filters:], op.filters, s.OutWidth)
		}
	}
}

// sum makes the sums of rows [top, bottom) of the convolution.
func (op *int8GEMM) sum(sums []int32, src []int8, top, bottom int, rows, patch, packed []byte) {
	s, p := &op.spec, op.product
	run, pixel := s.KernelWidth*s.InChannels*op.element(), s.StrideWidth*s.InChannels*op.element()
	at := packed
	for y := top; y < bottom; y++ {
		op.pad(rows, src, y*s.StrideHeight-s.PadTop)
		for x := 0; x < s.OutWidth; x += p.rows {
			for r := range min(p.rows, s.OutWidth-x) {
				for i := range s.KernelHeight {
					copy(patch[4*r*op.depth+i*run:][:run], rows[i*op.stride+(x+r)*pixel:])
				}
			}
			amd64.Pack(view[float32](at[:4*p.rows*op.depth]), view[float32](patch), op.depth, op.depth, p.rows)
			at = at[4*p.rows*op.depth:]
		}
	}
	p.multiply(sums, op.filters, packed, op.weight, op.depth, (bottom-top)*op.across, op.filters/p.columns, op.bias)
}

// pad writes the rows of the picture under a row of the convolution, with its
// zero point round them.
func (op *int8GEMM) pad(rows []byte, src []int8, top int) {
	s, size := &op.spec, op.element()
	for i := range s.KernelHeight {
		row, y := rows[i*op.stride:][:op.stride], top+i*s.DilationHeight
		left, inside := min(s.PadLeft*s.InChannels*size, len(row)), 0
		if y >= 0 && y < s.InHeight {
			line := src[y*s.InWidth*s.InChannels:][:s.InWidth*s.InChannels]
			line = line[:min(len(line), (len(row)-left)/size)]
			op.product.fill(row[left:], line, op.zero)
			inside = len(line) * size
		} else {
			left = len(row)
		}
		for j := range left {
			row[j] = op.border[j%4]
		}
		for j := left + inside; j < len(row); j++ {
			row[j] = op.border[j%4]
		}
	}
}

// pool makes the maxima of rows rows of sums.
func (op *int8GEMM) pool(best, sums []int32, rows int) {
	s, w := &op.spec, &op.spec.Pool
	for x := 0; x < w.OutWidth; {
		left, right := w.columns(x, s.OutWidth)
		n := 1
		if right-left == w.Width {
			n = min(w.OutWidth-x, (s.OutWidth-right)/w.StrideWidth+1)
		}
		amd64.Int8MaxPool(best[x*op.filters:][:n*op.filters], sums[left*op.filters:], op.across*op.product.rows*op.filters, op.filters, op.filters,
			rows, right-left, w.StrideWidth*op.filters, n)
		x += n
	}
}

// requantizer makes int8 values of sums.
type requantizer struct {
	weights                  Int8Weights // without the values
	multipliers, left, right []int32     // of each filter
}

func newRequantizer(w Int8Weights) *requantizer {
	q := &requantizer{weights: Int8Weights{Rescale: slices.Clone(w.Rescale), OutZero: w.OutZero, Low: w.Low, High: w.High}}
	for _, r := range w.Rescale {
		q.multipliers = append(q.multipliers, r.Multiplier)
		q.left = append(q.left, max(r.Shift, 0))
		q.right = append(q.right, max(-r.Shift, 0))
	}
	return q
}

// run requantizes pixels whose sums lie stride apart.
func (q *requantizer) run(dst []int8, sums []int32, stride, pixels int) {
	w, filters := &q.weights, len(q.multipliers)
	whole := filters &^ 7
	_, _ = dst[pixels*filters-1], sums[(pixels-1)*stride+filters-1]
	if whole > 0 {
		zero := int32(w.OutZero)
		amd64.Requantize(dst, filters, sums, stride, whole, pixels, q.multipliers, q.left, q.right, int32(w.Low)-zero, int32(w.High)-zero, zero)
	}
	for x := range pixels {
		for f := whole; f < filters; f++ {
			dst[x*filters+f] = w.requantize(sums[x*stride+f], f)
		}
	}
}
