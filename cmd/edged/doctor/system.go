package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// groups looks for the groups that own cameras and serial ports on Debian.
func (m *Machine) groups() Finding {
	const name = "groups"
	if os.Geteuid() == 0 {
		return ok(name, "root may use every device")
	}
	own, _ := os.Getgroups()
	var missing []string
	for _, group := range []string{"video", "dialout"} {
		entry, err := user.LookupGroup(group)
		if err != nil {
			continue
		}
		if id, err := strconv.Atoi(entry.Gid); err == nil && !slices.Contains(own, id) {
			missing = append(missing, group)
		}
	}
	if len(missing) > 0 {
		list := strings.Join(missing, ",")
		return Finding{name, Warn, "this user is not in " + list + ", which own cameras and serial ports", addToGroup(list)}
	}
	return ok(name, "video, dialout")
}

func (m *Machine) folder(name, path string) Finding {
	place, exists, err := nearest(path)
	if err == nil {
		err = unix.Access(place, unix.W_OK|unix.X_OK)
	}
	switch {
	case err != nil:
		return Finding{
			name, Fail, fmt.Sprintf("%s may not be written: %v", path, err),
			"run as the user edged or as root, or choose another folder (--state DIR)",
		}
	case !exists:
		return ok(name, "%s will be made", path)
	default:
		return ok(name, "%s", path)
	}
}

// nearest returns path or, if it does not exist, the nearest folder above it
// that does.
func nearest(path string) (place string, exists bool, err error) {
	exists = true
	for place = path; ; place, exists = filepath.Dir(place), false {
		info, err := os.Stat(place)
		switch {
		case errors.Is(err, fs.ErrNotExist) && place != filepath.Dir(place):
		case err != nil:
			return "", false, err
		case !info.IsDir():
			return "", false, fmt.Errorf("%s is no folder", place)
		default:
			return place, exists, nil
		}
	}
}

func (m *Machine) events() Finding {
	const name = "events"
	switch output := m.Config.Events.Output; output {
	case "-":
		return ok(name, "to standard output")
	case "":
		return ok(name, "to nowhere")
	default:
		return m.folder(name, filepath.Dir(output))
	}
}

// Below these many free bytes space is tight, or gone.
const (
	tight = 500e6
	gone  = 50e6
)

// space looks at the room where models and captures go.
func (m *Machine) space() Finding {
	const name = "space"
	var disk unix.Statfs_t
	place, _, err := nearest(m.Config.State)
	if err == nil {
		err = unix.Statfs(place, &disk)
	}
	if err != nil {
		return Finding{name, Fail, fmt.Sprintf("%s: %v", m.Config.State, err), "choose another folder (--state DIR)"}
	}
	free := float64(disk.Bavail) * float64(disk.Bsize)
	text := fmt.Sprintf("%.1f GB free for %s", free/1e9, m.Config.State)
	const advice = "remove old models (models.keep) or other files"
	switch {
	case free < gone:
		return Finding{name, Fail, text, advice}
	case free < tight:
		return Finding{name, Warn, text, advice}
	default:
		return ok(name, "%s", text)
	}
}

// written is when this was written: no board's clock can be right and earlier.
var written = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func (m *Machine) clock() Finding {
	const name = "clock"
	now := time.Now()
	text := now.UTC().Format(time.RFC3339)
	if now.Before(written) {
		return Finding{name, Fail, text + " lies in the past", "set the clock: install systemd-timesyncd, or add a battery-backed clock"}
	}
	var state unix.Timex
	if _, err := unix.Adjtimex(&state); err == nil && state.Status&unix.STA_UNSYNC != 0 {
		return Finding{name, Warn, text + ", not synchronized", "install systemd-timesyncd if the board has a network"}
	}
	return ok(name, "%s", text)
}
