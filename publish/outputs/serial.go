package outputs

import (
	"fmt"
	"os"

	"edged/capture"
)

// Serial is a serial port that gets a line for each label that is shown, the
// label and its score: "M4-screw 0.97".
type Serial struct {
	Port string // as capture.SerialOptions.Port
	Mode capture.SerialMode
}

// String implements Device.
func (s Serial) String() string { return "serial " + s.Port }

// Open implements Device.
func (s Serial) Open() (Opened, error) {
	port, path, err := capture.OpenPort(s.Port, s.Mode)
	if err != nil {
		return nil, err
	}
	opened := &openSerial{path: path, writer: capture.NewLineWriter(port)}
	if opened.file, err = os.Stat(path); err != nil {
		opened.Close()
		return nil, err
	}
	return opened, nil
}

type openSerial struct {
	path   string
	file   os.FileInfo
	writer *capture.LineWriter
}

// Show implements Opened. What a port that takes nothing has no room for is
// dropped.
func (s *openSerial) Show(label string, score float32) error {
	if label != "" {
		s.writer.Send(fmt.Sprintf("%s %.2f", label, score))
	}
	return s.Check()
}

// Check implements Opened.
func (s *openSerial) Check() error {
	if err := s.writer.Err(); err != nil {
		return fmt.Errorf("%s can't be written: %w", s.path, err)
	}
	return sameFile(s.path, s.file)
}

// Close implements Opened.
func (s *openSerial) Close() { s.writer.Close() }

// sameFile tells an error of fs.ErrNotExist when path no longer leads to file: a
// device that is plugged in again is another one.
func sameFile(path string, file os.FileInfo) error {
	now, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !os.SameFile(now, file) {
		return fmt.Errorf("%s is another one now: %w", path, os.ErrNotExist)
	}
	return nil
}
