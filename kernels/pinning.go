package kernels

import (
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// pinning keeps threads on some cores.
type pinning struct {
	own  unix.CPUSet // the cores that the process may use
	some unix.CPUSet // those of them that were chosen
}

// NewWorkersOn returns n workers that run on the given cores only, as from
// BigCores, or one for each of those cores if n is less than 1. The goroutine
// that calls Do is on them as long as Do lasts.
func NewWorkersOn(n int, cores []int) (*Workers, error) {
	p := &pinning{}
	if err := unix.SchedGetaffinity(0, &p.own); err != nil {
		return nil, fmt.Errorf("can't ask for this thread's cores: %w", err)
	}
	for _, core := range cores {
		if p.own.IsSet(core) {
			p.some.Set(core)
		}
	}
	count := p.some.Count()
	if count == 0 {
		return nil, fmt.Errorf("this process may use none of the cores %v: start it on others or choose none", cores)
	}
	if n < 1 {
		n = count
	}
	ready := make(chan error, n)
	w := newWorkers(n, n <= count, func() { ready <- unix.SchedSetaffinity(0, &p.some) })
	var err error
	for range w.helpers {
		err = errors.Join(err, <-ready)
	}
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("can't keep workers on the cores %v: %w", cores, err)
	}
	w.pinning = p
	return w, nil
}

// enter keeps the calling goroutine on the cores until leave. A thread that
// can't be kept works where it is.
func (p *pinning) enter() {
	runtime.LockOSThread()
	_ = unix.SchedSetaffinity(0, &p.some)
}

func (p *pinning) leave() {
	_ = unix.SchedSetaffinity(0, &p.own)
	runtime.UnlockOSThread()
}
