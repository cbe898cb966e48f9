package storage

import "strings"

// temporary tells whether a file or folder has a name that copying programs,
// editors or edged itself give to what is not finished: a leading dot (edged,
// rsync's .name.XXXXXX, editors, macOS's ._name), or an ending that says so.
// Nothing of such a name is ever loaded.
func temporary(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") {
		return true
	}
	for _, ending := range []string{"~", ".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".swp", ".bak"} {
		if strings.HasSuffix(strings.ToLower(name), ending) {
			return true
		}
	}
	return strings.Contains(name, ".tempstate")
}
