package capture

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Port is a serial port that has hardware behind it.
type Port struct {
	Path   string // such as /dev/ttyUSB0
	Stable string // a name that stays when others are plugged in, or ""
	// Vendor, Product and Serial are those of a USB device, the first two in four
	// lower-case hexadecimal digits; or "".
	Vendor, Product, Serial string
	Name                    string // what a USB device calls itself, or ""
}

// String is the port as a line for people.
func (p Port) String() string {
	text := p.Path
	if p.Name != "" {
		text += " (" + p.Name + ")"
	}
	if p.Vendor != "" {
		text += ", " + p.usb()
	}
	if p.Stable != "" {
		text += ", always " + p.Stable
	}
	return text
}

// usb is the port in the form that SerialOptions.Port takes.
func (p Port) usb() string {
	text := usbPrefix + p.Vendor + ":" + p.Product
	if p.Serial != "" {
		text += ":" + p.Serial
	}
	return text
}

// Ports lists the serial ports that the kernel knows, by their paths.
func Ports() ([]Port, error) { return ports("/") }

func ports(root string) ([]Port, error) {
	class := filepath.Join(root, "sys/class/tty")
	entries, err := os.ReadDir(class)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("list serial ports: %w", err)
	}
	stable := stableNames(root, "/dev/serial/by-id")
	var found []Port
	for _, entry := range entries {
		folder := filepath.Join(class, entry.Name())
		if !isPort(folder) {
			continue
		}
		p := Port{Path: "/dev/" + entry.Name(), Stable: stable[entry.Name()]}
		p.askUSB(filepath.Join(folder, "device"))
		found = append(found, p)
	}
	slices.SortFunc(found, func(a, b Port) int { return cmp.Compare(a.Path, b.Path) })
	return found, nil
}

// isPort tells a terminal that has hardware behind it from the many that only
// have a name. The 8250 driver makes ttyS0 to ttyS3 whether there is a chip or
// not; those without have type 0.
func isPort(folder string) bool {
	if _, err := os.Stat(filepath.Join(folder, "device")); err != nil {
		return false
	}
	return sysLine(folder, "type") != "0"
}

// usbDepth is how many folders above a tty's device the USB device may be: the
// interface, and the port of the driver.
const usbDepth = 4

// askUSB finds the USB device above a device in sysfs, if there is one.
func (p *Port) askUSB(device string) {
	real, err := filepath.EvalSymlinks(device)
	if err != nil {
		return
	}
	for range usbDepth {
		if vendor := sysLine(real, "idVendor"); vendor != "" {
			p.Vendor, p.Product = strings.ToLower(vendor), strings.ToLower(sysLine(real, "idProduct"))
			p.Serial, p.Name = sysLine(real, "serial"), oneLine(sysLine(real, "product"))
			return
		}
		real = filepath.Dir(real)
	}
}

// sysLine reads a file of one line, and "" where there is none.
func sysLine(folder, name string) string {
	text, _ := os.ReadFile(filepath.Join(folder, name))
	return strings.TrimSpace(string(text))
}

// usbPrefix starts the name of a port by its USB device.
const usbPrefix = "usb:"

// usbName takes "usb:VENDOR:PRODUCT" or "usb:VENDOR:PRODUCT:SERIAL" apart.
func usbName(name string) (want Port, ok bool, err error) {
	rest, ok := strings.CutPrefix(name, usbPrefix)
	if !ok {
		return Port{}, false, nil
	}
	parts := strings.SplitN(rest, ":", 3)
	if len(parts) < 2 || !isUSBNumber(parts[0]) || !isUSBNumber(parts[1]) {
		return Port{}, true, fmt.Errorf("the port %q must be usb:VENDOR:PRODUCT or usb:VENDOR:PRODUCT:SERIAL with four hexadecimal digits each, as usb:0403:6001", name)
	}
	want = Port{Vendor: strings.ToLower(parts[0]), Product: strings.ToLower(parts[1])}
	if len(parts) == 3 {
		want.Serial = parts[2]
	}
	return want, true, nil
}

func isUSBNumber(text string) bool {
	return len(text) == 4 && strings.Trim(text, "0123456789abcdefABCDEF") == ""
}

// CheckPort refuses what can't name a serial port.
func CheckPort(name string) error {
	_, usb, err := usbName(name)
	if err == nil && !usb && !filepath.IsAbs(name) {
		err = fmt.Errorf("the port %q must be a path such as /dev/ttyUSB0, or usb:VENDOR:PRODUCT", name)
	}
	return err
}

// findPort returns the path of the named port. It is an error of fs.ErrNotExist
// while the port is not there.
func findPort(name string) (string, error) {
	want, usb, err := usbName(name)
	if err != nil || !usb {
		return name, err
	}
	list, err := Ports()
	if err != nil {
		return "", err
	}
	for _, p := range list {
		if p.Vendor == want.Vendor && p.Product == want.Product && (want.Serial == "" || p.Serial == want.Serial) {
			return p.Path, nil
		}
	}
	return "", fmt.Errorf("no USB device %s is plugged in: %w", strings.TrimPrefix(name, usbPrefix), os.ErrNotExist)
}
