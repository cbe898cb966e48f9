package kernels

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Workers run the units of an Op on several cores. The goroutine that calls Do
// is one of the workers; the others wait for work spinning, and sleep after a
// short time without any. Do may be called by several goroutines: while one has
// the workers, the others do their work by themselves.
//
// Every worker has a share of the units that follow each other, the same part of
// every op, so that it mostly finds what it reads in its own core's cache: it wrote
// that itself. Who has done his share helps the others, from their last unit on.
type Workers struct {
	helpers []*helper
	pinning *pinning // nil: any core
	spin    bool     // waiting may spin: there is a core for every worker
	busy    sync.Mutex
	work    work

	// gate lets helpers into the current work. Its upper half counts the works,
	// the lower holds the two flags and the number of helpers inside.
	gate    atomic.Uint64
	done    chan struct{} // the last helper left while the caller slept
	stopped sync.WaitGroup
}

const (
	gateOpen     = 1 << 31 // helpers may enter
	gateSleeping = 1 << 30 // the caller waits on done
	gateInside   = gateSleeping - 1
	gateWork     = 1 << 32 // one in the count of works
)

// helper is a worker other than the caller.
type helper struct {
	index  int
	asleep atomic.Bool
	wake   chan bool // false: the end
}

// spinTime is how long a worker spins before it sleeps: longer than the pause
// between two layers, shorter than that between two pictures.
const spinTime = 100 * time.Microsecond

// NewWorkers returns n workers, or one for each core that Go uses if n is less
// than 1. One worker has no goroutine. Close ends them.
func NewWorkers(n int) *Workers {
	cores := runtime.GOMAXPROCS(0)
	if n < 1 {
		n = cores
	}
	return newWorkers(n, n <= cores, nil)
}

// newWorkers returns n workers whose helpers keep a thread each and call begin
// on it, unless begin is nil.
func newWorkers(n int, spin bool, begin func()) *Workers {
	w := &Workers{spin: spin, done: make(chan struct{}, 1), work: work{shares: make([]share, n)}}
	for i := 1; i < n; i++ {
		h := &helper{index: i, wake: make(chan bool, 1)}
		w.helpers = append(w.helpers, h)
		w.stopped.Go(func() {
			if begin != nil {
				runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
				begin()
			}
			w.help(h)
		})
	}
	return w
}

// Count is the number of workers, the caller of Do among them.
func (w *Workers) Count() int { return len(w.helpers) + 1 }

// Close ends the workers' goroutines. Do must not be running, and may not be
// called any more.
func (w *Workers) Close() {
	w.busy.Lock()
	for _, h := range w.helpers {
		h.wake <- false
	}
	w.stopped.Wait()
}

// Do runs an op from its first unit to Finish. private holds one private
// workspace for each worker. It doesn't allocate.
func (w *Workers) Do(op Op, args *Args, private []Buffer) {
	if w.pinning != nil {
		w.pinning.enter()
		defer w.pinning.leave()
	}
	units := op.Units()
	if units == 1 || len(w.helpers) == 0 || !w.busy.TryLock() {
		op.Run(args, 0, units, private[0])
		op.Finish(args)
		return
	}
	defer w.busy.Unlock()
	w.work.op, w.work.args, w.work.private = op, args, private
	w.work.divide(units)
	w.gate.Add(gateWork | gateOpen)
	w.rouse(units - 1)
	w.work.run(0)
	w.shut()
	w.work.op, w.work.args, w.work.private = nil, nil, nil
	op.Finish(args)
}

// rouse wakes up to n sleeping helpers.
func (w *Workers) rouse(n int) {
	for _, h := range w.helpers[:min(n, len(w.helpers))] {
		if h.asleep.CompareAndSwap(true, false) {
			h.wake <- true
		}
	}
}

// shut closes the gate and waits until nobody is inside.
func (w *Workers) shut() {
	gate := w.gate.And(^uint64(gateOpen)) &^ gateOpen
	for wait := w.patience(); gate&gateInside != 0; gate = w.gate.Load() {
		if wait.over() && w.gate.CompareAndSwap(gate, gate|gateSleeping) {
			<-w.done
			w.gate.And(^uint64(gateSleeping))
			return
		}
	}
}

// help is the life of a helper.
func (w *Workers) help(h *helper) {
	seen := uint64(0) // the work it last took part in
	for {
		gate, ok := w.await(h, seen)
		if !ok {
			return
		}
		if !w.gate.CompareAndSwap(gate, gate+1) {
			continue
		}
		seen = gate / gateWork
		w.work.run(h.index)
		if gate := w.gate.Add(^uint64(0)); gate&gateInside == 0 && gate&gateSleeping != 0 {
			w.done <- struct{}{}
		}
	}
}

// await returns the gate when it is open to a work that h has not seen, or
// false when the workers are closed.
func (w *Workers) await(h *helper, seen uint64) (gate uint64, ok bool) {
	wait := w.patience()
	for {
		if gate = w.gate.Load(); open(gate, seen) {
			return gate, true
		}
		if !wait.over() {
			continue
		}
		h.asleep.Store(true)
		if open(w.gate.Load(), seen) && h.asleep.CompareAndSwap(true, false) {
			continue
		}
		if !<-h.wake {
			return 0, false
		}
		wait = w.patience()
	}
}

// open tells whether the gate is open to another work than the one seen.
func open(gate, seen uint64) bool { return gate&gateOpen != 0 && gate/gateWork != seen }

// patience is how long to spin.
type patience struct {
	spins int
	until time.Time
	none  bool
}

func (w *Workers) patience() patience { return patience{none: !w.spin} }

// over tells whether spinning should end; from time to time it lets other
// goroutines run.
func (p *patience) over() bool {
	p.spins++
	switch {
	case p.none:
		return true
	case p.spins%64 != 0:
		return false
	case p.until.IsZero():
		p.until = time.Now().Add(spinTime)
	}
	runtime.Gosched()
	return !time.Now().Before(p.until)
}
