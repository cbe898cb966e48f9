package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// everyTable runs a test on every table of this CPU.
func everyTable(t *testing.T, test func(t *testing.T, table *Table)) {
	t.Helper()
	for _, name := range Available() {
		table, err := Select(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { test(t, table) })
	}
}

// near fails unless got is within bound of want, relative to the largest of it.
func near(t *testing.T, what string, got []float32, want []float64, bound float64) {
	t.Helper()
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(v))
	}
	for i := range want {
		if !(math.Abs(float64(got[i])-want[i]) <= bound*largest) {
			t.Fatalf("%s: element %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

// conv2DGradients are the gradients in float64, by definition.
func conv2DGradients(s *Conv2DSpec, x, w, dy []float32) (dx, dw []float64) {
	dx, dw = make([]float64, len(x)), make([]float64, len(w))
	for oy := range s.OutHeight {
		for ox := range s.OutWidth {
			for i := range s.KernelHeight {
				for j := range s.KernelWidth {
					y, column := oy*s.StrideHeight+i*s.DilationHeight-s.PadTop, ox*s.StrideWidth+j*s.DilationWidth-s.PadLeft
					if y < 0 || column < 0 || y >= s.InHeight || column >= s.InWidth {
						continue
					}
					for c := range s.InChannels {
						in := (y*s.InWidth+column)*s.InChannels + c
						for f := range s.Filters {
							at, g := ((i*s.KernelWidth+j)*s.InChannels+c)*s.Filters+f, float64(dy[(oy*s.OutWidth+ox)*s.Filters+f])
							dx[in] += g * float64(w[at])
							dw[at] += g * float64(x[in])
						}
					}
				}
			}
		}
	}
	return dx, dw
}

func TestConv2DGradient(t *testing.T) {
	everyTable(t, func(t *testing.T, table *Table) {
		for _, s := range []*Conv2DSpec{
			geometry(13, 17, 3, 32, 3, 1, 1, true), geometry(20, 23, 16, 33, 3, 1, 1, true), geometry(12, 16, 32, 24, 3, 1, 1, false),
			geometry(9, 9, 40, 24, 1, 1, 1, true), geometry(15, 14, 5, 7, 5, 2, 1, true), geometry(17, 16, 6, 8, 3, 1, 2, true), geometry(5, 3, 1, 1, 3, 1, 1, true),
			geometry(11, 10, 7, 64, 3, 1, 1, true), geometry(19, 18, 10, 32, 3, 2, 1, false), geometry(17, 16, 8, 48, 3, 1, 2, true), geometry(6, 7, 7, 96, 1, 1, 1, true),
			geometry(130, 9, 16, 32, 5, 1, 1, true),
		} {
			r := rand.New(rand.NewPCG(1, 2))
			x, dy := random(r, s.InHeight*s.InWidth*s.InChannels, 1), random(r, s.OutHeight*s.OutWidth*s.Filters, 1)
			w := random(r, s.KernelHeight*s.KernelWidth*s.InChannels*s.Filters, 1)
			dx, dw := conv2DGradients(s, x, w, dy)
			g := table.NewConv2DGradient(s)
			g.Repack(w)
			private := NewBuffer(g.Workspace())
			sums, gotW, gotX := make([]float32, g.SumsSize()), make([]float32, len(w)), make([]float32, len(x))
			g.Weights(sums, x, dy, private)
			g.Total(gotW, sums)
			name := fmt.Sprintf("%s on %dx%dx%d", g.Name(), s.InHeight, s.InWidth, s.InChannels)
			near(t, name+", weights", gotW, dw, 1e-5)
			g.Weights(sums, x, dy, private)
			g.Total(gotW, sums)
			for i := range dw {
				dw[i] *= 2
			}
			near(t, name+", weights of two pictures", gotW, dw, 1e-5)
			g.Input(&Args{Src: make([]Buffer, 1)}, gotX, dy, private)
			near(t, name+", input", gotX, dx, 1e-5)
		}
	})
}

// poolGradient is the gradient by definition.
func poolGradient(s *PoolSpec, dx, x, dy []float32) {
	w, n := &s.Window, s.Channels
	clear(dx)
	for oy := range w.OutHeight {
		top, bottom := w.rows(oy, s.InHeight)
		for ox := range w.OutWidth {
			left, right := w.columns(ox, s.InWidth)
			for c, g := range dy[(oy*w.OutWidth+ox)*n:][:n] {
				best := (top*s.InWidth+left)*n + c
				for y := top; y < bottom; y++ {
					for column := left; column < right; column++ {
						at := (y*s.InWidth+column)*n + c
						if s.Average {
							dx[at] += float32(g * (1 / float32((bottom-top)*(right-left))))
						} else if x[at] > x[best] {
							best = at
						}
					}
				}
				if !s.Average {
					dx[best] += g
				}
			}
		}
	}
}

func TestPoolGradient(t *testing.T) {
	everyTable(t, func(t *testing.T, table *Table) {
		for _, s := range []PoolSpec{
			{InHeight: 6, InWidth: 8, Channels: 16, Window: Window{Height: 2, Width: 2, StrideHeight: 2, StrideWidth: 2, OutHeight: 3, OutWidth: 4}},
			{InHeight: 7, InWidth: 9, Channels: 8, Window: Window{Height: 2, Width: 2, StrideHeight: 2, StrideWidth: 2, OutHeight: 3, OutWidth: 4}},
			{InHeight: 5, InWidth: 4, Channels: 5, Window: Window{Height: 2, Width: 2, StrideHeight: 2, StrideWidth: 2, OutHeight: 2, OutWidth: 2}},
			{InHeight: 5, InWidth: 5, Channels: 8, Window: Window{Height: 3, Width: 3, StrideHeight: 2, StrideWidth: 2, PadTop: 1, PadLeft: 1, OutHeight: 3, OutWidth: 3}},
			{InHeight: 5, InWidth: 5, Channels: 8, Average: true, Window: Window{Height: 3, Width: 2, StrideHeight: 2, StrideWidth: 1, OutHeight: 2, OutWidth: 4}},
		} {
			r := rand.New(rand.NewPCG(7, 8))
			size := s.Window.OutHeight * s.Window.OutWidth * s.Channels
			x, dy := random(r, s.InHeight*s.InWidth*s.Channels, 1), random(r, size, 1)
			for i := range x {
				x[i] = max(x[i], 0) // so that some are equal
			}
			y, got, want := make([]float32, size), random(r, len(x), 1), make([]float32, len(x))
			run(newPool(&s), y, x)
			activation := Activation{}
			if !s.Average {
				activation.Kind = ReLU
			}
			slope := slices.Clone(dy)
			activation.Slope(slope, y)
			poolGradient(&s, want, x, slope)
			table.NewPoolGradient(&s, activation).Run(got, x, y, dy)
			if !slices.Equal(dy, slope) {
				t.Fatalf("%v: the gradient of the output is not multiplied by the slope", s)
			}
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("%v: element %d is %g, want %g", s, i, got[i], want[i])
				}
			}
		}
	})
}

// Spreading the gradient of maxima row by row gives what spreading it first does.
func TestWeightsUnpooled(t *testing.T) {
	everyTable(t, func(t *testing.T, table *Table) {
		for _, s := range []*Conv2DSpec{geometry(12, 16, 3, 32, 3, 1, 1, true), geometry(121, 19, 8, 64, 3, 1, 1, true)} {
			r := rand.New(rand.NewPCG(3, 4))
			pool := PoolSpec{InHeight: s.OutHeight, InWidth: s.OutWidth, Channels: s.Filters, Window: Window{
				Height: 2, Width: 2, StrideHeight: 2, StrideWidth: 2, OutHeight: s.OutHeight / 2, OutWidth: s.OutWidth / 2,
			}}
			g, p := table.NewConv2DGradient(s), table.NewPoolGradient(&pool, Activation{Kind: ReLU})
			if !g.Unpools(p) {
				if table.weights != nil {
					t.Errorf("%s doesn't unpool", g.Name())
				}
				continue
			}
			x, made := random(r, s.InHeight*s.InWidth*s.InChannels, 1), random(r, s.OutHeight*s.OutWidth*s.Filters, 1)
			y := make([]float32, pool.Window.OutHeight*pool.Window.OutWidth*s.Filters)
			run(newPool(&pool), y, made)
			gradient, dy := random(r, len(y), 1), make([]float32, len(made))
			private := NewBuffer(g.Workspace())
			want, got := make([]float32, g.SumsSize()), make([]float32, g.SumsSize())
			g.WeightsUnpooled(got, x, Unpooling{p, made, y, slices.Clone(gradient)}, private)
			p.Run(dy, made, y, gradient)
			g.Weights(want, x, dy, private)
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("%s: element %d is %g, want %g", g.Name(), i, got[i], want[i])
				}
			}
		}
	})
}

