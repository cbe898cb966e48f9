package capture

import (
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
)

// Pace says how fast a file or a folder of pictures is replayed.
type Pace string

// The paces.
const (
	PaceClip Pace = "clip" // as fast as it was recorded
	PaceFast Pace = "fast" // as fast as frames are taken; none is skipped
)

// Source says where frames come from and what is asked of it.
type Source struct {
	// Path is a device (a path, or a number: 0 is /dev/video0), a GStreamer
	// pipeline (it contains " ! "), a URL, a video file or a folder of pictures.
	Path string

	// Width and Height in pixels and FPS, frames a second, are asked of a
	// device, which may give something else; FPS is also the pace of a folder
	// of pictures. Zero leaves the choice to the source.
	Width, Height int
	FPS           float64

	// FourCC is the pixel format asked of a device, such as "MJPG", by which a
	// USB camera sends large pictures fast. "" leaves the choice to the driver.
	FourCC string

	// Loop begins a file or a folder again at its end.
	Loop bool

	// Pace is how fast a file or a folder is replayed; "" is PaceClip.
	Pace Pace
}

// Kind is what a Source's path names.
type Kind int

// The kinds of source.
const (
	KindFile Kind = iota // a file or a folder
	KindDevice
	KindPipeline
	KindURL
)

// Kind tells by its spelling what the path names.
func (s *Source) Kind() Kind {
	switch {
	case strings.Contains(s.Path, " ! "):
		return KindPipeline
	case strings.Contains(s.Path, "://"):
		return KindURL
	case isNumber(s.Path) || strings.HasPrefix(filepath.Clean(s.Path), "/dev/"):
		return KindDevice
	default:
		return KindFile
	}
}

// Device is the path of a source that is a device: /dev/video0 for "0".
func (s *Source) Device() string {
	if isNumber(s.Path) {
		return "/dev/video" + s.Path
	}
	return s.Path
}

// String names the source without the password that a URL may hold.
func (s *Source) String() string {
	switch s.Kind() {
	case KindDevice:
		return s.Device()
	case KindURL:
		if u, err := url.Parse(s.Path); err == nil {
			return u.Redacted()
		}
		scheme, _, _ := strings.Cut(s.Path, "://")
		return scheme + "://..."
	default:
		return s.Path
	}
}

// Arguments is edged-camera's command line for the source.
func (s *Source) Arguments() []string {
	var args []string
	if s.Width > 0 {
		args = append(args, "--width", strconv.Itoa(s.Width))
	}
	if s.Height > 0 {
		args = append(args, "--height", strconv.Itoa(s.Height))
	}
	if s.FPS > 0 {
		args = append(args, "--fps", strconv.FormatFloat(s.FPS, 'g', -1, 64))
	}
	if s.FourCC != "" {
		args = append(args, "--fourcc", s.FourCC)
	}
	if s.Loop {
		args = append(args, "--loop")
	}
	if s.Pace != "" {
		args = append(args, "--pace", string(s.Pace))
	}
	return append(args, "--", s.Path)
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 8)
	return err == nil
}
