package capture

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDevices(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		"sys/class/video4linux/video10/name":     "Cam B: Cam B\n",
		"sys/class/video4linux/video10/index":    "0\n",
		"sys/class/video4linux/video2/name":      "Cam A\n",
		"sys/class/video4linux/video2/index":     "0\n",
		"sys/class/video4linux/video3/name":      "Cam A\n",
		"sys/class/video4linux/video3/index":     "1\n", // metadata
		"sys/class/video4linux/video11/name":     "bcm2835-codec-decode\n",
		"sys/class/video4linux/video11/index":    "0\n",
		"sys/class/video4linux/v4l-subdev0/name": "sensor\n",
		"dev/video2":                             "",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	links := filepath.Join(root, "dev/v4l/by-id")
	if err := os.MkdirAll(links, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../video2", filepath.Join(links, "usb-A-index0")); err != nil {
		t.Fatal(err)
	}
	got, err := devices(root, func(path string) bool { return filepath.Base(path) != "video11" })
	if err != nil {
		t.Fatal(err)
	}
	want := []Device{
		{"/dev/video2", "/dev/v4l/by-id/usb-A-index0", "Cam A"},
		{"/dev/video10", "", "Cam B: Cam B"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err := devices(t.TempDir(), canCapture); len(got) > 0 || err != nil {
		t.Errorf("a machine without cameras: %v, %v", got, err)
	}
	if canCapture("/dev/null") {
		t.Error("/dev/null is taken for a camera")
	}
}
