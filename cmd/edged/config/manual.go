package config

import (
	"fmt"
	"strings"
)

// Manual is the sample as a manual page, in the Markdown that md2man takes.
// source names the program and its version.
func Manual(source string) []byte {
	var page strings.Builder
	fmt.Fprintf(&page, "%% \"EDGED.TOML\" \"5\" \"\" \"%s\" \"edged\"\n\n# NAME\n\nedged.toml - configuration of edged\n\n# DESCRIPTION\n", source)
	wasComment := false
	for line := range strings.Lines(Sample) {
		line = strings.TrimRight(line, "\n")
		comment, isComment := strings.CutPrefix(line, "#")
		switch {
		case line == "":
			page.WriteString("\n")
		case strings.HasPrefix(line, "["):
			fmt.Fprintf(&page, "\n# %s\n\n", strings.ToUpper(strings.Trim(line, "[]")))
		case isComment && !isSetting(comment):
			page.WriteString(markdown.Replace(strings.TrimSpace(comment)) + "\n")
		default:
			if wasComment {
				page.WriteString("\n")
			}
			fmt.Fprintf(&page, "    %s\n", strings.TrimSpace(strings.TrimPrefix(line, "# ")))
		}
		wasComment = isComment && !isSetting(comment)
	}
	fmt.Fprintf(&page, "\n# FILES\n\n%s\n\n# SEE ALSO\n\n**edged(1)**, **edged-run(1)**\n", Path)
	return []byte(page.String())
}

// markdown keeps what Markdown would take for markup.
var markdown = strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`)

// isSetting tells a setting that is commented out from prose.
func isSetting(comment string) bool {
	text := strings.TrimSpace(comment)
	if strings.HasPrefix(text, "[[") {
		return true
	}
	key, _, found := strings.Cut(text, " = ")
	return found && !strings.Contains(key, " ")
}
