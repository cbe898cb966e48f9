package daemon

import (
	"slices"
	"sync"
	"time"

	"edged/web"
)

// remembered is over how many frames percentiles are taken.
const remembered = 1000

// durations remembers the latest durations. The zero value is ready.
type durations struct {
	mu     sync.Mutex
	latest [remembered]time.Duration
	count  int // ever added
}

func (d *durations) add(v time.Duration) {
	d.mu.Lock()
	d.latest[d.count%remembered] = v
	d.count++
	d.mu.Unlock()
}

// percentiles by the nearest rank.
func (d *durations) percentiles() web.Percentiles {
	d.mu.Lock()
	sorted := slices.Clone(d.latest[:min(d.count, remembered)])
	d.mu.Unlock()
	if len(sorted) == 0 {
		return web.Percentiles{}
	}
	slices.Sort(sorted)
	rank := func(percent int) float64 {
		i := (len(sorted)*percent + 99) / 100
		return float64(sorted[max(i, 1)-1]) / float64(time.Millisecond)
	}
	return web.Percentiles{P50: rank(50), P90: rank(90), P99: rank(99), Max: rank(100)}
}
