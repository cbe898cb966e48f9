package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// sums loads the smallest thing that has a model's troubles: files "one" and
// "two", and "sums" with their hashes. Its label says what was in them, so that
// a mixture of two models would show.
type sums struct {
	onLoad func(ctx context.Context, path string) error
}

func (sums) Verify(_ context.Context, path string) error {
	_, err := readSums(path)
	return err
}

func (l sums) Load(ctx context.Context, path string) (*Ready, error) {
	label, err := readSums(path)
	if err != nil {
		return nil, err
	}
	if l.onLoad != nil {
		if err := l.onLoad(ctx, path); err != nil {
			return nil, err
		}
	}
	parent, _ := os.ReadFile(filepath.Join(path, "parent"))
	return &Ready{Model: &Model{Labels: []string{label}, Parent: string(parent)}}, nil
}

func readSums(path string) (label string, err error) {
	want, err := os.ReadFile(filepath.Join(path, "sums"))
	if err != nil {
		return "", &IncompleteError{File: "sums", Reason: "it is missing"}
	}
	hash := sha256.New()
	for _, name := range []string{"one", "sub/two"} {
		data, err := os.ReadFile(filepath.Join(path, name))
		if err != nil {
			return "", &IncompleteError{File: name, Reason: "it is missing"}
		}
		hash.Write(data)
		first, _, _ := strings.Cut(string(data), "\n")
		label += first + " "
	}
	if hex.EncodeToString(hash.Sum(nil)) != string(want) {
		return "", &DamagedError{File: "sums", Reason: "the hash differs"}
	}
	return strings.TrimSpace(label), nil
}

// writeSums makes a model that answers "label label".
func writeSums(t testing.TB, path, label string) {
	t.Helper()
	one := fmt.Appendf(nil, "%s\n%s", label, strings.Repeat(label, 1000))
	if err := os.MkdirAll(filepath.Join(path, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(append(append([]byte{}, one...), one...))
	for name, data := range map[string]string{"one": string(one), "sub/two": string(one), "sums": hex.EncodeToString(sum[:])} {
		if err := os.WriteFile(filepath.Join(path, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// setTimes gives every file of a model the same modification time.
func setTimes(t testing.TB, path string, at time.Time) {
	t.Helper()
	for _, name := range []string{"one", "sub/two", "sums"} {
		if err := os.Chtimes(filepath.Join(path, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
}

// board is a model folder and its state folder, and the events of Models on them.
type board struct {
	testing.TB
	models, state string
	options       ModelsOptions

	mu     sync.Mutex
	events []ModelEvent
	happen chan struct{} // an event happened
}

func newBoard(t testing.TB) *board {
	root := t.TempDir()
	b := &board{TB: t, models: filepath.Join(root, "models"), state: filepath.Join(root, "state"), happen: make(chan struct{}, 1)}
	b.options = ModelsOptions{
		Folder: b.models, State: b.state, Loader: sums{}, Quiet: time.Second, Rescan: 10 * time.Second,
		Notify: func(e ModelEvent) {
			b.mu.Lock()
			b.events = append(b.events, e)
			b.mu.Unlock()
			select {
			case b.happen <- struct{}{}:
			default:
			}
		},
	}
	if err := os.MkdirAll(b.models, 0o755); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *board) path(name string) string { return filepath.Join(b.models, name) }

func (b *board) open() *Models {
	b.Helper()
	m, err := OpenModels(b.options)
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// start runs Models without the kernel's hints, as on a network file system, for
// tests on a synthetic clock. stop ends it as a daemon's end does.
func (b *board) start() (m *Models, stop func()) {
	b.Helper()
	m = b.open()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	silent := &hints{changed: make(chan struct{}, 1), failed: os.ErrInvalid}
	go func() { ended <- m.run(ctx, silent) }()
	return m, func() {
		b.Helper()
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		m.Close()
	}
}

// told returns the events so far as "kind version", contents left out, and
// forgets them.
func (b *board) told() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []string
	for _, e := range b.events {
		name, _, _ := strings.Cut(e.Version, "@")
		list = append(list, strings.TrimSpace(string(e.Kind)+" "+name))
	}
	b.events = nil
	return strings.Join(list, ", ")
}

// lastReason is the reason of the latest event.
func (b *board) lastReason() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) == 0 {
		return ""
	}
	return b.events[len(b.events)-1].Reason
}

// serves is the name of the active version and what it answers.
func serves(m *Models) string {
	v := m.Active()
	if v == nil {
		return "nothing"
	}
	return v.Name + ": " + v.Model.Labels[0]
}

func (b *board) wantServes(m *Models, want string) {
	b.Helper()
	if got := serves(m); got != want {
		b.Errorf("%s serves, want %s", got, want)
	}
}

func (b *board) wantTold(want string) {
	b.Helper()
	if got := b.told(); got != want {
		b.Errorf("told %q, want %q", got, want)
	}
}

// state of one entry in the list, or "" when it isn't listed.
func stateOf(m *Models, name string) ModelState {
	for _, s := range m.List() {
		if s.Name == name {
			return s.State
		}
	}
	return ""
}

func (b *board) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
