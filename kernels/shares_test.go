package kernels

import (
	"slices"
	"testing"
	"time"
)

// BenchmarkShares runs the tutorial's network as two workers would, one after
// the other on this core: whoever would be free first takes the next units. It
// reports the work of the busier one, waiting for the other included, as a share
// of what one worker alone does. On the emulated board, where time is
// instructions, that says how many each core executes.
func BenchmarkShares(b *testing.B) {
	for _, name := range Available() {
		table, err := Select(name)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			executions := executionsOf(
				tutorialConv2D(table, 224, 3, 32), tutorialConv2D(table, 112, 32, 64),
				table.Dense(&DenseSpec{Rows: 1, Inputs: 56 * 56 * 64, Units: 10}, Weights{Float32: make([]float32, 56*56*64*10)}),
				table.Softmax(&SoftmaxSpec{Outer: 1, Size: 10, Inner: 1}),
			)
			var alone, shared time.Duration
			for b.Loop() {
				for _, e := range executions {
					alone += e.share(1)
					shared += e.share(2)
				}
			}
			b.ReportMetric(float64(shared)/float64(alone), "busier/alone")
		})
	}
}

func tutorialConv2D(t *Table, size, channels, filters int) Op {
	return t.Conv2D(same3x3(size, size, channels, filters, true), Weights{Float32: make([]float32, 9*channels*filters)})
}

// execution is an op with its memory, touched.
type execution struct {
	op      Op
	args    *Args
	private Buffer
}

func executionsOf(ops ...Op) []execution {
	var all []execution
	for _, op := range ops {
		shared, private := op.Workspace()
		e := execution{op, &Args{Dst: NewBuffer(4 << 20), Src: []Buffer{NewBuffer(4 << 20)}, Shared: NewBuffer(shared)}, NewBuffer(private)}
		e.share(1)
		all = append(all, e)
	}
	return all
}

// share executes the op for some workers and returns the time of the busiest.
func (e *execution) share(workers int) time.Duration {
	k := work{shares: make([]share, workers)}
	k.divide(e.op.Units())
	busy := make([]time.Duration, workers)
	for {
		free := slices.Index(busy, slices.Min(busy))
		start := time.Now()
		first, last := k.take(free)
		if first == last {
			break
		}
		e.op.Run(e.args, first, last, e.private)
		busy[free] += time.Since(start)
	}
	start := time.Now()
	e.op.Finish(e.args)
	return slices.Max(busy) + time.Since(start)
}
