package kerneltest

import (
	"fmt"
	"math"
	"testing"

	"edged/kernels"
)

func (s *suite) concatenate(t *testing.T) {
	for i, channels := range [][]int{{1, 1}, {3, 5}, {8, 8, 8}, {16, 1, 7, 2}, {64, 65}, {5000, 3}} {
		for _, rows := range []int{1, 2, 7, 300} {
			var inputs [][]float32
			for j, n := range channels {
				inputs = append(inputs, random(rows*n, i+j))
			}
			var values []float64
			for row := range rows {
				for j, n := range channels {
					values = append(values, wide(inputs[j][row*n:(row+1)*n])...)
				}
			}
			op := s.table.Concatenate(&kernels.ConcatenateSpec{Rows: rows, Channels: channels})
			s.check(t, fmt.Sprintf("%dx%v", rows, channels), op, inputs, result{values, make([]float64, len(values))})
		}
	}
}

func (s *suite) pad(t *testing.T) {
	for _, channels := range []int{1, 3, 8, 17} {
		for _, edges := range [][4]int{{0, 0, 0, 0}, {1, 1, 1, 1}, {0, 1, 0, 1}, {3, 2, 1, 4}, {-1, -1, -1, -1}, {-2, 0, 0, -3}, {2, -1, -2, 1}, {9, -6, 0, 0}} {
			p := kernels.PadSpec{InHeight: 5, InWidth: 6, Channels: channels, Top: edges[0], Left: edges[2]}
			p.OutHeight, p.OutWidth = 5+edges[0]+edges[1], 6+edges[2]+edges[3]
			input := random(5*6*channels, channels)
			values := make([]float64, p.OutHeight*p.OutWidth*channels)
			for i := range values {
				y, x := i/channels/p.OutWidth-p.Top, i/channels%p.OutWidth-p.Left
				if y >= 0 && y < 5 && x >= 0 && x < 6 {
					values[i] = float64(input[(y*6+x)*channels+i%channels])
				}
			}
			s.check(t, fmt.Sprintf("%d-%v", channels, edges), s.table.Pad(&p), [][]float32{input}, result{values, make([]float64, len(values))})
		}
	}
}

func (s *suite) transpose(t *testing.T) {
	for _, p := range []kernels.TransposeSpec{
		{Shape: []int{7}, Order: []int{0}},
		{Shape: []int{4, 5}, Order: []int{1, 0}},
		{Shape: []int{3, 4, 5}, Order: []int{2, 0, 1}},
		{Shape: []int{3, 4, 5}, Order: []int{1, 2, 0}},
		{Shape: []int{3, 4, 5}, Order: []int{0, 2, 1}},
		{Shape: []int{2, 3, 1, 4}, Order: []int{3, 1, 2, 0}},
	} {
		size := 1
		for _, d := range p.Shape {
			size *= d
		}
		input := random(size, size)
		values := make([]float64, size)
		for i := range values {
			at := make([]int, len(p.Shape))
			rest := i
			for axis := len(p.Order) - 1; axis >= 0; axis-- {
				d := p.Shape[p.Order[axis]]
				at[p.Order[axis]] = rest % d
				rest /= d
			}
			from := 0
			for axis, d := range p.Shape {
				from = from*d + at[axis]
			}
			values[i] = float64(input[from])
		}
		s.check(t, fmt.Sprintf("%v-%v", p.Shape, p.Order), s.table.Transpose(&p), [][]float32{input}, result{values, make([]float64, size)})
	}
}

func (s *suite) resizing(t *testing.T) {
	for _, bilinear := range []bool{false, true} {
		for _, size := range [][4]int{{5, 6, 5, 6}, {4, 4, 8, 8}, {8, 8, 4, 4}, {7, 5, 3, 11}, {1, 1, 4, 4}, {9, 10, 1, 1}} {
			p := kernels.ResizingSpec{InHeight: size[0], InWidth: size[1], Channels: 3, OutHeight: size[2], OutWidth: size[3], Bilinear: bilinear}
			input := random(p.InHeight*p.InWidth*3, size[2])
			want := newSums(p.OutHeight*p.OutWidth*3, 64)
			for i := range want.values {
				y := (float64(i/3/p.OutWidth) + 0.5) * float64(p.InHeight) / float64(p.OutHeight)
				x := (float64(i/3%p.OutWidth) + 0.5) * float64(p.InWidth) / float64(p.OutWidth)
				at := func(y, x int) float64 {
					y, x = min(max(y, 0), p.InHeight-1), min(max(x, 0), p.InWidth-1)
					return float64(input[(y*p.InWidth+x)*3+i%3])
				}
				if !bilinear {
					want.values[i] = at(int(y), int(x))
					continue
				}
				y0, x0 := math.Floor(y-0.5), math.Floor(x-0.5)
				fy, fx := y-0.5-y0, x-0.5-x0
				want.add(i, (1-fy)*(1-fx)*at(int(y0), int(x0)))
				want.add(i, (1-fy)*fx*at(int(y0), int(x0)+1))
				want.add(i, fy*(1-fx)*at(int(y0)+1, int(x0)))
				want.add(i, fy*fx*at(int(y0)+1, int(x0)+1))
			}
			s.check(t, fmt.Sprintf("%v-bilinear=%v", size, bilinear), s.table.Resizing(&p), [][]float32{input}, want.activated(nil, kernels.Activation{}))
		}
	}
}
