// Package capturetest gives tests the far end of a serial line.
package capturetest

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Terminal is a pseudo-terminal: the far end of a serial line, whose near end is
// found by a link, as udev makes one for a USB adapter.
type Terminal struct {
	*os.File
	lines *bufio.Reader
	link  string
}

// Plug makes a pseudo-terminal and the link to its near end.
func Plug(t *testing.T, link string) *Terminal {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "ptmx")
	t.Cleanup(func() { f.Close() })
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	path := fmt.Sprintf("/dev/pts/%d", number)
	if err == nil {
		err = setRaw(path)
	}
	if err == nil {
		err = errors.Join(os.Symlink(path, link+".new"), os.Rename(link+".new", link))
	}
	if err != nil {
		t.Fatal(err)
	}
	return &Terminal{f, bufio.NewReader(f), link}
}

// setRaw keeps the terminal from echoing what comes before its near end is opened.
func setRaw(path string) error {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	settings, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	settings.Lflag, settings.Iflag, settings.Oflag = 0, 0, 0
	return unix.IoctlSetTermios(fd, unix.TCSETS, settings)
}

// Unplug takes the adapter out: link and line are gone.
func (p *Terminal) Unplug(t *testing.T) {
	t.Helper()
	if err := errors.Join(os.Remove(p.link), p.Close()); err != nil {
		t.Fatal(err)
	}
}

// Ask sends text and returns the next answer.
func (p *Terminal) Ask(t *testing.T, text string) string {
	t.Helper()
	if _, err := p.WriteString(text); err != nil {
		t.Fatal(err)
	}
	return p.Answer(t)
}

// patience is how long an answer may take on a busy machine.
const patience = 2 * time.Minute

// Answer returns the next line without its end.
func (p *Terminal) Answer(t *testing.T) string {
	t.Helper()
	if err := p.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	line, err := p.lines.ReadString('\n')
	if err != nil {
		t.Fatalf("got %q, then %v", line, err)
	}
	return strings.TrimSuffix(line, "\n")
}
