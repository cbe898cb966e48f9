package kernels

import (
	"fmt"
	"strings"
)

// implementation is the table of one instruction set, and whether this CPU and
// operating system can run it.
type implementation struct {
	table     *Table
	supported bool
}

// Select returns the table of the given name, completed by the lesser ones of
// this architecture and, last, by the portable one. The empty name and "auto"
// stand for the best that this CPU has. An unknown name, or one that this CPU
// can't run, is an error that lists the choices.
func Select(name string) (*Table, error) {
	chosen := Portable()
	all := implementations()
	for i := len(all) - 1; i >= 0; i-- {
		if !all[i].supported {
			continue
		}
		if chosen.Name == name {
			break
		}
		chosen = all[i].table.over(chosen)
	}
	if name == "" || name == "auto" || name == chosen.Name {
		return chosen, nil
	}
	choices := strings.Join(Available(), ", ")
	for _, one := range all {
		if one.table.Name == name {
			return nil, fmt.Errorf("kernels %q need instructions that this CPU lacks: choose auto, %s", name, choices)
		}
	}
	return nil, fmt.Errorf("unknown kernels %q: choose auto, %s", name, choices)
}

// Available lists the names that Select takes on this CPU, the best first. The
// last is always "portable".
func Available() []string {
	var names []string
	for _, one := range implementations() {
		if one.supported {
			names = append(names, one.table.Name)
		}
	}
	return append(names, Portable().Name)
}
