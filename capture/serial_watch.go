package capture

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// portWatch hints at changes in the folders where a port appears.
type portWatch struct {
	watcher *fsnotify.Watcher // nil without one
	log     *slog.Logger
}

// watchPorts watches /dev, where the kernel makes ports, and the folder of the
// port's path, where udev makes links. Without it the port is polled.
func watchPorts(port string, log *slog.Logger) portWatch {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		log.Debug("/dev can't be watched: ports are polled", "error", err)
		return portWatch{log: log}
	}
	_ = watcher.Add("/dev")
	if filepath.IsAbs(port) {
		_ = watcher.Add(filepath.Dir(port))
	}
	return portWatch{watcher, log}
}

// await returns after a change that may have brought a port, or after the time.
func (w portWatch) await(ctx context.Context, limit time.Duration) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	var events chan fsnotify.Event
	var failed chan error
	if w.watcher != nil {
		events, failed = w.watcher.Events, w.watcher.Errors
	}
	for {
		select {
		case e := <-events:
			if e.Has(fsnotify.Create) || e.Has(fsnotify.Chmod) {
				return
			}
		case err := <-failed:
			w.log.Debug("the watch of /dev missed something", "error", err)
			return
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (w portWatch) close() {
	if w.watcher != nil {
		_ = w.watcher.Close()
	}
}
