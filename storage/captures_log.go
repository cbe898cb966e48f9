package storage

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// The operations that a line of the log tells of.
const (
	opPut     = "put"
	opRelabel = "relabel"
	opRemove  = "remove"
)

// logLine is a line of log.jsonl: a capture as it is after the operation.
type logLine struct {
	Op   string `json:"op"`
	From string `json:"from,omitempty"` // the label before, of a relabel
	Capture
}

// maxLogLine bounds a line that is read.
const maxLogLine = 64 << 10

// captureLog is the file that operations are appended to. A line counts once it
// is flushed; what a power cut left of one is no line.
type captureLog struct {
	path string
	file *os.File
	size int64 // of whole lines
}

// openLog reads the log and opens it for appending. Lines that make no sense are
// passed over: pictures are what counts.
func openLog(folder string, line func(logLine)) (*captureLog, error) {
	path := filepath.Join(folder, capturesLog)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	l := &captureLog{path: path, file: f}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	if l.size, err = readLog(f, line); err == nil {
		err = f.Truncate(l.size) // a line that was cut off
	}
	if err == nil {
		err = flush(folder)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

// readLog calls line for each line and returns the bytes up to the end of the
// last whole one.
func readLog(r io.Reader, line func(logLine)) (size int64, err error) {
	in := bufio.NewReaderSize(r, maxLogLine)
	for begun := int64(0); ; {
		text, err := in.ReadSlice('\n')
		begun += int64(len(text))
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return size, nil
		case err != nil:
			return size, err
		}
		var l logLine
		if begun == int64(len(text)) && json.Unmarshal(text, &l) == nil {
			line(l)
		}
		size, begun = size+begun, 0
	}
}

// append writes lines and flushes them, or leaves the log as it was.
func (l *captureLog) append(lines ...logLine) error {
	text, err := encodeLines(lines)
	if err != nil {
		return err
	}
	_, err = l.file.WriteAt(text, l.size)
	if err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		return errors.Join(err, l.file.Truncate(l.size))
	}
	l.size += int64(len(text))
	return nil
}

// rewrite replaces the log by lines that say the same shorter.
func (l *captureLog) rewrite(lines []logLine) error {
	text, err := encodeLines(lines)
	if err != nil {
		return err
	}
	if err := writeDurably(l.path, text); err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	l.file.Close()
	l.file, l.size = f, int64(len(text))
	return nil
}

func encodeLines(lines []logLine) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}

func (l *captureLog) close() error { return l.file.Close() }
