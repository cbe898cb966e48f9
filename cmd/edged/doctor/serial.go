package doctor

import (
	"fmt"
	"strings"
)

func (m *Machine) serial() Finding {
	const name = "serial ports"
	ports, err := m.Ports()
	if err != nil {
		return Finding{name, Warn, err.Error(), "see that /sys is mounted"}
	}
	if len(ports) == 0 {
		return ok(name, "none")
	}
	var found []string
	for _, port := range ports {
		found = append(found, port.String())
	}
	return ok(name, "%s", strings.Join(found, "; "))
}

func addToGroup(group string) string {
	return fmt.Sprintf("add the user to group %s (`sudo usermod -aG %s USER`), log in again", group, group)
}
