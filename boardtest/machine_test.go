//go:build board

package boardtest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"edged/boardtest/disk"
)

// patience bounds each wait: nothing is measured by it, but a board that hangs
// is told of by name.
const patience = 5 * time.Minute

// machine is an emulated board whose power is on.
type machine struct {
	folder  string
	qemu    *exec.Cmd
	console string // the file of what the kernel says
	monitor *monitor
	shell   net.Conn
	answers *bufio.Reader
	journal *lines
	scanner *scanner
	off     []func()
}

// hardware is what survives a power cut.
type hardware struct {
	root  string     // the file of the first disk
	state *disk.Disk // the second disk
	media string     // an archive, as on a USB stick
}

// powerOn starts a board with that CPU and waits until its shell answers.
func powerOn(t *testing.T, cpu string, h hardware, options ...string) *machine {
	t.Helper()
	folder := t.TempDir()
	m := &machine{folder: folder, console: filepath.Join(folder, "console")}
	m.serveDisk(t, h.state)
	shell, journal, serial, monitor := m.listen(t, "shell"), m.listen(t, "journal"), m.listen(t, "scanner"), m.listen(t, "monitor")
	socket := func(name string) string { return "socket,id=" + name + ",path=" + m.path(name) }
	m.qemu = exec.Command("qemu-system-aarch64", append([]string{
		"-M", "virt", "-cpu", cpu, "-smp", "2", "-m", "1G",
		"-nodefaults", "-display", "none", "-no-reboot",
		"-kernel", built("kernel"), "-initrd", built("initrd"), "-append", "console=ttyAMA0 panic=-1 quiet systemd.show_status=0",
		"-chardev", "file,id=console,path=" + m.console, "-serial", "chardev:console",
		"-drive", "if=none,id=root,cache=unsafe,file=" + h.root, "-device", "virtio-blk-pci,drive=root",
		"-blockdev", "driver=nbd,node-name=state,server.type=unix,server.path=" + m.path("disk"), "-device", "virtio-blk-pci,drive=state",
		"-drive", "if=none,id=media,format=raw,readonly=on,file=" + h.media, "-device", "virtio-blk-pci,drive=media",
		"-device", "qemu-xhci", "-device", "virtio-serial-pci",
		"-chardev", socket("shell"), "-device", "virtserialport,chardev=shell,name=shell",
		"-chardev", socket("journal"), "-device", "virtserialport,chardev=journal,name=journal",
		"-chardev", socket("scanner"), "-qmp", "unix:" + m.path("monitor") + ",server=off",
	}, options...)...)
	var words bytes.Buffer
	m.qemu.Stderr = &words
	if err := m.qemu.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = m.qemu.Wait(); close(ended) }()
	m.off = append(m.off, func() { _ = m.qemu.Process.Kill(); <-ended })
	t.Cleanup(m.powerOff)
	m.journal = newLines(journal())
	t.Cleanup(func() {
		if t.Failed() {
			console, _ := os.ReadFile(m.console)
			t.Logf("QEMU said: %s\nthe console: %s\nthe daemon:\n%s", words.Bytes(), console, m.journal.tail(60))
		}
	})
	m.monitor = newMonitor(t, monitor())
	m.shell = shell()
	m.answers = bufio.NewReader(m.shell)
	m.scanner = &scanner{conn: serial()}
	m.scanner.answers = bufio.NewReader(m.scanner.conn)
	m.run(t, "systemctl is-active local-fs.target")
	return m
}

func (m *machine) path(name string) string { return filepath.Join(m.folder, name) }

// serveDisk serves a disk at m.path("disk") as long as the power is on.
func (m *machine) serveDisk(t *testing.T, d *disk.Disk) {
	t.Helper()
	l, err := net.Listen("unix", m.path("disk"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- d.Serve(ctx, l) }()
	m.off = append(m.off, func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("the disk: %v", err)
		}
	})
}

// listen opens a socket that QEMU connects to, and returns what waits for that.
func (m *machine) listen(t *testing.T, name string) (accept func() net.Conn) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: m.path(name), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	m.off = append(m.off, func() { l.Close() })
	return func() net.Conn {
		t.Helper()
		l.SetDeadline(time.Now().Add(patience))
		conn, err := l.Accept()
		if err != nil {
			t.Fatalf("QEMU does not start: %v", err)
		}
		m.off = append(m.off, func() { conn.Close() })
		return conn
	}
}

// powerOff kills the board.
func (m *machine) powerOff() {
	for i := len(m.off) - 1; i >= 0; i-- {
		m.off[i]()
	}
	m.off = nil
}

// run has the board's shell run a command, which must succeed, and returns what
// it printed.
func (m *machine) run(t *testing.T, command string) string {
	t.Helper()
	m.shell.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(m.shell, "( %s\n) </dev/null 2>&1; code=$?; echo; echo @@$code@@\n", command)
	var said bytes.Buffer
	for {
		line, err := m.answers.ReadString('\n')
		if err != nil {
			t.Fatalf("%s: the board's shell: %v\n%s", command, err, said.Bytes())
		}
		var code int
		if n, _ := fmt.Sscanf(line, "@@%d@@\n", &code); n == 0 {
			said.WriteString(line)
			continue
		}
		if code != 0 {
			t.Fatalf("%s: exit status %d\n%s", command, code, said.Bytes())
		}
		return string(bytes.TrimSpace(said.Bytes()))
	}
}

// scanner is the far end of the USB serial adapter.
type scanner struct {
	conn    net.Conn
	answers *bufio.Reader
}

// plug puts the adapter in and waits until the daemon reads it.
func (m *machine) plug(t *testing.T) {
	t.Helper()
	seen := m.journal.mark()
	m.monitor.do(t, "device_add", map[string]any{"driver": "usb-serial", "id": "adapter", "chardev": "scanner"})
	m.journal.await(t, seen, event{Event: "port", State: "open"}.is)
}

// pull takes the adapter out and waits until the daemon says so.
func (m *machine) pull(t *testing.T) {
	t.Helper()
	seen := m.journal.mark()
	m.monitor.do(t, "device_del", map[string]any{"id": "adapter"})
	m.monitor.await(t, "DEVICE_DELETED")
	m.journal.await(t, seen, event{Event: "port", State: "absent"}.is)
}

// ask sends a line and returns the answer.
func (s *scanner) ask(t *testing.T, line string) string {
	t.Helper()
	s.conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(s.conn, line+"\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := s.answers.ReadString('\n')
	if err != nil {
		t.Fatalf("%q is not answered: %v", line, err)
	}
	return answer[:len(answer)-1]
}

// built is a file that boardtest/image or the Makefile built.
func built(name string) string {
	path, err := filepath.Abs(filepath.Join("../build/board", name))
	if err != nil {
		panic(err)
	}
	return path
}
