package opencv

import (
	"context"
	"time"
)

const (
	// lateness is how far a replay may fall behind and still catch up.
	lateness = time.Second

	// aliveEvery is how often the reader hears that no frame is due yet.
	aliveEvery = time.Second
)

// pacer replays pictures at the times they are due.
type pacer struct {
	fast  bool
	start time.Time // when due 0 is, or was
}

// wait returns when the picture is due, and calls alive meanwhile. After a break,
// such as a stopped process, it goes on from there and doesn't hurry.
func (p *pacer) wait(ctx context.Context, due time.Duration, alive func() error) error {
	if p.fast {
		return ctx.Err()
	}
	if p.start.IsZero() || time.Since(p.start)-due > lateness {
		p.start = time.Now().Add(-due)
	}
	for {
		left := due - time.Since(p.start)
		if left <= 0 {
			return ctx.Err()
		}
		timer := time.NewTimer(min(left, aliveEvery))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		if left > aliveEvery {
			if err := alive(); err != nil {
				return err
			}
		}
	}
}
