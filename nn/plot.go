package nn

import (
	"cmp"
	"fmt"
	"slices"
)

// Sizes of a plot in pixels.
const (
	plotMargin  = 20
	plotGap     = 24 // between boxes of a row
	plotRow     = 34 // between rows
	boxHeight   = 48
	boxPad      = 12
	maxBends    = 1 << 17
	letterWidth = 7.6 // of common fonts at 12 pixels, bold
)

// A plotted item is a node's box, or a bend of an edge that passes a row.
type plotted struct {
	node     int // index into Model.Nodes, or -1 for a bend
	row      int
	up, down []int // items it is connected to above and below
	width, x float64
}

// A plot lays the nodes out in rows from the inputs down, each row ordered and
// placed so that edges stay short and seldom cross. Edges run through bends
// where they pass a row.
//
// Source: K. Sugiyama et al., Methods for visual understanding of hierarchical
// system structures, 1981: longest-path rows, orders by barycentres.
type plot struct {
	items []plotted
	rows  [][]int
	edges [][]int // items from a node to a node, bends between
	width float64
}

func newPlot(m *Model, width func(Node) float64) (*plot, error) {
	p := &plot{}
	row := make([]int, len(m.Nodes))
	bends := 0
	for i, n := range m.Nodes {
		for _, from := range n.Inputs {
			row[i] = max(row[i], row[from]+1)
		}
		for _, from := range n.Inputs {
			if bends += row[i] - row[from] - 1; bends > maxBends {
				return nil, fmt.Errorf("model %q has too many long connections to be drawn", m.ModelName)
			}
		}
		p.add(plotted{node: i, row: row[i], width: width(n)})
	}
	for i, n := range m.Nodes {
		for _, from := range n.Inputs {
			edge := []int{from}
			for r := row[from] + 1; r < row[i]; r++ {
				edge = append(edge, p.add(plotted{node: -1, row: r}))
			}
			edge = append(edge, i)
			for k := 1; k < len(edge); k++ {
				p.items[edge[k-1]].down = append(p.items[edge[k-1]].down, edge[k])
				p.items[edge[k]].up = append(p.items[edge[k]].up, edge[k-1])
			}
			p.edges = append(p.edges, edge)
		}
	}
	p.order()
	p.place()
	return p, nil
}

func (p *plot) add(item plotted) int {
	for len(p.rows) <= item.row {
		p.rows = append(p.rows, nil)
	}
	p.items = append(p.items, item)
	p.rows[item.row] = append(p.rows[item.row], len(p.items)-1)
	return len(p.items) - 1
}

// sweeps is how often order and place go down and up.
const sweeps = 8

// order sorts each row by the mean position of what its items connect to.
func (p *plot) order() {
	position := make([]float64, len(p.items))
	number := func(row []int) {
		for k, i := range row {
			position[i] = float64(k)
		}
	}
	for _, row := range p.rows {
		number(row)
	}
	for sweep := range sweeps {
		for k := range p.rows {
			row, side := p.rows[k], func(i int) []int { return p.items[i].up }
			if sweep%2 == 1 {
				row, side = p.rows[len(p.rows)-1-k], func(i int) []int { return p.items[i].down }
			}
			centre := make(map[int]float64, len(row))
			for _, i := range row {
				centre[i] = mean(side(i), position, position[i])
			}
			slices.SortStableFunc(row, func(a, b int) int { return cmp.Compare(centre[a], centre[b]) })
			number(row)
		}
	}
}

func mean(items []int, of []float64, none float64) float64 {
	if len(items) == 0 {
		return none
	}
	sum := 0.0
	for _, i := range items {
		sum += of[i]
	}
	return sum / float64(len(items))
}

// place gives each item the x of its middle, as near as the row allows to the
// mean of what it connects to.
func (p *plot) place() {
	x := make([]float64, len(p.items))
	for sweep := range sweeps {
		for k := range p.rows {
			row, side := p.rows[k], func(i int) []int { return p.items[i].up }
			if sweep%2 == 1 {
				row, side = p.rows[len(p.rows)-1-k], func(i int) []int { return p.items[i].down }
			}
			p.placeRow(row, x, side)
		}
	}
	left := 0.0
	for i, item := range p.items {
		left = min(left, x[i]-item.width/2)
	}
	for i := range p.items {
		p.items[i].x = x[i] - left + plotMargin
		p.width = max(p.width, p.items[i].x+p.items[i].width/2+plotMargin)
	}
}

// placeRow finds the positions with the least sum of squared distances from
// the wished ones, in order and apart: isotonic regression by pooling.
func (p *plot) placeRow(row []int, x []float64, side func(int) []int) {
	type pool struct {
		sum   float64
		count int
	}
	offset := make([]float64, len(row))
	var pools []pool
	for k, i := range row {
		if k > 0 {
			offset[k] = offset[k-1] + (p.items[row[k-1]].width+p.items[i].width)/2 + plotGap
		}
		pools = append(pools, pool{mean(side(i), x, x[i]) - offset[k], 1})
		for n := len(pools); n > 1 && pools[n-2].sum/float64(pools[n-2].count) > pools[n-1].sum/float64(pools[n-1].count); n-- {
			pools[n-2].sum += pools[n-1].sum
			pools[n-2].count += pools[n-1].count
			pools = pools[:n-1]
		}
	}
	k := 0
	for _, q := range pools {
		for range q.count {
			x[row[k]] = q.sum/float64(q.count) + offset[k]
			k++
		}
	}
}
