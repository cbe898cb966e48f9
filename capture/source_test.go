package capture

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSourceKinds(t *testing.T) {
	tests := []struct {
		path string
		kind Kind
		name string
	}{
		{"0", KindDevice, "/dev/video0"},
		{"/dev/video2", KindDevice, "/dev/video2"},
		{"/dev/v4l/by-id/usb-cam-index0", KindDevice, "/dev/v4l/by-id/usb-cam-index0"},
		{"libcamerasrc ! video/x-raw ! appsink", KindPipeline, "libcamerasrc ! video/x-raw ! appsink"},
		{"rtsp://user:secret@10.0.0.7/stream", KindURL, "rtsp://user:xxxxx@10.0.0.7/stream"},
		{"rtsp://us%er:secret@10.0.0.7/stream", KindURL, "rtsp://..."},
		{"http://cam/video.mjpg", KindURL, "http://cam/video.mjpg"},
		{"clip.mp4", KindFile, "clip.mp4"},
		{"pictures/", KindFile, "pictures/"},
		{"1234", KindFile, "1234"},
	}
	for _, test := range tests {
		s := Source{Path: test.path}
		if got := s.Kind(); got != test.kind {
			t.Errorf("%s: kind %d, want %d", test.path, got, test.kind)
		}
		if got := s.String(); got != test.name {
			t.Errorf("%s: shown as %q, want %q", test.path, got, test.name)
		}
	}
}

func TestSourceArguments(t *testing.T) {
	all := Source{Path: "-x", Width: 1280, Height: 720, FPS: 12.5, FourCC: "MJPG", Loop: true, Pace: PaceFast}
	want := "--width 1280 --height 720 --fps 12.5 --fourcc MJPG --loop --pace fast -- -x"
	if diff := cmp.Diff(want, strings.Join(all.Arguments(), " ")); diff != "" {
		t.Error(diff)
	}
	none := Source{Path: "0"}
	if diff := cmp.Diff([]string{"--", "0"}, none.Arguments()); diff != "" {
		t.Error(diff)
	}
}
