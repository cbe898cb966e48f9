package kernels

import (
	"slices"
	"strings"
)

// chain is a run of layers of which each makes rows of its output when the next
// one needs them, so that what passes between them stays in a few rows of cache.
// A unit is some rows of the last layer's output. A worker that doesn't go on where
// it stopped makes some rows again that another one made.
type chain struct {
	Unshared
	ops    []Op
	stages []rowOp
	kept   []int // rows of each stage's output that exist at a time, but the last's
	unit   int   // rows
}

// chainLeast is the number of rows from which a unit is two of them.
const chainLeast = 28

// rowOp makes rows of its output from rows of its input.
type rowOp interface {
	// shape is that of the input and the output.
	shape() (in, out extent)

	// under are the rows of the input that rows [from, to) of the output depend on.
	under(from, to int) (first, last int)

	// row makes one row of the output, and, if two, the next one as well.
	row(dst, src lines, y int, two bool, private Buffer)
}

// extent is the number of a picture's rows and their size in elements.
type extent struct{ count, size int }

// lines are the latest rows of a tensor: row y is where row y-count was.
type lines struct {
	data []float32
	extent
}

func (l lines) row(y int) []float32 { return l.data[y%l.count*l.size:][:l.size] }

// maxChain is the largest number of ops of a chain.
const maxChain = 16

// Chain returns one op for a run of ops of which each reads what the one before
// it writes, and nothing else does; nil if one of them can't work by rows.
func Chain(ops []Op) Op {
	if len(ops) < 2 || len(ops) > maxChain {
		return nil
	}
	c := &chain{ops: slices.Clone(ops)}
	for i, op := range ops {
		by, ok := op.(interface{ byRows() rowOp })
		if !ok {
			return nil
		}
		stage := by.byRows()
		if stage == nil {
			return nil
		}
		in, out := stage.shape()
		if i > 0 {
			if _, before := c.stages[i-1].shape(); before != in {
				return nil
			}
			c.kept = append(c.kept, keptRows(stage, out.count))
		}
		c.stages = append(c.stages, stage)
	}
	if c.unit = 1; c.output().count >= chainLeast {
		c.unit = 2
	}
	return c
}

// keptRows is the largest number of rows under two of a stage's.
func keptRows(stage rowOp, count int) int {
	most := 1
	for y := range count {
		first, last := stage.under(y, min(y+2, count))
		most = max(most, last-first)
	}
	return most
}

// Name is the names of the ops, joined with ">".
func (c *chain) Name() string {
	var names []string
	for _, op := range c.ops {
		names = append(names, op.Name())
	}
	return strings.Join(names, " > ")
}

func (c *chain) output() extent {
	_, out := c.stages[len(c.stages)-1].shape()
	return out
}

func (c *chain) Units() int { return ceilDiv(c.output().count, c.unit) }

func (c *chain) Workspace() (shared, private int) {
	for _, op := range c.ops {
		_, own := op.Workspace()
		private = max(private, own)
	}
	for i, kept := range c.kept {
		_, out := c.stages[i].shape()
		private += bytes[float32](kept * out.size)
	}
	return 0, private
}

// progress is the state of one execution: lines[i] is what stage i reads, done[i]
// the first row of its output that is not made.
type progress struct {
	lines   [maxChain + 1]lines
	done    [maxChain]int
	private Buffer
}

func (c *chain) Run(a *Args, first, last int, private Buffer) {
	p := c.begin(a, private)
	c.rows(&p, first, last)
}

func (c *chain) runQueue(a *Args, q queue, private Buffer) {
	p := c.begin(a, private)
	for first, last := q.next(); first < last; first, last = q.next() {
		c.rows(&p, first, last)
	}
}

// begin is the state of an execution that has made nothing.
func (c *chain) begin(a *Args, private Buffer) (p progress) {
	n := len(c.stages)
	in, _ := c.stages[0].shape()
	p.lines[0] = lines{a.Src[0].Float32(), in}
	for i, kept := range c.kept {
		_, out := c.stages[i].shape()
		p.lines[i+1] = lines{take[float32](&private, kept*out.size), extent{kept, out.size}}
	}
	p.lines[n] = lines{a.Dst.Float32(), c.output()}
	p.private = private
	return p
}

// rows makes the rows of units [first, last).
func (c *chain) rows(p *progress, first, last int) {
	n := len(c.stages)
	if begin := first * c.unit; begin == 0 || begin != p.done[n-1] {
		p.done[n-1] = begin
		for i := n - 1; i > 0; i-- {
			p.done[i-1], _ = c.stages[i].under(p.done[i], p.done[i]+1)
		}
	}
	c.make(p, n-1, min(last*c.unit, c.output().count))
}

// make makes the rows of a stage up to last.
func (c *chain) make(p *progress, i, last int) {
	for p.done[i] < last {
		y := p.done[i]
		two := y+2 <= last
		next := y + 1
		if two {
			next++
		}
		if i > 0 {
			_, end := c.stages[i].under(y, next)
			c.make(p, i-1, end)
		}
		c.stages[i].row(p.lines[i+1], p.lines[i], y, two, p.private)
		p.done[i] = next
	}
}

// under are the rows inside a picture that windows [from, to) look at.
func under(from, to, stride, pad, window, height int) (first, last int) {
	first = min(max(0, from*stride-pad), height)
	return first, max(first, min((to-1)*stride-pad+window, height))
}

// window is a rowOp for a convolution whose pixels have neighbours.
type window struct {
	spec *Conv2DSpec
	line func(dst []float32, src lines, y int, private Buffer)
}

func (w *window) shape() (in, out extent) { return w.spec.extents() }

func (w *window) under(from, to int) (first, last int) {
	s := w.spec
	return under(from, to, s.StrideHeight, s.PadTop, (s.KernelHeight-1)*s.DilationHeight+1, s.InHeight)
}

func (w *window) row(dst, src lines, y int, two bool, private Buffer) {
	w.line(dst.row(y), src, y, private)
	if two {
		w.line(dst.row(y+1), src, y+1, private)
	}
}

// pointwise is a rowOp for a convolution whose pixels have no neighbours.
type pointwise struct {
	spec Conv2DSpec
	line func(dst, src []float32, private Buffer)
}

func (p *pointwise) shape() (in, out extent) { return p.spec.extents() }

func (p *pointwise) under(from, to int) (first, last int) { return from, to }

func (p *pointwise) row(dst, src lines, y int, two bool, private Buffer) {
	p.line(dst.row(y), src.row(y), private)
	if two {
		p.line(dst.row(y+1), src.row(y+1), private)
	}
}

// extents are those of the input and the output.
func (s *Conv2DSpec) extents() (in, out extent) {
	return extent{s.InHeight, s.InWidth * s.InChannels}, extent{s.OutHeight, s.OutWidth * s.Filters}
}
