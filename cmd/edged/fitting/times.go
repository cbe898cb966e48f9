package fitting

import (
	"fmt"
	"time"
)

// TimeOfDay is a time of each day by the local clock.
type TimeOfDay struct{ Hour, Minute int }

// ParseTimeOfDay reads "02:30".
func ParseTimeOfDay(text string) (TimeOfDay, error) {
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return TimeOfDay{}, fmt.Errorf("%q is no time of a day: write it as \"02:30\"", text)
	}
	return TimeOfDay{t.Hour(), t.Minute()}, nil
}

// on is the time on the day of d. A time that a change of the clock leaves out is
// an hour away.
func (t TimeOfDay) on(d time.Time) time.Time {
	year, month, day := d.Date()
	return time.Date(year, month, day, t.Hour, t.Minute, 0, 0, d.Location())
}

const (
	// lookAtClock is how often the clock is looked at.
	lookAtClock = 20 * time.Second

	// caughtUp is how long after a set time, which the clock has jumped over, its
	// fit is still begun; and halfDay how long after a fit no other is begun for
	// the same set time, whatever the clock says.
	caughtUp = time.Hour
	halfDay  = 12 * time.Hour
)

// timetable tells when set times have come. It knows the clock by being told it
// from time to time, so that a clock that jumps by years begins one fit at most
// for each set time.
type timetable struct {
	times []TimeOfDay
	last  time.Time   // that the clock showed
	begun []time.Time // of each set time's last fit, as the monotonic clock counts
}

func newTimetable(times []TimeOfDay, now time.Time) *timetable {
	return &timetable{times: times, last: now, begun: make([]time.Time, len(times))}
}

// due tells whether a set time has come since the last call. now has a monotonic
// reading, wall is what the clock shows.
func (t *timetable) due(now, wall time.Time) bool {
	from := t.last
	t.last = wall
	if wall.Sub(from) > caughtUp {
		from = wall.Add(-caughtUp)
	}
	due := false
	for i, at := range t.times {
		for _, day := range []time.Time{from, wall} {
			came := at.on(day)
			if !came.After(from) || came.After(wall) || !t.begun[i].IsZero() && now.Sub(t.begun[i]) < halfDay {
				continue
			}
			t.begun[i], due = now, true
		}
	}
	return due
}

// next is the next set time, or the zero time without any.
func (t *timetable) next(wall time.Time) (next time.Time) {
	for _, at := range t.times {
		for _, day := range []time.Time{wall, wall.AddDate(0, 0, 1)} {
			if came := at.on(day); came.After(wall) && (next.IsZero() || came.Before(next)) {
				next = came
			}
		}
	}
	return next
}
