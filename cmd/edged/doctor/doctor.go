// Package doctor looks at the machine that edged runs on and says what it has,
// what it lacks and what to do about it.
package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"edged/capture"
	"edged/cmd/edged/config"
)

// Level says how good a finding is.
type Level string

// The levels. Only Fail keeps the daemon from its work.
const (
	OK   Level = "ok"
	Warn Level = "warn"
	Fail Level = "fail"
)

// Finding is the result of one look.
type Finding struct {
	Name   string `json:"name"`
	Level  Level  `json:"level"`
	Text   string `json:"text"`             // what was found
	Advice string `json:"advice,omitempty"` // what to do about it
}

// Machine is what is looked at.
type Machine struct {
	// Root is put before every path below /dev, /sys and /etc: "/" but in tests.
	Root   string
	Config *config.Config
	// Program is the path of edged-camera; CameraError says why there is none.
	Program     string
	CameraError error
	// Cameras lists the cameras that the kernel knows.
	Cameras func() ([]capture.Device, error)
}

// Examine takes all looks.
func (m *Machine) Examine(ctx context.Context) []Finding {
	return []Finding{
		m.cpu(),
		m.kernels(),
		m.opencv(ctx),
		m.source(),
		m.cameras(),
		m.serial(),
		m.groups(),
		m.folder("state folder", m.Config.State),
		m.folder("models folder", m.Config.ModelFolder()),
		m.folder("socket folder", filepath.Dir(m.Config.Socket())),
		m.events(),
		m.space(),
		m.clock(),
	}
}

func (m *Machine) path(name string) string { return filepath.Join(m.Root, name) }

// line reads a one-line file of sysfs.
func (m *Machine) line(name string) string {
	text, err := os.ReadFile(m.path(name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// byName maps the targets of the links in a folder such as /dev/v4l/by-id to
// the links.
func (m *Machine) byName(folder string) map[string]string {
	names := map[string]string{}
	links, _ := filepath.Glob(m.path(filepath.Join(folder, "*")))
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil {
			names[filepath.Base(target)] = filepath.Join(folder, filepath.Base(link))
		}
	}
	return names
}

func ok(name, format string, values ...any) Finding {
	return Finding{Name: name, Level: OK, Text: fmt.Sprintf(format, values...)}
}
