package capture

import (
	"io"
	"strings"
	"time"
)

// maxAnswers is how many answers wait for a port that takes none.
const maxAnswers = 64

const (
	okPrefix    = "ok"
	errorPrefix = "error"
)

// isAnswer tells lines that answers make when a device sends back what it gets.
func isAnswer(line string) bool {
	word, _, _ := strings.Cut(line, " ")
	return word == okPrefix || word == errorPrefix
}

// answers writes lines to a port beside its reader, which a port that takes none
// must not hold up, and closes the port in the end.
type answers struct {
	queue  chan []byte
	closed chan struct{}
}

func newAnswers(port io.WriteCloser) *answers {
	a := &answers{queue: make(chan []byte, maxAnswers), closed: make(chan struct{})}
	go a.write(port)
	return a
}

// write ends when the queue is closed and written, or can't be written.
func (a *answers) write(port io.WriteCloser) {
	defer close(a.closed)
	defer port.Close() // the reader has told what was wrong with it
	var err error
	for line := range a.queue {
		if err == nil {
			_, err = port.Write(line)
		}
	}
}

// send queues "ok" with what was done, or "error" with the reason, and tells
// whether there was room.
func (a *answers) send(done string, err error) bool {
	line := okPrefix
	if err != nil {
		line, done = errorPrefix, err.Error()
	}
	if done != "" {
		line += " " + oneLine(done)
	}
	select {
	case a.queue <- []byte(line + "\n"):
		return true
	default:
		return false
	}
}

// closePatience is how long a port may take to swallow the last answers.
const closePatience = time.Second

// close has the port closed once what is queued is written. A port that takes
// nothing is left behind: closing it during a write might hit another file.
func (a *answers) close() {
	close(a.queue)
	timer := time.NewTimer(closePatience)
	defer timer.Stop()
	select {
	case <-a.closed:
	case <-timer.C:
	}
}
