package capture

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPorts(t *testing.T) {
	root := t.TempDir()
	usb := "sys/devices/usb1/1-1"
	for path, text := range map[string]string{
		usb + "/idVendor":                         "0403\n",
		usb + "/idProduct":                        "60AB\n",
		usb + "/serial":                           "A50285BI\n",
		usb + "/product":                          "FT232R USB UART\n",
		usb + "/1-1:1.0/ttyUSB0/tty/ttyUSB0/dev":  "188:0\n",
		"sys/devices/serial0/type":                "",
		"sys/class/tty/ttyS0/device/uevent":       "",
		"sys/class/tty/ttyS0/type":                "4\n",
		"sys/class/tty/ttyS1/device/uevent":       "",
		"sys/class/tty/ttyS1/type":                "0\n", // no chip
		"sys/class/tty/tty0/active":               "",    // no hardware
		"sys/class/tty/ttyTHS1/device/uevent":     "",    // Jetson's
		"sys/devices/usb1/1-1/1-1:1.0/bInterface": "",
	} {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{
		"dev/serial/by-id/usb-FTDI_A50285BI-if00": "../../ttyUSB0",
		"sys/class/tty/ttyUSB0/device":            "../../../devices/usb1/1-1/1-1:1.0/ttyUSB0",
	} {
		link = filepath.Join(root, link)
		if err := os.MkdirAll(filepath.Dir(link), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ports(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []Port{
		{Path: "/dev/ttyS0"},
		{Path: "/dev/ttyTHS1"},
		{Path: "/dev/ttyUSB0", Stable: "/dev/serial/by-id/usb-FTDI_A50285BI-if00", Vendor: "0403", Product: "60ab", Serial: "A50285BI", Name: "FT232R USB UART"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, want := got[2].String(), "/dev/ttyUSB0 (FT232R USB UART), usb:0403:60ab:A50285BI, always /dev/serial/by-id/usb-FTDI_A50285BI-if00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, err := ports(t.TempDir()); len(got) > 0 || err != nil {
		t.Errorf("a machine without ports: %v, %v", got, err)
	}
}

func TestCheckPort(t *testing.T) {
	for name, want := range map[string]string{
		"/dev/ttyUSB0": "", "/dev/serial/by-id/usb-FTDI-if00": "", "usb:0403:60AB": "", "usb:0403:60ab:A50285BI:x": "",
		"": "must be a path", "ttyUSB0": "must be a path", "usb:0403": "must be usb:", "usb:403:6001": "must be usb:", "usb:040g:6001": "must be usb:",
	} {
		err := CheckPort(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
	if _, err := findPort("usb:dead:beef"); err == nil || !strings.Contains(err.Error(), "no USB device dead:beef") {
		t.Errorf("a device that is not there: %v", err)
	}
}
