package capture

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"edged/capture/capturetest"

	"golang.org/x/sys/unix"
)

// TestDeniedPortIsGivenTime has a port refused for a while, as one that udev has not
// seen yet and as one that the user may never open.
func TestDeniedPortIsGivenTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p plugging
		denied := fmt.Errorf("open: %w", deniedError{"/dev/ttyUSB0"})
		for range 2 {
			if !p.bears(denied) {
				t.Error("told at once")
			}
			time.Sleep(plugTime - plugLook)
			if !p.bears(denied) {
				t.Error("told before udev is done")
			}
			time.Sleep(plugLook)
			if p.bears(denied) {
				t.Error("not told when it lasts")
			}
			if p.bears(os.ErrNotExist) || p.bears(nil) { // pulled out, opened
				t.Error("another error is borne")
			}
		}
	})
}

// nobody is a user without rights.
const nobody = 65534

// TestOpenPortOfAnother opens, without rights, a port that belongs to root.
func TestOpenPortOfAnother(t *testing.T) {
	link := filepath.Join(t.TempDir(), "scanner")
	capturetest.Plug(t, link)
	port, err := os.Readlink(link) // a folder of the test's is root's alone
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(port, 0); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error)
	go func() {
		runtime.LockOSThread() // the thread ends with this goroutine
		_, _, _ = unix.RawSyscall(unix.SYS_SETFSUID, nobody, 0, 0)
		_, _, err := OpenPort(port, SerialMode{})
		opened <- err
	}()
	err = <-opened
	if !errors.As(err, new(deniedError)) || !strings.Contains(err.Error(), port+" may not be opened: add the user to group dialout") {
		t.Errorf("got %v", err)
	}
}
