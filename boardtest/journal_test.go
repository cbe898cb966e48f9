//go:build board

package boardtest

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// lines are what the daemon writes: its events and its log.
type lines struct {
	patience time.Duration

	mu   sync.Mutex
	all  []string
	more chan struct{} // closed at the next line
}

func newLines(r io.Reader) *lines {
	l := &lines{patience: patience, more: make(chan struct{})}
	go func() {
		in := bufio.NewScanner(r)
		in.Buffer(nil, 1<<20)
		for in.Scan() {
			l.mu.Lock()
			l.all = append(l.all, in.Text())
			close(l.more)
			l.more = make(chan struct{})
			l.mu.Unlock()
		}
	}()
	return l
}

// mark is the present moment, to await what comes after it.
func (l *lines) mark() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

// await returns the first line since seen that matches, as an event.
func (l *lines) await(t *testing.T, seen int, match func(event) bool) event {
	t.Helper()
	late := time.After(l.patience)
	for {
		l.mu.Lock()
		fresh, more := l.all[seen:], l.more
		seen = len(l.all)
		l.mu.Unlock()
		for _, text := range fresh {
			if e := parseEvent(text); match(e) {
				return e
			}
		}
		select {
		case <-more:
		case <-late:
			t.Fatalf("the daemon does not say it")
		}
	}
}

// count is how many lines since seen match.
func (l *lines) count(seen int, match func(event) bool) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, text := range l.all[seen:] {
		if match(parseEvent(text)) {
			n++
		}
	}
	return n
}

// tail is what was said last, predictions left out.
func (l *lines) tail(n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var kept []string
	for _, text := range l.all {
		if parseEvent(text).Event != "prediction" {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept[max(0, len(kept)-n):], "\n")
}

// event is one of the daemon's, as far as the story looks at it.
type event struct {
	Event    string
	Time     time.Time
	State    string
	Reason   string
	Model    string
	Label    string
	Score    float32
	Count    int
	Port     string
	Captures []string
	text     string
}

// parseEvent takes a line of the log for an event without a name.
func parseEvent(text string) event {
	var e event
	_ = json.Unmarshal([]byte(text), &e)
	e.Model, _, _ = strings.Cut(e.Model, "@") // the version of what bears that name
	e.text = text
	return e
}

// is tells whether o has all that e names.
func (e event) is(o event) bool {
	return (e.Event == "" || e.Event == o.Event) && (e.State == "" || e.State == o.State) &&
		(e.Model == "" || e.Model == o.Model) && (e.Label == "" || e.Label == o.Label)
}
