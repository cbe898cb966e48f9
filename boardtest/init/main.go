// init is the first program of the emulated board, in a hand-made initial RAM
// disk: it loads the modules that lie beside it in the order of /modules, mounts
// the first disk and hands over to the init that lies there.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long the disk may take to appear.
const patience = 30 * time.Second

func main() {
	err := boot()
	fmt.Fprintln(os.Stderr, "the board can't start:", err)
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

// boot returns only if it fails.
func boot() error {
	for _, m := range []struct{ source, path, kind string }{{"dev", "/dev", "devtmpfs"}, {"proc", "/proc", "proc"}} {
		if err := unix.Mount(m.source, m.path, m.kind, 0, ""); err != nil {
			return fmt.Errorf("mount %s: %w", m.path, err)
		}
	}
	if err := loadModules("/modules"); err != nil {
		return err
	}
	if err := await("/dev/vda"); err != nil {
		return err
	}
	if err := unix.Mount("/dev/vda", "/root", "ext4", 0, ""); err != nil {
		return fmt.Errorf("mount the first disk: %w", err)
	}
	for _, path := range []string{"/dev", "/proc"} {
		if err := unix.Mount(path, "/root"+path, "", unix.MS_MOVE, ""); err != nil {
			return fmt.Errorf("move %s: %w", path, err)
		}
	}
	if err := enter("/root"); err != nil {
		return err
	}
	return unix.Exec("/sbin/init", []string{"/sbin/init"}, os.Environ())
}

// loadModules loads the modules whose paths a file lists, one a line.
func loadModules(list string) error {
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	for _, path := range strings.Fields(string(text)) {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		err = unix.FinitModule(int(f.Fd()), "", 0)
		f.Close()
		if err != nil {
			return fmt.Errorf("load %s: %w", path, err)
		}
	}
	return nil
}

// await waits until a device is there.
func await(path string) error {
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		_, err := os.Stat(path)
		if err == nil || time.Since(began) > patience {
			return err
		}
	}
}

// enter makes a mounted folder the root of everything.
func enter(folder string) error {
	if err := os.Chdir(folder); err != nil {
		return err
	}
	if err := unix.Mount(".", "/", "", unix.MS_MOVE, ""); err != nil {
		return fmt.Errorf("move %s: %w", folder, err)
	}
	if err := unix.Chroot("."); err != nil {
		return err
	}
	return os.Chdir("/")
}
