package engine

import "edged/kernels"

// Workers starts so many workers, or, if threads is 0, one for each core: on all
// cores, or on the fast ones where they differ. Close ends them.
func Workers(threads int, bigCores bool) (*kernels.Workers, error) {
	if bigCores {
		return kernels.NewWorkersOnBigCores(threads)
	}
	return kernels.NewWorkers(threads), nil
}
