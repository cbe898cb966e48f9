package capture

import (
	"math/rand/v2"
	"time"
)

// The waits between attempts to start the program: doubling from first to last,
// each up to a quarter shorter or longer, so that cameras that failed together
// don't return together. A program that ran for healthy begins at first again.
const (
	backoffFirst = 500 * time.Millisecond
	backoffLast  = 30 * time.Second
	healthy      = 10 * time.Second
)

type backoff struct{ failures int }

// next is how long to wait now.
func (b *backoff) next() time.Duration {
	wait := backoffLast
	if b.failures < 16 {
		wait = min(backoffLast, backoffFirst<<b.failures)
	}
	b.failures++
	return wait*3/4 + rand.N(wait/2)
}

func (b *backoff) reset() { b.failures = 0 }
