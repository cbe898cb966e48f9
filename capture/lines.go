package capture

import "errors"

// maxLine is how many bytes a line from a port may have: a label of 64
// characters in UTF-8, and an order before it.
const maxLine = 300

// errLongLine says that a line had more than maxLine bytes and was passed over.
var errLongLine = errors.New("the line is longer than 300 bytes")

// lines cuts what comes from a port into lines that end with a newline, a
// carriage return or both. What comes before the first end after a gap in the
// reading is cut like any other: a port that is opened in the middle of a line
// gives a piece of it.
type lines struct {
	text []byte
	long bool
}

// feed takes bytes and calls line for each line that they end, with the line or
// why it is none. Empty lines are passed over.
func (l *lines) feed(data []byte, line func(text string, err error)) {
	for _, b := range data {
		switch {
		case b != '\n' && b != '\r':
			l.add(b)
		case l.long:
			line("", errLongLine)
			l.reset()
		case len(l.text) > 0:
			line(string(l.text), nil)
			l.reset()
		}
	}
}

func (l *lines) add(b byte) {
	if len(l.text) == maxLine {
		l.long = true
		return
	}
	l.text = append(l.text, b)
}

// begun tells whether a line has begun and not ended.
func (l *lines) begun() bool { return len(l.text) > 0 }

// reset forgets what has come of a line.
func (l *lines) reset() { l.text, l.long = l.text[:0], false }
