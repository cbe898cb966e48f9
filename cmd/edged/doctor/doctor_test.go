package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edged/capture"
	"edged/cmd/edged/config"
)

// board is a machine with a camera and two serial ports.
func board(t *testing.T) *Machine {
	t.Helper()
	root := t.TempDir()
	device := filepath.Join(root, "dev/video0")
	if err := errors.Join(os.Mkdir(filepath.Dir(device), 0o755), os.WriteFile(device, nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.State = filepath.Join(root, "state")
	return &Machine{Root: root, Config: c, CameraError: errors.New("edged-camera is not here"), Cameras: func() ([]capture.Device, error) {
		return []capture.Device{{Path: "/dev/video0", Stable: "/dev/v4l/by-id/usb-Webcam-video-index0", Name: "HD Webcam"}}, nil
	}, Ports: func() ([]capture.Port, error) {
		return []capture.Port{{Path: "/dev/ttyS0"}, {Path: "/dev/ttyUSB0", Stable: "/dev/serial/by-id/usb-FTDI_A50285BI-if00"}}, nil
	}}
}

func TestFindings(t *testing.T) {
	empty := func(m *Machine) {
		m.Root = t.TempDir()
		m.Cameras = func() ([]capture.Device, error) { return nil, nil }
		m.Ports = func() ([]capture.Port, error) { return nil, nil }
	}
	unreadable := func(m *Machine) {
		m.Cameras = func() ([]capture.Device, error) { return nil, errors.New("list cameras: permission denied") }
		m.Ports = func() ([]capture.Port, error) { return nil, errors.New("list serial ports: permission denied") }
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, finding string
		change        func(*Machine)
		level         Level
		want          string
	}{
		{"kernels", "kernels", nil, "", "portable"},
		{"unknown kernels", "kernels", func(m *Machine) { m.Config.Predict.Kernels = "mmx" }, Fail, "mmx"},
		{"camera", "cameras", nil, OK, "/dev/video0 (HD Webcam), always /dev/v4l/by-id/usb-Webcam-video-index0"},
		{"no camera", "cameras", empty, Warn, "no V4L2 camera found"},
		{"cameras that can't be listed", "cameras", unreadable, Warn, "permission denied"},
		{"source", "source", nil, OK, "/dev/video0"},
		{"source by number", "source", func(m *Machine) { m.Config.Camera.Source = "0" }, OK, "/dev/video0"},
		{"source that is gone", "source", empty, Fail, "/dev/video0 is not there"},
		{"pipeline", "source", func(m *Machine) { m.Config.Camera.Source = "libcamerasrc ! appsink" }, OK, "libcamerasrc"},
		{"serial", "serial ports", nil, OK, "/dev/ttyS0; /dev/ttyUSB0, always /dev/serial/by-id/usb-FTDI_A50285BI-if00"},
		{"no serial", "serial ports", empty, OK, "none"},
		{"ports that can't be listed", "serial ports", unreadable, Warn, "permission denied"},
		{"no program", "opencv", nil, Fail, "edged-camera is not here"},
		{"program that fails", "opencv", func(m *Machine) { m.CameraError, m.Program = nil, "/bin/false" }, Fail, "/bin/false does not run"},
		{"folder to make", "models folder", nil, OK, "state/models will be made"},
		{"folder below a file", "state folder", func(m *Machine) { m.Config.State = filepath.Join(file, "x") }, Fail, "may not be written"},
		{"file for a folder", "state folder", func(m *Machine) { m.Config.State = file }, Fail, "is no folder"},
		{"events", "events", func(m *Machine) { m.Config.Events.Output = "/dev/null/x" }, Fail, "may not be written"},
		{"space", "space", nil, "", "GB free for"},
		{"clock", "clock", nil, "", "T"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := board(t)
			if test.change != nil {
				test.change(m)
			}
			for _, f := range m.Examine(t.Context()) {
				if f.Name != test.finding {
					continue
				}
				if test.level != "" && f.Level != test.level {
					t.Errorf("got %s, want %s: %s", f.Level, test.level, f.Text)
				}
				if !strings.Contains(f.Text, test.want) {
					t.Errorf("got %q, want %q in it", f.Text, test.want)
				}
				if f.Level != OK && f.Advice == "" {
					t.Errorf("%q comes without advice", f.Text)
				}
				return
			}
			t.Errorf("no finding %q", test.finding)
		})
	}
}
