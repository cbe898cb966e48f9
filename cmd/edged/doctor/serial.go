package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func (m *Machine) serial() Finding {
	const name = "serial ports"
	devices, _ := filepath.Glob(m.path("/sys/class/tty/*"))
	stable := m.byName("/dev/serial/by-id")
	var found []string
	for _, device := range devices {
		port := filepath.Base(device)
		if !m.isPort(port) {
			continue
		}
		text := "/dev/" + port
		if link := stable[port]; link != "" {
			text += ", always " + link
		}
		found = append(found, text)
	}
	if len(found) == 0 {
		return ok(name, "none")
	}
	return ok(name, "%s", strings.Join(found, "; "))
}

// isPort tells a terminal that has hardware behind it from the many that only
// have a name. The 8250 driver makes ttyS0 to ttyS3 whether there is a chip or
// not; those without have type 0.
func (m *Machine) isPort(port string) bool {
	folder := filepath.Join("/sys/class/tty", port)
	if _, err := os.Stat(m.path(filepath.Join(folder, "device"))); err != nil {
		return false
	}
	return m.line(filepath.Join(folder, "type")) != "0"
}

func addToGroup(group string) string {
	return fmt.Sprintf("add the user to group %s (`sudo usermod -aG %s USER`), log in again", group, group)
}