func TestProduct(t *testing.T) {
	type product struct {
		a, b Matrix
		want []float64
	}
	sizes := [][3]int{{1, 1, 1}, {32, 10, 3000}, {10, 300, 32}, {32, 300, 10}, {7, 17, 23}, {130, 200, 257}}
	products := map[[3]int][]product{} // the factors as they are and transposed
	for _, size := range sizes {
		rows, columns, depth := size[0], size[1], size[2]
		for way := range 4 {
			r := rand.New(rand.NewPCG(9, 10))
			a, b := randomMatrix(r, rows, depth, way&1 > 0), randomMatrix(r, depth, columns, way&2 > 0)
			products[size] = append(products[size], product{a, b, naiveProduct(a, b, rows, columns, depth)})
		}
	}
	everyTable(t, func(t *testing.T, table *Table) {
		for _, size := range sizes {
			rows, columns, depth := size[0], size[1], size[2]
			p := table.NewProduct(rows, columns, depth)
			private := NewBuffer(p.Workspace())
			for way := range 8 {
				product := products[size][way&3]
				c := Matrix{Data: make([]float32, p.Parts()*p.PartSize()), Stride: columns}
				if c.Transposed = way&4 > 0; c.Transposed {
					c.Stride = rows
				}
				for unit := range p.Units() {
					p.Run(unit, c, product.a, product.b, rows, columns, depth, nil, private)
				}
				got := make([]float32, 0, rows*columns)
				for i := range rows {
					for j := range columns {
						at, total := i*c.Stride+j, float32(0)
						if c.Transposed {
							at = j*c.Stride + i
						}
						for part := range p.Parts() {
							total += c.Data[part*p.PartSize()+at]
						}
						got = append(got, total)
					}
				}
				near(t, fmt.Sprintf("%s of %v, way %d", p.Name(), size, way), got, product.want, 1e-5)
			}
		}
	})
}

