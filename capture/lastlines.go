package capture

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
)

// The program's words that are kept: enough for a sentence and what OpenCV had
// to say before it.
const (
	keptLines  = 5
	lineLength = 500
)

// lastLines keeps the last lines written to it, and logs each.
type lastLines struct {
	logger *slog.Logger

	mu    sync.Mutex
	open  []byte // the line that has no end yet, cut at lineLength
	lines []string
}

// Write never fails.
func (l *lastLines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for rest := b; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte{'\n'})
		l.open = append(l.open, line[:min(len(line), lineLength-len(l.open))]...)
		if ended {
			l.end()
		}
		rest = after
	}
	return len(b), nil
}

func (l *lastLines) end() {
	line := oneLine(string(l.open))
	l.open = l.open[:0]
	if line == "" {
		return
	}
	l.logger.Debug("edged-camera: " + line)
	if len(l.lines) == keptLines {
		l.lines = append(l.lines[:0], l.lines[1:]...)
	}
	l.lines = append(l.lines, line)
}

// String is edged-camera's own last sentence, which begins with its name, or
// else all that is kept.
func (l *lastLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) > 0 {
		l.end()
	}
	for i := len(l.lines) - 1; i >= 0; i-- {
		if sentence, ok := strings.CutPrefix(l.lines[i], sentencePrefix); ok {
			return sentence
		}
	}
	return strings.Join(l.lines, "; ")
}

// sentencePrefix begins the line by which edged-camera says why it ends.
const sentencePrefix = "edged-camera: "
