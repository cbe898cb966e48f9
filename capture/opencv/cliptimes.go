package opencv

import "time"

// defaultFPS is the rate of a clip that doesn't tell it.
const defaultFPS = 25

// clipTimes tells when each picture of a clip is due, by the clip's own
// timestamps, or by its rate where these do not rise. It goes on over the rounds
// of a loop.
type clipTimes struct {
	step  time.Duration // at the clip's rate
	round time.Duration // when this round's first picture is due
	first time.Duration // that picture's timestamp
	last  time.Duration // when the last picture was due
	count int           // pictures of this round
	begun bool
}

// begin starts a round of a clip of so many frames a second.
func (t *clipTimes) begin(fps float64) {
	if !isRate(fps) {
		fps = defaultFPS
	}
	t.step = time.Duration(float64(time.Second) / fps)
	if t.begun {
		t.round = t.last + t.step
	}
	t.count = 0
}

// next is when the next picture is due, whose timestamp is so many milliseconds.
func (t *clipTimes) next(milliseconds float64) time.Duration {
	stamp := time.Duration(milliseconds * float64(time.Millisecond))
	if t.count == 0 {
		t.first, t.last = stamp, t.round
	} else if due := t.round + stamp - t.first; due > t.last {
		t.last = due
	} else {
		t.last += t.step
	}
	t.count++
	t.begun = true
	return t.last
}

// isRate tells a rate from what some clips and drivers call one.
func isRate(fps float64) bool { return fps > 0.001 && fps < 1000 }
