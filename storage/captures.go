package storage

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"edged/nn"
)

const (
	capturesLock = ".captures.lock"
	capturesLog  = "log.jsonl"
)

// CapturesOptions configure Captures.
type CapturesOptions struct {
	// Folder holds one folder of pictures for each label, as Keras's
	// flow_from_directory reads it, and log.jsonl. It is made when it is absent.
	Folder string
	// Removed is where removed captures go, until room is needed. It lies outside
	// Folder on the same file system; empty means Folder with ".removed" behind it.
	Removed string
	// MaxBytes is how many bytes all captures may have together, and MaxPerLabel
	// how many captures a label; 0 means no limit. Above a limit old captures give
	// way to new ones as Put says.
	MaxBytes    int64
	MaxPerLabel int
	// MinFree is how many bytes must stay free on the file system: what would
	// leave less is refused.
	MinFree int64
}

// Captures are the labelled pictures on disk that a head is fitted to.
//
// A capture that was acknowledged survives a power cut: its picture and its line
// in the log are flushed, and so are the names of both. Pictures that a person
// puts into a label's folder count as captures from the next start on.
//
// One process owns the captures at a time; its methods may be called by several
// goroutines.
type Captures struct {
	o    CapturesOptions
	lock *os.File

	mu      sync.Mutex
	log     *captureLog
	list    []Capture // in the order of their arrival
	bytes   int64
	labels  map[string]int
	hashes  map[uint64]int
	similar int
}

// ErrFull says that there is no room for more captures. Nothing was written.
var ErrFull = errors.New("there is no room for captures")

// ErrNoCapture says that no capture has that name.
var ErrNoCapture = errors.New("there is no such capture")

// OpenCaptures takes the captures in o.Folder over and removes what a power cut
// left unfinished. Only one process at a time owns them: the error is ErrLocked
// when another does.
func OpenCaptures(o CapturesOptions) (*Captures, error) {
	o.Folder = filepath.Clean(o.Folder)
	if o.Removed == "" {
		o.Removed = o.Folder + ".removed"
	}
	if inside(o.Removed, o.Folder) {
		return nil, fmt.Errorf("the folder of removed captures %s lies among the captures: choose another", o.Removed)
	}
	if err := os.MkdirAll(o.Folder, 0o755); err != nil {
		return nil, fmt.Errorf("the captures can't be kept: %w", err)
	}
	lock, err := lockFile(filepath.Join(o.Folder, capturesLock))
	if err != nil {
		return nil, err
	}
	c := &Captures{o: o, lock: lock}
	if err := c.open(); err != nil {
		lock.Close()
		return nil, fmt.Errorf("the captures in %s can't be read: %w", o.Folder, err)
	}
	return c, nil
}

// Close gives the captures back.
func (c *Captures) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return errors.Join(c.log.close(), c.lock.Close())
}

// Shot is a picture to be kept, and what a model said of it.
type Shot struct {
	Image  nn.Image
	Time   time.Time // of capture
	Source string    // the camera
	Model  string    // the version that answered, or ""
	Scores []LabelScore
}

// Put keeps shots under a label that came through port, as "serial:/dev/ttyUSB0".
// When it returns without an error, all of them survive a power cut; with an
// error none is kept. The error is ErrFull where there is no room.
//
// Above MaxPerLabel the label's oldest captures give way, above MaxBytes those of
// the label that has most; at each turn the oldest that is not HeldOut, or, where
// more than a third of the label's captures are held out, the oldest that is.
func (c *Captures) Put(label, port string, shots ...Shot) ([]Capture, error) {
	if err := CheckLabel(label); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	encoded, size, err := encodeShots(shots)
	if err != nil {
		return nil, err
	}
	if err := c.room(size); err != nil {
		return nil, err
	}
	captures := make([]Capture, len(shots))
	for i, s := range shots {
		captures[i] = newCapture(label, port, s, len(encoded[i]))
	}
	if err := c.keep(captures, encoded); err != nil {
		return nil, keeping(label, err)
	}
	for _, added := range captures {
		c.add(added)
	}
	c.prune(label)
	return captures, nil
}

func keeping(label string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: the disk is full: remove captures or old models", ErrFull)
	}
	return fmt.Errorf("captures of %q can't be kept: %w", label, err)
}

// keep writes pictures and log lines, or nothing.
func (c *Captures) keep(captures []Capture, encoded [][]byte) error {
	folder := filepath.Join(c.o.Folder, captures[0].Label)
	if err := makeFolder(folder); err != nil {
		return err
	}
	lines := make([]logLine, len(captures))
	for i, added := range captures {
		lines[i] = logLine{Op: opPut, Capture: added}
		if err := replaceFile(c.path(added), encoded[i]); err != nil {
			c.discard(captures[:i+1])
			return err
		}
	}
	err := flush(folder)
	if err == nil {
		err = c.log.append(lines...)
	}
	if err != nil {
		c.discard(captures)
	}
	return err
}

// discard takes back pictures that were not acknowledged.
func (c *Captures) discard(captures []Capture) {
	for _, dropped := range captures {
		os.Remove(c.path(dropped))
	}
}

func (c *Captures) path(p Capture) string { return filepath.Join(c.o.Folder, p.Label, p.Name) }

// Count is how many captures a label has.
func (c *Captures) Count(label string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.labels[label]
}

// List returns all captures in the order of their arrival.
func (c *Captures) List() []Capture {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Capture(nil), c.list...)
}

// CapturesStatus sums captures up.
type CapturesStatus struct {
	Count   int            `json:"count"`
	Bytes   int64          `json:"bytes"`
	Labels  map[string]int `json:"labels"`  // captures of each label
	Similar int            `json:"similar"` // that look like an earlier one of any label
	Free    int64          `json:"free"`    // bytes left on the file system
}

// Status counts what is kept.
func (c *Captures) Status() CapturesStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := CapturesStatus{Count: len(c.list), Bytes: c.bytes, Labels: map[string]int{}, Similar: c.similar}
	for label, n := range c.labels {
		s.Labels[label] = n
	}
	s.Free, _ = freeBytes(c.o.Folder) // -1 where the system can't tell
	return s
}
