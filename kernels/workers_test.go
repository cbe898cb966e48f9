package kernels_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"edged/kernels"
)

// tally is an Op that counts how often each unit runs.
type tally struct {
	counts   []atomic.Int32
	finished atomic.Int32
}

func (op *tally) Name() string                     { return "tally" }
func (op *tally) Units() int                       { return len(op.counts) }
func (op *tally) Workspace() (shared, private int) { return 0, 64 }

func (op *tally) Run(_ *kernels.Args, first, last int, private kernels.Buffer) {
	private[0]++ // a race if two workers share it
	for i := first; i < last; i++ {
		op.counts[i].Add(1)
	}
}

func (op *tally) Finish(*kernels.Args) {
	op.finished.Add(1)
	for i := range op.counts {
		if op.counts[i].Load() != op.finished.Load() {
			panic("finished too early")
		}
	}
}

func privates(n int) []kernels.Buffer {
	var all []kernels.Buffer
	for range n {
		all = append(all, kernels.NewBuffer(64))
	}
	return all
}

func TestWorkersRunEveryUnitOnce(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, n := range []int{1, 2, 3, 8} {
		w := kernels.NewWorkers(n)
		if w.Count() != n {
			t.Errorf("NewWorkers(%d) has %d", n, w.Count())
		}
		private := privates(n)
		for _, units := range []int{1, 2, 3, 7, 100, 1001} {
			op := &tally{counts: make([]atomic.Int32, units)}
			const times = 200
			for range times {
				w.Do(op, nil, private)
			}
			for i := range op.counts {
				if got := op.counts[i].Load(); got != times {
					t.Fatalf("%d workers: unit %d of %d ran %d times, want %d", n, i, units, got, times)
				}
			}
		}
		w.Close()
	}
}

func TestWorkersWakeUpAfterSleep(t *testing.T) {
	defer goleak.VerifyNone(t)
	w := kernels.NewWorkers(2)
	defer w.Close()
	// Two units that wait for each other: both workers must take part.
	for range 5 {
		for !w.Asleep() {
			runtime.Gosched()
		}
		op := &meeting{}
		op.both.Add(2)
		w.Do(op, nil, privates(2))
	}
}

// meeting is an Op whose units end only when both have begun.
type meeting struct {
	kernels.Unshared
	both sync.WaitGroup
}

func (op *meeting) Name() string                     { return "meeting" }
func (op *meeting) Units() int                       { return 2 }
func (op *meeting) Workspace() (shared, private int) { return 0, 0 }
func (op *meeting) Run(_ *kernels.Args, first, last int, _ kernels.Buffer) {
	for range last - first {
		op.both.Done()
		op.both.Wait()
	}
}

func TestWorkersServeSeveralCallers(t *testing.T) {
	defer goleak.VerifyNone(t)
	w := kernels.NewWorkers(2)
	defer w.Close()
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			private := privates(2)
			op := &tally{counts: make([]atomic.Int32, 50)}
			for range 300 {
				w.Do(op, nil, private)
			}
			if got := op.finished.Load(); got != 300 {
				t.Errorf("finished %d times, want 300", got)
			}
		})
	}
	callers.Wait()
}

func TestWorkersDoNotAllocate(t *testing.T) {
	w := kernels.NewWorkers(2)
	defer w.Close()
	private := privates(2)
	op := &tally{counts: make([]atomic.Int32, 64)}
	if n := testing.AllocsPerRun(100, func() { w.Do(op, nil, private) }); n != 0 {
		t.Errorf("Do allocates %v times", n)
	}
}

func BenchmarkWorkers(b *testing.B) {
	w := kernels.NewWorkers(2)
	defer w.Close()
	private := privates(2)
	op := &tally{counts: make([]atomic.Int32, 2)}
	for b.Loop() {
		w.Do(op, nil, private)
	}
}
