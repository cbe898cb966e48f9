//go:build board

package boardtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// looked is more than how often the daemon looks at the clock for set times.
const looked = 25 * time.Second

// clock sets the board's clock years ahead and years back, both times to just after
// the set time of fits. Predictions go on, labels are kept in the order in which
// they came, models that arrive take over, and one fit begins in all.
func (s *story) clock(t *testing.T) {
	now := time.Now()
	seen := s.journal.mark()
	s.during("the clock jumps", func() {
		ahead, back := s.fitAt.AddDate(5, 0, 0).Add(10*time.Minute), s.fitAt.AddDate(-5, 0, 0).Add(10*time.Minute)
		s.setClock(t, ahead)
		if done := s.fitted(t, seen); done.State == "committed" {
			s.journal.await(t, seen, event{Event: "model", State: "active", Model: done.Model}.is)
			s.served = append(s.served, done.Model)
		} else if done.State != "refused" {
			t.Errorf("the fit at its set time: %s", done.text)
		}
		s.predictsAfter(t, ahead.Add(looked))
		s.setClock(t, back)
		s.served = append(s.served, "later")
		s.take(t, "first", "later")
		s.predictsAfter(t, back.Add(looked))
		s.setClock(t, now.Add(time.Since(now)))
	})
	if n := s.journal.count(seen, event{Event: "fit", State: "started"}.is); n != 1 {
		t.Errorf("%d fits began, want 1", n)
	}
	seen = s.journal.mark()
	s.run(t, "edged models rollback")
	s.model = s.journal.await(t, seen, event{Event: "model", State: "active"}.is).Model
	s.inOrder(t)
}

// setClock sets the board's clock, to which the daemon must predict and keep a
// label.
func (s *story) setClock(t *testing.T, to time.Time) {
	t.Helper()
	s.run(t, fmt.Sprintf("date -s @%d", to.Unix()))
	s.predictsAfter(t, to.Add(2*time.Second))
	path := s.label(t, "red")
	if month := "/" + to.UTC().Format("200601"); !strings.Contains(path, month) {
		t.Errorf("%s was kept while the clock showed %v", path, to.UTC())
	}
}

// predictsAfter waits for a prediction of a later moment, by the board's clock.
func (s *story) predictsAfter(t *testing.T, moment time.Time) {
	t.Helper()
	s.journal.await(t, s.journal.mark(), func(e event) bool {
		return e.Event == "prediction" && e.Time.After(moment) && e.Time.Before(moment.Add(time.Hour))
	})
}

// inOrder compares the captures that the board lists with those acknowledged.
func (s *story) inOrder(t *testing.T) {
	t.Helper()
	var want, got []string
	for _, a := range s.acks {
		want = append(want, a.captures...)
	}
	for line := range strings.Lines(s.run(t, "edged captures list")) {
		if path := strings.Fields(line)[0]; slices.Contains(want, path) {
			got = append(got, path)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the captures are listed as\n%s\nand came as\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
