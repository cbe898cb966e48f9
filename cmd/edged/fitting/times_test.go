package fitting

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata" // for machines without

	"edged/publish"
	"edged/storage"
)

func TestTimesOfDay(t *testing.T) {
	for text, want := range map[string]TimeOfDay{"02:30": {2, 30}, "23:59": {23, 59}, "00:00": {}} {
		if got, err := ParseTimeOfDay(text); err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "2:30", "24:00", "02:60", "02:30:00", "half past two"} {
		if _, err := ParseTimeOfDay(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// TestSetTimes lets a clock run and jump, and counts what becomes due.
func TestSetTimes(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	day := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, berlin)
	}
	times := []TimeOfDay{{2, 30}, {13, 0}}
	type step struct {
		to   time.Time // the clock is set to this, if it is not zero
		run  time.Duration
		want int
	}
	for name, test := range map[string]struct {
		start time.Time
		steps []step
	}{
		"two days":                        {day(6, 1, 0, 0), []step{{run: 48 * time.Hour, want: 4}}},
		"a start after a set time":        {day(6, 1, 3, 0), []step{{run: 9 * time.Hour, want: 0}, {run: 2 * time.Hour, want: 1}}},
		"years ahead":                     {day(6, 1, 0, 0), []step{{to: day(6, 1, 8, 0).AddDate(20, 0, 0), run: time.Hour, want: 0}, {run: 23 * time.Hour, want: 2}}},
		"years back":                      {day(6, 1, 8, 0), []step{{to: day(6, 1, 8, 0).AddDate(-30, 0, 0), run: 24 * time.Hour, want: 2}}},
		"just over a set time":            {day(6, 1, 2, 0), []step{{to: day(6, 1, 3, 0), run: time.Minute, want: 1}}},
		"back before the time of a fit":   {day(6, 1, 2, 0), []step{{run: time.Hour, want: 1}, {to: day(6, 1, 2, 0), run: 2 * time.Hour, want: 0}, {run: 10 * time.Hour, want: 1}}},
		"to and fro":                      {day(6, 1, 2, 29), []step{{run: 2 * time.Minute, want: 1}, {to: day(1, 1, 2, 29), run: 2 * time.Minute, want: 0}, {to: day(12, 1, 2, 29), run: 2 * time.Minute, want: 0}}},
		"the hour that summer time takes": {day(3, 29, 0, 0), []step{{run: 6 * time.Hour, want: 1}}},
		"the hour that comes twice":       {day(10, 25, 0, 0), []step{{run: 6 * time.Hour, want: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			now, wall := time.Now(), test.start
			table := newTimetable(times, wall)
			for i, s := range test.steps {
				if !s.to.IsZero() {
					wall = s.to
				}
				got := 0
				for end := now.Add(s.run); now.Before(end); {
					now, wall = now.Add(lookAtClock), wall.Add(lookAtClock)
					if table.due(now, wall) {
						got++
					}
				}
				if got != s.want {
					t.Errorf("step %d: %d fits, want %d", i, got, s.want)
				}
			}
		})
	}
	if got := newTimetable(times, time.Time{}).next(day(6, 1, 12, 0)); !got.Equal(day(6, 1, 13, 0)) {
		t.Errorf("next: %v", got)
	}
	if got := newTimetable(times, time.Time{}).next(day(6, 1, 14, 0)); !got.Equal(day(6, 2, 2, 30)) {
		t.Errorf("next: %v", got)
	}
	if got := newTimetable(nil, time.Time{}).next(day(6, 1, 14, 0)); !got.IsZero() {
		t.Errorf("next: %v", got)
	}
}

// TestFitsAtSetTimes runs the worker on a virtual clock whose wall clock jumps.
func TestFitsAtSetTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var offset atomic.Int64
		var lock sync.Mutex
		var fits []string
		w := New(Options{
			At: []TimeOfDay{{2, 30}}, Limit: time.Minute, Log: slog.New(slog.DiscardHandler),
			Wall:   func() time.Time { return time.Now().UTC().Add(time.Duration(offset.Load())) },
			Active: func() *storage.Version { return nil }, // a fit fails at once
			Publish: func(e publish.Event) {
				lock.Lock()
				defer lock.Unlock()
				fits = append(fits, e.(*publish.FitChange).State)
			},
			Models: t.TempDir(),
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Run(ctx) }()
		count := func(want int) {
			t.Helper()
			synctest.Wait()
			lock.Lock()
			defer lock.Unlock()
			if got := strings.Count(strings.Join(fits, " "), "started"); got != want {
				t.Errorf("%d fits, want %d: %v", got, want, fits)
			}
		}
		time.Sleep(2 * time.Hour) // the bubble's clock begins at midnight
		count(0)
		if next := w.Status().Next; next.Hour() != 2 || next.Minute() != 30 {
			t.Errorf("next at %v", next)
		}
		time.Sleep(time.Hour)
		count(1)
		offset.Store(int64(20 * 365 * 24 * time.Hour))
		time.Sleep(time.Hour)
		count(1)
		time.Sleep(23 * time.Hour)
		count(2)
		w.mu.Lock()
		w.status.Result = committed
		w.mu.Unlock()
		time.Sleep(24 * time.Hour) // nothing is new
		count(2)
		w.Labelled(1)
		time.Sleep(24 * time.Hour)
		count(3)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
