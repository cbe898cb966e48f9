package capture

import "strings"

const (
	okPrefix    = "ok"
	errorPrefix = "error"
)

// isAnswer tells lines that answers make when a device sends back what it gets.
func isAnswer(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return word == okPrefix || word == errorPrefix
}

// answer is "ok" with what was done, or "error" with the reason.
func answer(done string, err error) string {
	line := okPrefix
	if err != nil {
		line, done = errorPrefix, err.Error()
	}
	if done != "" {
		line += " " + oneLine(done)
	}
	return line
}
