package doctor

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// versionTime is how long edged-camera may take to tell its version: it links
// hundreds of libraries, and cards are slow.
const versionTime = 30 * time.Second

func (m *Machine) opencv(ctx context.Context) Finding {
	const name = "opencv"
	if m.CameraError != nil {
		return Finding{name, Fail, m.CameraError.Error(), "install the package edged-camera, or build it by `make camera`"}
	}
	ctx, cancel := context.WithTimeout(ctx, versionTime)
	defer cancel()
	command := exec.CommandContext(ctx, m.Program, "--version")
	command.WaitDelay = time.Second
	output, err := command.CombinedOutput()
	text, _, _ := strings.Cut(strings.TrimSpace(string(output)), "\n")
	if err != nil {
		return Finding{
			name, Fail, fmt.Sprintf("%s does not run: %v: %s", m.Program, err, text),
			"install the package edged-camera, or build it by `make camera`",
		}
	}
	return ok(name, "%s: %s", m.Program, text)
}

// source looks at the configured source, if it is a device or a file.
func (m *Machine) source() Finding {
	const name = "source"
	source := m.Config.Camera.Source
	if _, err := strconv.Atoi(source); err == nil {
		source = "/dev/video" + source
	}
	if strings.ContainsAny(source, "!") || strings.Contains(source, "://") {
		return ok(name, "%s", source)
	}
	path := source
	if strings.HasPrefix(source, "/dev/") {
		path = m.path(source)
	}
	if _, err := os.Stat(path); err != nil {
		return Finding{
			name, Fail, fmt.Sprintf("%s is not there", source),
			"plug the camera in, or set camera.source to one of the cameras below, to a GStreamer pipeline, a URL or a file",
		}
	}
	if err := unix.Access(path, unix.R_OK); err != nil {
		return Finding{name, Fail, fmt.Sprintf("%s may not be read: %v", source, err), addToGroup("video")}
	}
	return ok(name, "%s", source)
}

func (m *Machine) cameras() Finding {
	const name = "cameras"
	devices, err := m.Cameras()
	if err != nil {
		return Finding{name, Warn, err.Error(), "see that /sys is mounted"}
	}
	if len(devices) == 0 {
		return Finding{
			name, Warn, "no V4L2 camera found",
			"plug a USB camera in; a CSI camera is reached through a GStreamer pipeline with libcamerasrc (Raspberry Pi) or nvarguscamerasrc (Jetson)",
		}
	}
	var found []string
	for _, device := range devices {
		found = append(found, device.String())
	}
	return ok(name, "%s", strings.Join(found, "; "))
}
