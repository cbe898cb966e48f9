package kernels

// lanes is the number of output channels that the portable product makes at once.
const lanes = 4

type (
	vec  [lanes]float32
	half [lanes]uint16
)

// panels are a matrix of weights [k][n], cut into panels of lanes columns:
// [ceil(n/lanes)][k]. Columns beyond n are zero. One of full and half is set.
type panels struct {
	k, n int
	full []vec
	half []half
}

// packPanels packs columns first to first+n of a matrix with k rows of stride
// columns.
func packPanels(w Weights, k, stride, first, n int) panels {
	p := newPanels(k, n, w.Float16 != nil)
	p.pack(w, stride, first)
	return p
}

// newPanels returns panels of zeros.
func newPanels(k, n int, short bool) panels {
	p := panels{k: k, n: n}
	if count := p.count() * k; short {
		p.half = make([]half, count)
	} else {
		p.full = make([]vec, count)
	}
	return p
}

// pack fills the panels with columns from first on of rows of stride columns.
func (p *panels) pack(w Weights, stride, first int) {
	for row := range p.k {
		for column := range p.n {
			at := column/lanes*p.k + row
			from := row*stride + first + column
			if p.half != nil {
				p.half[at][column%lanes] = w.Float16[from]
			} else {
				p.full[at][column%lanes] = w.Float32[from]
			}
		}
	}
}

func (p *panels) count() int { return ceilDiv(p.n, lanes) }

// scratch is the number of rows of scratch that panel needs for k rows.
func (p *panels) scratch(k int) int {
	if p.half == nil {
		return 0
	}
	return k
}

// panel returns rows from first up to last of panel i in float32; scratch takes
// them if they must be widened.
func (p *panels) panel(i, first, last int, scratch []vec) []vec {
	if p.half == nil {
		return p.full[i*p.k+first : i*p.k+last]
	}
	wide := scratch[:last-first]
	for row, h := range p.half[i*p.k+first : i*p.k+last] {
		wide[row] = vec{widen(h[0]), widen(h[1]), widen(h[2]), widen(h[3])}
	}
	return wide
}

// dot1 adds a row times a panel to c.
func dot1(c *vec, a []float32, w []vec) {
	w = w[:len(a)]
	c0, c1, c2, c3 := c[0], c[1], c[2], c[3]
	for i, x := range a {
		v := &w[i]
		c0 += x * v[0]
		c1 += x * v[1]
		c2 += x * v[2]
		c3 += x * v[3]
	}
	*c = vec{c0, c1, c2, c3}
}

// dot2 adds two rows times a panel to c and d.
func dot2(c, d *vec, a, b []float32, w []vec) {
	b = b[:len(a)]
	w = w[:len(a)]
	c0, c1, c2, c3 := c[0], c[1], c[2], c[3]
	d0, d1, d2, d3 := d[0], d[1], d[2], d[3]
	for i, x := range a {
		y := b[i]
		v := &w[i]
		w0, w1, w2, w3 := v[0], v[1], v[2], v[3]
		c0 += x * w0
		c1 += x * w1
		c2 += x * w2
		c3 += x * w3
		d0 += y * w0
		d1 += y * w1
		d2 += y * w2
		d3 += y * w3
	}
	*c = vec{c0, c1, c2, c3}
	*d = vec{d0, d1, d2, d3}
}
