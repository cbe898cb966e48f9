// Package shadow watches a model that a fit made beside the one that it took over
// from. Both answer the same sampled frames for a while; if the new one is far
// less sure of what it sees, the one before serves again.
package shadow

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"edged/capture"
	"edged/cmd/edged/engine"
	"edged/nn"
	"edged/publish"
	"edged/storage"
)

// Options say what is watched and for how long.
type Options struct {
	// Latest copies the camera's newest frame and tells whether there is one.
	Latest func(*capture.Frame) bool
	// Reject goes back from a version for good.
	Reject func(context.Context, *storage.Version) (*storage.Version, error)
	// Period is how long a model is watched; 0 means not at all.
	Period  time.Duration
	Publish func(publish.Event)
	Log     *slog.Logger
}

// State is what became of a model that is watched.
type State string

// The states of a watched model.
const (
	Watching   State = "watching"
	Kept       State = "kept"
	RolledBack State = "rolled back"
	Ended      State = "ended" // another model serves, or a person chose
)

// Status is how the latest model that was watched fares.
type Status struct {
	Model, Before string // the version that is watched and the one that it took over from
	State         State  // "" if none was watched yet
	Reason        string
	Samples       int     // frames that both answered
	Older, Newer  float64 // means of the best scores of the latest of them
	Since         time.Time
}

// Every is how often a frame is sampled at most; share is how many times as long
// as it took both models is waited before the next one, so that they take 5 % of
// one core.
const (
	Every = time.Second
	share = 20
)

// Shadow watches models.
type Shadow struct {
	o Options

	changed      sync.Mutex
	before, now  *storage.Version // what served before the model that serves, nil once Run knows
	older, newer *storage.Version // older is nil while none is watched
	witness      [2]engine.Witness
	frame        capture.Frame
	seen         uint64 // sequence of the frame that was sampled last
	began        time.Time
	rest         time.Time // no sample before
	compared     comparison

	mu     sync.Mutex
	status Status
}

// New returns a Shadow whose work is done by Run.
func New(o Options) *Shadow { return &Shadow{o: o} }

// Status is how the latest model that was watched fares.
func (s *Shadow) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// Serves notes which model serves from now on; nil means none. It may be called
// from any goroutine.
func (s *Shadow) Serves(v *storage.Version) {
	s.changed.Lock()
	defer s.changed.Unlock()
	if v != s.now && s.o.Period > 0 {
		s.before, s.now = s.now, v
	}
}

// turn returns the model that serves and the one before it, if that is news.
func (s *Shadow) turn() (before, now *storage.Version) {
	s.changed.Lock()
	defer s.changed.Unlock()
	before, s.before = s.before, nil
	return before, s.now
}

// Run watches each model that is made of the one that served before it, until ctx
// ends.
func (s *Shadow) Run(ctx context.Context) error {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if before, now := s.turn(); before != nil {
			s.taken(before, now)
		}
		if s.older != nil {
			s.watch(ctx)
		}
	}
}

// taken notes that one model took over from another.
func (s *Shadow) taken(before, now *storage.Version) {
	if s.older != nil {
		s.end(Ended, "another model serves")
	}
	if now == nil || !isFit(before, now) {
		return
	}
	s.older, s.newer, s.compared = before, now, comparison{}
	s.began, s.rest = time.Now(), time.Time{}
	s.mu.Lock()
	s.status = Status{Model: now.ID(), Before: before.ID()}
	s.mu.Unlock()
	s.enter(Watching, "compared with "+before.ID())
}

// isFit tells whether a model says that it was made of the other one.
func isFit(before, now *storage.Version) bool {
	parent, _, _ := strings.Cut(now.Model.Parent, "@")
	return parent == before.Name && now.Name != before.Name
}

// watch samples a frame and judges.
func (s *Shadow) watch(ctx context.Context) {
	began := time.Now()
	if began.Before(s.rest) || !s.o.Latest(&s.frame) {
		return
	}
	if s.frame.Sequence != s.seen {
		s.seen = s.frame.Sequence
		if err := s.sample(); err != nil {
			s.end(Ended, err.Error())
			return
		}
		s.rest = began.Add(share * time.Since(began))
	}
	switch {
	case s.compared.collapsed():
		s.reject(ctx)
	case s.compared.count >= enough && time.Since(s.began) >= s.o.Period:
		s.end(Kept, s.compared.String())
	}
}

// sample has both models answer the frame.
func (s *Shadow) sample() error {
	m := nn.Image{Width: s.frame.Width, Height: s.frame.Height, Pixels: s.frame.Pixels}
	older, err := s.witness[0].Predict(s.older, m)
	if err != nil {
		return err
	}
	newer, err := s.witness[1].Predict(s.newer, m)
	if err != nil {
		return err
	}
	s.compared.add(slices.Max(older), slices.Max(newer))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Samples = s.compared.count
	s.status.Older, s.status.Newer = s.compared.means()
	return nil
}

// reject goes back from the newer model.
func (s *Shadow) reject(ctx context.Context) {
	_, err := s.o.Reject(ctx, s.newer)
	switch {
	case ctx.Err() != nil:
	case errors.Is(err, storage.ErrKept):
		s.end(Ended, err.Error())
	case errors.Is(err, storage.ErrNoPrevious):
		s.end(Kept, s.compared.String()+", but "+err.Error())
	default: // an error says that this can't be remembered; storage has told
		s.end(RolledBack, s.compared.String())
	}
}

// end lets go of both models' memory.
func (s *Shadow) end(state State, reason string) {
	s.enter(state, reason)
	s.older, s.newer, s.witness, s.frame = nil, nil, [2]engine.Witness{}, capture.Frame{}
	debug.FreeOSMemory()
}

// enter notes a state and tells of it.
func (s *Shadow) enter(state State, reason string) {
	s.mu.Lock()
	s.status.State, s.status.Reason, s.status.Since = state, reason, time.Now()
	model := s.status.Model
	s.mu.Unlock()
	log := s.o.Log.Info
	if state == RolledBack {
		log = s.o.Log.Warn
	}
	log("shadow", "state", state, "model", model, "reason", reason)
	s.o.Publish(&publish.ShadowChange{Time: time.Now(), Model: model, State: string(state), Reason: reason})
}
