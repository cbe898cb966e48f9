// Package doctor looks at the machine that edged runs on and says what it has,
// what it lacks and what to do about it.
package doctor

import (
	"context"
	"fmt"
	"path/filepath"

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
	// Ports lists the serial ports.
	Ports func() ([]capture.Port, error)
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

func ok(name, format string, values ...any) Finding {
	return Finding{Name: name, Level: OK, Text: fmt.Sprintf(format, values...)}
}
