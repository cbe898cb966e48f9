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

// board is a machine with a camera, a USB serial adapter and four
// 8250 ports of which one is real.
func board(t *testing.T) *Machine {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"dev/video0":                              "",
		"sys/class/tty/ttyUSB0/device/uevent":     "",
		"sys/class/tty/ttyS0/device/uevent":       "",
		"sys/class/tty/ttyS0/type":                "4\n",
		"sys/class/tty/ttyS1/device/uevent":       "",
		"sys/class/tty/ttyS1/type":                "0\n",
		"sys/class/tty/tty0/active":               "",
		"dev/serial/by-id/usb-FTDI_A50285BI-if00": "../../ttyUSB0",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if strings.Contains(name, "by-id") {
			err = os.Symlink(text, path)
		} else {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	c := config.Default()
	c.State = filepath.Join(root, "state")
	return &Machine{Root: root, Config: c, CameraError: errors.New("edged-camera is not here"), Cameras: func() ([]capture.Device, error) {
		return []capture.Device{{Path: "/dev/video0", Stable: "/dev/v4l/by-id/usb-Webcam-video-index0", Name: "HD Webcam"}}, nil
	}}
}

func TestFindings(t *testing.T) {
	empty := func(m *Machine) {
		m.Root, m.Cameras = t.TempDir(), func() ([]capture.Device, error) { return nil, nil }
	}
	unreadable := func(m *Machine) {
		m.Cameras = func() ([]capture.Device, error) { return nil, errors.New("list cameras: permission denied") }
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
