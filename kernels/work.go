package kernels

import "sync/atomic"

// work is one execution of an Op.
type work struct {
	op      Op
	args    *Args
	private []Buffer
	shares  []share // of each worker
}

// share is what is left of a worker's own units: the first in the lower half, the
// one after the last in the upper. It fills a cache line.
type share struct {
	left atomic.Uint64
	_    [Alignment - 8]byte
}

// divide gives every worker a share of the units that follow each other.
func (k *work) divide(units int) {
	n := len(k.shares)
	for i := range k.shares {
		k.shares[i].left.Store(uint64((i+1)*units/n)<<32 | uint64(i*units/n))
	}
}

// run takes units until none is left.
func (k *work) run(worker int) {
	q := queue{k, worker}
	if op, ok := k.op.(queued); ok {
		op.runQueue(k.args, q, k.private[worker])
		return
	}
	for first, last := q.next(); first < last; first, last = q.next() {
		k.op.Run(k.args, first, last, k.private[worker])
	}
}

// queue are the units that one worker does, one run of them after the other.
type queue struct {
	work   *work
	worker int
}

// next takes the next units, or none if all are taken.
func (q queue) next() (first, last int) { return q.work.take(q.worker) }

// queued is an Op that does all of a worker's units in one call, because a run of them may
// follow the one before it, of which something is of use.
type queued interface {
	runQueue(a *Args, q queue, private Buffer)
}

// take returns the next units for a worker, or none if all are taken: half of
// what is left of its own from the front, or else of another's from the back.
// Large pieces come first and small ones last, so that units that follow each
// other stay together and all workers end at the same time.
func (k *work) take(worker int) (first, last int) {
	if first, last = k.shares[worker].front(); first < last {
		return first, last
	}
	for i := 1; i < len(k.shares) && first == last; i++ {
		first, last = k.shares[(worker+i)%len(k.shares)].back()
	}
	return first, last
}

// front takes units off the front.
func (s *share) front() (first, last int) {
	for {
		left := s.left.Load()
		first, end := left&(1<<32-1), left>>32
		if first == end {
			return 0, 0
		}
		last := first + max(1, (end-first)/2)
		if s.left.CompareAndSwap(left, end<<32|last) {
			return int(first), int(last)
		}
	}
}

// back takes units off the back.
func (s *share) back() (first, last int) {
	for {
		left := s.left.Load()
		begin, end := left&(1<<32-1), left>>32
		if begin == end {
			return 0, 0
		}
		first := end - max(1, (end-begin)/2)
		if s.left.CompareAndSwap(left, first<<32|begin) {
			return int(first), int(end)
		}
	}
}
