package capture

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Device is a V4L2 camera.
type Device struct {
	Path   string // such as /dev/video0
	Stable string // a name that stays when others are plugged in, or ""
	Name   string // as the driver calls it
}

// String is the device as a line for people.
func (d Device) String() string {
	text := fmt.Sprintf("%s (%s)", d.Path, d.Name)
	if d.Stable != "" {
		text += ", always " + d.Stable
	}
	return text
}

// Devices lists the V4L2 cameras that the kernel knows, by their numbers. Nodes
// that the kernel says can't capture, such as a camera's metadata and a board's
// codecs, are left out; those that may not be opened are listed.
func Devices() ([]Device, error) { return devices("/", canCapture) }

func devices(root string, canCapture func(path string) bool) ([]Device, error) {
	class := filepath.Join(root, "sys/class/video4linux")
	entries, err := os.ReadDir(class)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("list cameras: %w", err)
	}
	stable := stableNames(root, "/dev/v4l/by-id")
	var found []Device
	for _, entry := range entries {
		node := entry.Name()
		path := "/dev/" + node
		index, err := os.ReadFile(filepath.Join(class, node, "index"))
		if videoNumber(node) < 0 || (err == nil && strings.TrimSpace(string(index)) != "0") || !canCapture(filepath.Join(root, path)) {
			continue
		}
		name, _ := os.ReadFile(filepath.Join(class, node, "name"))
		found = append(found, Device{Path: path, Stable: stable[node], Name: oneLine(string(name))})
	}
	slices.SortFunc(found, func(a, b Device) int {
		return cmp.Compare(videoNumber(filepath.Base(a.Path)), videoNumber(filepath.Base(b.Path)))
	})
	return found, nil
}

// videoNumber is 3 for video3, and -1 for other nodes.
func videoNumber(node string) int {
	digits, ok := strings.CutPrefix(node, "video")
	if n, err := strconv.Atoi(digits); ok && err == nil {
		return n
	}
	return -1
}

// stableNames maps video0 to the link in a folder that leads to it.
func stableNames(root, folder string) map[string]string {
	names := map[string]string{}
	links, _ := os.ReadDir(filepath.Join(root, folder)) // udev makes it with the first such device
	for _, link := range links {
		if target, err := os.Readlink(filepath.Join(root, folder, link.Name())); err == nil {
			names[filepath.Base(target)] = filepath.Join(folder, link.Name())
		}
	}
	return names
}

// capability is struct v4l2_capability of linux/videodev2.h.
type capability struct {
	driver       [16]byte
	card         [32]byte
	bus          [32]byte
	version      uint32
	capabilities uint32 // of the whole camera
	device       uint32 // of this node, if capabilities has capDevice
	_            [3]uint32
}

const (
	queryCapability = 0x80685600 // VIDIOC_QUERYCAP
	capCapture      = 0x00000001 // V4L2_CAP_VIDEO_CAPTURE
	capCaptureMany  = 0x00001000 // V4L2_CAP_VIDEO_CAPTURE_MPLANE
	capDevice       = 0x80000000 // V4L2_CAP_DEVICE_CAPS
)

// canCapture asks the driver; of a device that may not be opened the answer is yes.
func canCapture(path string) bool {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return true
	}
	defer unix.Close(fd)
	var c capability
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), queryCapability, uintptr(unsafe.Pointer(&c))); errno != 0 {
		return false
	}
	able := c.capabilities
	if able&capDevice != 0 {
		able = c.device
	}
	return able&(capCapture|capCaptureMany) != 0
}
