package daemon

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// lock makes the state folder, and makes it this process's own until the
// returned file is closed or the process ends, however it ends.
func lock(state string) (*os.File, error) {
	if err := os.MkdirAll(state, 0o750); err != nil {
		return nil, fmt.Errorf("cannot make the state folder: %w; run as root or choose another by --state DIR", err)
	}
	file, err := os.OpenFile(filepath.Join(state, "lock"), os.O_RDWR|os.O_CREATE|unix.O_CLOEXEC, 0o640)
	if err != nil {
		return nil, fmt.Errorf("cannot lock the state folder: %w; run as its owner or choose another by --state DIR", err)
	}
	if err := claim(file); err != nil {
		file.Close()
		return nil, fmt.Errorf("cannot lock the state folder %s: %w", state, err)
	}
	return file, nil
}

func claim(file *os.File) error {
	err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		owner, _ := io.ReadAll(io.LimitReader(file, 16))
		return fmt.Errorf("another edged (process %s) runs on it: stop that one or choose another folder by --state DIR",
			strings.TrimSpace(string(owner)))
	}
	if err != nil {
		return err
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err = fmt.Fprintln(file, os.Getpid())
	return err
}
