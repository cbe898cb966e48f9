package config

import "strings"

// findLine returns the line, from 1, on which a dotted key is set, or 0.
func findLine(text, key string) int {
	table := ""
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			table, _, _ = strings.Cut(strings.Trim(line, "["), "]")
			table = bare(table) + "."
			if table == key+"." {
				return i + 1
			}
			continue
		}
		name, _, found := strings.Cut(line, "=")
		if found && table+bare(name) == key {
			return i + 1
		}
	}
	return 0
}

// bare takes spaces and quotes off a key as TOML writes it.
func bare(name string) string {
	return strings.NewReplacer(" ", "", "\t", "", `"`, "", "'", "").Replace(name)
}
