package storage

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/fsnotify/fsnotify"
)

// hints tells that something may have changed in the watched folder. It is
// never believed further than that: what is there is found out by scanning.
type hints struct {
	changed chan struct{} // holds at most one
	watcher *fsnotify.Watcher
	done    chan struct{}
	failed  error // why folders can't be watched; scanning at intervals goes on
}

// openHints starts without any folder. Without help from the kernel it returns
// hints that never come, and failed says why.
func openHints() *hints {
	h := &hints{changed: make(chan struct{}, 1), done: make(chan struct{})}
	h.watcher, h.failed = fsnotify.NewWatcher()
	if h.failed != nil {
		h.failed = fmt.Errorf("the kernel's file events are not available (%w): the folder is scanned at intervals", h.failed)
		close(h.done)
		return h
	}
	go h.collect()
	return h
}

// collect turns events, and their loss, into hints until the watcher closes.
func (h *hints) collect() {
	defer close(h.done)
	events, errs := h.watcher.Events, h.watcher.Errors
	for events != nil || errs != nil {
		select {
		case _, ok := <-events:
			if !ok {
				events = nil
			}
		case _, ok := <-errs: // an overflow, most of all
			if !ok {
				errs = nil
			}
		}
		select {
		case h.changed <- struct{}{}:
		default:
		}
	}
}

// watch adds a folder; one that is watched already stays so.
func (h *hints) watch(folder string) {
	if h.watcher == nil {
		return
	}
	err := h.watcher.Add(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fsnotify.ErrClosed) && h.failed == nil {
		h.failed = fmt.Errorf("%s can't be watched (%w): it is scanned at intervals; raising fs.inotify.max_user_watches may help", folder, err)
	}
}

func (h *hints) close() {
	if h.watcher != nil {
		_ = h.watcher.Close()
	}
	<-h.done
}
