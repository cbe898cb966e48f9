package train

import "sync"

// fitSteps counts the steps of a fit that come after the features, and tells of
// them.
type fitSteps struct {
	tell func(stage string, done, all int) // may be nil
	all  int

	lock sync.Mutex
	done int
}

// step tells that one more is done.
func (s *fitSteps) step() {
	if s.tell == nil {
		return
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.done++
	s.tell("head", s.done, s.all)
}

// countSteps is how many steps a fit takes: parts of the features that are
// multiplied, blocks of maps that are read, and heads that are fitted.
func countSteps(head *splitHead, methods []string, training, heldOut int) int {
	all := 0
	if head.dense != nil {
		size := head.dense.Inputs()
		all = blocks(size, chunk(training+heldOut, size))
	}
	for _, method := range methods {
		if method == "landmarks" {
			copies := radialCopies(training)
			all += blocks(training, mapBlock(1)) + blocks(training, mapBlock(1+copies)) + blocks(heldOut, mapBlock(1)) + 1 + folds
			continue
		}
		if all++; heldOut < fewHeldOut {
			all += folds
		}
	}
	return all
}

// blocks is how many of some size there are.
func blocks(n, size int) int { return (n + size - 1) / size }
