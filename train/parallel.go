package train

import (
	"runtime"
	"sync"
)

// parallel calls work for 0 to n-1 on all cores, each with its own scratch of
// size elements.
func parallel(n int, work func(i int, scratch []float32), size int) {
	parallelWith(n, func() func(int) {
		scratch := make([]float32, size)
		return func(i int) { work(i, scratch) }
	})
}

// parallelWith calls what start returns, once for each core, for 0 to n-1.
func parallelWith(n int, start func() func(i int)) {
	threads := max(min(runtime.GOMAXPROCS(0), n), 1)
	var group sync.WaitGroup
	for t := range threads {
		group.Go(func() {
			work := start()
			for i := n * t / threads; i < n*(t+1)/threads; i++ {
				work(i)
			}
		})
	}
	group.Wait()
}
