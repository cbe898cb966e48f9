package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// ModelsOptions configure Models.
type ModelsOptions struct {
	// Folder is the watched folder: each file or folder in it is a version. It
	// is made when it is absent.
	Folder string
	// State is the folder of models.json, which remembers arrivals and choices,
	// and of the lock. It lies outside Folder and is made when it is absent.
	State string
	// Loader loads what lies in Folder.
	Loader Loader
	// Quiet is how long an entry must have been left alone before it is looked
	// at; 0 means one second. A foreign model's folder without labels is left
	// alone three times as long: they may still come.
	Quiet time.Duration
	// Rescan is how often the folder is scanned when nothing hints at a change;
	// 0 means 30 seconds. Where the kernel tells no changes, as on network file
	// systems, it is every 2 seconds at least.
	Rescan time.Duration
	// Patience bounds one check or load; 0 means 5 minutes. What takes longer is
	// rejected and the others get their turn.
	Patience time.Duration
	// Keep is how many versions stay when a new one becomes active and older
	// ones are pruned; 0 keeps all.
	Keep int
	// PruneForeign prunes directories that edged did not name itself, too.
	PruneForeign bool
	// Notify is called for each change, one at a time. It must be quick and call
	// no method of Models but Active and List.
	Notify func(ModelEvent)
	// Log gets what Notify gets, in words; nil means none.
	Log *slog.Logger
}

// Models watches a folder of model versions and keeps one of them active.
//
// Every file and folder in the watched folder is an entry, unless its name is a
// temporary one. An entry that has been left alone for the quiet time is
// checked by all of its content: what is missing is waited for, what is wrong is
// rejected with file and reason until it changes, what is complete arrives. The
// newest arrival is loaded, probed and warmed up while the old version serves;
// then it takes over between two frames, by one pointer. If it changed while it
// was read, nothing of it is used. Events of the kernel only hint when to look.
//
// Arrivals are counted, and the count is remembered: clocks and file times do
// not matter, except for the order of versions that are first seen at once. The
// same content under the same name is no new arrival, unless it was removed in
// between; new content of an old name is one, and a new generation of that name.
//
// A person chooses by Use (that name, until further notice), Rollback (the one
// before, until something newer arrives) and Unpin (the newest again). At start
// the version that was chosen or served last serves again, if it is still good;
// else the newest good one; else none, until one arrives. A version whose load
// killed the process five times is left alone.
//
// One process owns the models at a time. While the daemon runs, commands ask it;
// without a daemon a command opens the models itself, without Run: Refresh and
// List, Use, Rollback, Unpin, Verify and Prune then do the same work, and the
// daemon finds their outcome at its next start.
//
// Methods may be called by several goroutines. Active and List never wait.
type Models struct {
	o      ModelsOptions
	lock   *os.File
	active atomic.Pointer[Version]
	status atomic.Pointer[[]Status]
	ready  chan struct{}
	once   sync.Once

	// turn holds a token while nobody scans, checks, loads or chooses. Who took
	// it owns what follows.
	turn    chan struct{}
	choice  *choice
	entries map[string]*entry
	folder  string // identity of the watched folder as last seen
	watch   func(folder string)
	failed  error     // why the folder could not be scanned, until it could
	unsaved error     // why the choice could not be written, until it could
	free    time.Time // when to give the memory of an old version back; zero: never
}

const modelsLock = "models.lock"

// ErrLocked says that another process, most likely the daemon, owns the models.
var ErrLocked = errors.New("another edged process owns it")

// OpenModels takes the models of o.Folder over. Only one process at a time owns
// them: the error is ErrLocked when another does. Nothing is loaded before Run,
// Refresh, Use or Rollback; Close gives the ownership back.
func OpenModels(o ModelsOptions) (*Models, error) {
	setDefault(&o.Quiet, time.Second)
	setDefault(&o.Rescan, 30*time.Second)
	setDefault(&o.Patience, 5*time.Minute)
	if o.Notify == nil {
		o.Notify = func(ModelEvent) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	for _, folder := range []string{o.Folder, o.State} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, fmt.Errorf("the model folders can't be made: %w", err)
		}
	}
	if inside(o.State, o.Folder) {
		return nil, fmt.Errorf("the state folder %s lies in the watched folder %s: choose another", o.State, o.Folder)
	}
	lock, err := lockFile(filepath.Join(o.State, modelsLock))
	if err != nil {
		return nil, err
	}
	m := &Models{
		o: o, lock: lock,
		turn: make(chan struct{}, 1), ready: make(chan struct{}),
		entries: map[string]*entry{}, watch: func(string) {},
	}
	m.turn <- struct{}{}
	os.Remove(temporaryOf(filepath.Join(o.State, choiceFile))) // of a life that was killed
	if m.choice, err = readChoice(o.State); err != nil {
		m.warn("the remembered choice can't be used: the newest model serves", err)
		m.setAside()
	}
	m.publish()
	return m, nil
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d <= 0 {
		*d = value
	}
}

// inside tells whether path is folder or lies below it.
func inside(path, folder string) bool {
	for _, p := range []*string{&path, &folder} {
		if real, err := filepath.EvalSymlinks(*p); err == nil {
			*p = real
		}
		if abs, err := filepath.Abs(*p); err == nil {
			*p = abs
		}
	}
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// lockFile owns a lock file, which is made when it is absent, until it is closed.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("%s can't be owned: %w", filepath.Dir(path), err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: %w", filepath.Dir(path), ErrLocked)
		}
		return nil, fmt.Errorf("%s can't be locked: %w", path, err)
	}
	return f, nil
}

// setAside keeps a damaged file of choices for whoever wants to look at it.
func (m *Models) setAside() {
	path := filepath.Join(m.o.State, choiceFile)
	if err := os.Rename(path, path+".damaged"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		m.warn("the damaged file can't be put aside", err)
	}
}

// Close gives the models back. The active version stays usable.
func (m *Models) Close() { m.lock.Close() }

// Active returns the version that serves now, or nil when none does. It never
// waits: the frame loop calls it once for each frame.
func (m *Models) Active() *Version { return m.active.Load() }

// Ready is closed once Run has done what can be done at start: a version is
// active, or everything in the folder was looked at and none can be.
func (m *Models) Ready() <-chan struct{} { return m.ready }

// take waits for the turn to scan, check, load and choose.
func (m *Models) take(ctx context.Context) error {
	select {
	case <-m.turn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *Models) give() {
	m.publish()
	m.turn <- struct{}{}
}

// save writes the choice down. Without success the models go on serving and it
// is tried again with the next scan.
func (m *Models) save() error {
	err := m.choice.write(m.o.State)
	if err != nil {
		err = fmt.Errorf("the choice of models can't be kept: %w", err)
		if m.unsaved == nil {
			m.warn("a restart may choose another model", err)
		}
	}
	m.unsaved = err
	return err
}
