package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// child is a running program whose frames are read.
type child interface {
	io.Reader

	// SetReadDeadline ends a Read that waits, with os.ErrDeadlineExceeded.
	SetReadDeadline(t time.Time) error

	// Stop ends the program and all that it started, waits until they are gone
	// and returns the program's last words, if any, and how it ended.
	Stop() (words, ending string)
}

// How long the program may take to end by itself once its standard input is
// closed, and how long the kernel may take to kill it: a driver can hold a
// process for ever, and Stop must return.
const (
	endTime  = 2 * time.Second
	killTime = 5 * time.Second
)

// pipeSize keeps the program from being woken for each 64 kB of a frame.
const pipeSize = 1 << 20

// process is edged-camera in a process group of its own. Its end is ensured
// thrice: Stop kills the group; the end of the pipe on its standard input tells
// it that edged is gone; and the kernel kills it when edged dies.
type process struct {
	command *exec.Cmd
	stdin   *os.File
	stdout  *os.File
	words   *lastLines
	exited  chan struct{} // closed when the program is dead, but not waited for
	reap    chan struct{} // closed to let it be waited for
	reaped  chan struct{}
}

func startProcess(options Options) (*process, error) {
	stdinReader, stdin, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer stdinReader.Close()
	stdout, stdoutWriter, err := os.Pipe()
	if err != nil {
		stdin.Close()
		return nil, err
	}
	defer stdoutWriter.Close()
	setPipeSize(stdout)
	p := &process{
		command: exec.Command(options.Program, options.Source.Arguments()...),
		stdin:   stdin,
		stdout:  stdout,
		words:   &lastLines{logger: options.Logger},
		exited:  make(chan struct{}),
		reap:    make(chan struct{}),
		reaped:  make(chan struct{}),
	}
	p.command.Stdin = stdinReader
	p.command.Stdout = stdoutWriter
	p.command.Stderr = p.words
	p.command.Env = environment()
	p.command.WaitDelay = time.Second
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go p.live(started)
	if err := <-started; err != nil {
		stdin.Close()
		stdout.Close()
		return nil, fmt.Errorf("can't start edged-camera: %w", err)
	}
	return p, nil
}

// live starts the program and waits for it. Pdeathsig means the death of the
// thread that started the program, so this goroutine keeps its thread.
func (p *process) live(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.reaped)
	err := p.command.Start()
	started <- err
	if err != nil {
		return
	}
	for {
		err := unix.Waitid(unix.P_PID, p.command.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	close(p.exited)
	<-p.reap
	_ = p.command.Wait() // ProcessState tells how it ended
}

func (p *process) Read(b []byte) (int, error) { return p.stdout.Read(b) }

func (p *process) SetReadDeadline(t time.Time) error { return p.stdout.SetReadDeadline(t) }

func (p *process) Stop() (words, ending string) {
	p.stdin.Close()
	p.stdout.Close()
	within(endTime, p.exited)
	// Not waited for yet, the program's number can't be another group's.
	_ = unix.Kill(-p.command.Process.Pid, unix.SIGKILL)
	close(p.reap)
	if !within(killTime, p.reaped) {
		return p.words.String(), "the kernel does not let it go; its driver may hang"
	}
	return p.words.String(), p.command.ProcessState.String()
}

// within waits for done, but not longer than d.
func within(d time.Duration, done <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

func setPipeSize(f *os.File) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeSize) // the default size works too
	})
}

// environment is edged's, with OpenCV's limit on pictures that of frames.
func environment() []string {
	return append(os.Environ(), "OPENCV_IO_MAX_IMAGE_PIXELS="+strconv.Itoa(MaxPixels))
}