func randomMatrix(r *rand.Rand, rows, columns int, transposed bool) Matrix {
	m := Matrix{Data: random(r, rows*columns, 1), Stride: columns, Transposed: transposed}
	if transposed {
		m.Stride = rows
	}
	return m
}

func naiveProduct(a, b Matrix, rows, columns, depth int) []float64 {
	steps := func(m Matrix) (row, column int) {
		if m.Transposed {
			return 1, m.Stride
		}
		return m.Stride, 1
	}
	aRow, aColumn := steps(a)
	bRow, bColumn := steps(b)
	sums := make([]float64, rows*columns)
	for i := range rows {
		for j := range columns {
			sum := 0.0
			for k := range depth {
				sum += float64(a.Data[i*aRow+k*aColumn]) * float64(b.Data[k*bRow+j*bColumn])
			}
			sums[i*columns+j] = sum
		}
	}
	return sums
}

// The slope of every activation agrees with differences.
func TestSlope(t *testing.T) {
	for kind := Linear; kind <= Exponential; kind++ {
		for _, a := range []Activation{{Kind: kind, Alpha: 0.3}, {Kind: kind}, {Kind: kind, Alpha: 0.2, Max: 2, Threshold: 0.5}} {
			for _, x := range []float64{-4.1, -1.7, -0.6, -0.2, 0.3, 0.7, 1.9, 2.3, 4.2} {
				const step = 1e-2
				v := []float32{float32(x), float32(x - step), float32(x + step)}
				a.Apply(v[1:])
				want := float64(v[2]-v[1]) / (2 * step)
				if a.SlopeFromOutput() {
					a.Apply(v[:1])
				}
				g := []float32{1}
				a.Slope(g, v[:1])
				if math.Abs(float64(g[0])-want) > 1e-3*max(1, math.Abs(want)) {
					t.Errorf("slope of %+v at %g is %g, want %g", a, x, g[0], want)
				}
			}
		}
	}
}
