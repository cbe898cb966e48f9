// Package processtest is for tests that start programs, themselves above all.
package processtest

import (
	"os/exec"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Emulator is what the command line of a program of this test's architecture
// begins with: nothing where the machine has that architecture, and QEMU's name
// where QEMU runs the test. uname, a program of the machine, tells.
func Emulator() []string {
	if runtime.GOARCH != "arm64" {
		return nil
	}
	machine, err := exec.Command("uname", "-m").Output()
	if err != nil || strings.TrimSpace(string(machine)) == "aarch64" {
		return nil
	}
	return []string{"qemu-aarch64"}
}

// Stay keeps a program alive until it is killed.
func Stay() {
	for {
		_ = unix.Pause()
	}
}
