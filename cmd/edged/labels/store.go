package labels

import (
	"sync"

	"edged/storage"
)

// Store opens the captures when they are first needed, and tries again as long
// as it can't: a folder that can't be written keeps nobody from predicting.
type Store struct {
	Options storage.CapturesOptions

	mu       sync.Mutex
	captures *storage.Captures
}

// Open returns the captures, or why they can't be kept.
func (s *Store) Open() (*storage.Captures, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if s.captures == nil {
		s.captures, err = storage.OpenCaptures(s.Options)
	}
	return s.captures, err
}

// Close gives the captures back.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.captures == nil {
		return nil
	}
	return s.captures.Close()
}
