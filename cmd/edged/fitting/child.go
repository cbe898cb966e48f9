package fitting

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The results of a fit.
const (
	committed = "committed"
	refused   = "refused" // the new head is not better
	failed    = "failed"
)

// outcome is what became of a fit, and why.
type outcome struct{ result, reason string }

// command is a child to be run.
type command struct {
	program   string
	arguments []string
	memory    int64
	progress  func(string) // hears how far it is, once a second at most
}

// A fit yields to everything else: the least priority, the disk only when nobody
// else wants it, and the first to go when memory runs out.
const (
	niceness    = 19
	idleClass   = 3 << 13 // IOPRIO_CLASS_IDLE of linux/ioprio.h
	whoProcess  = 1       // IOPRIO_WHO_PROCESS
	outOfMemory = "800"   // oom_score_adj
)

// run runs a child to its end, or kills it and all that it started when ctx ends.
func run(ctx context.Context, c command) outcome {
	// What is not there needs no child: under QEMU 7.2 one that can't become a program
	// often waits forever for a lock of its parent's threads.
	if _, err := exec.LookPath(c.program); err != nil {
		return outcome{failed, err.Error()}
	}
	out := tail{progress: c.progress}
	var words bytes.Buffer
	child := exec.CommandContext(ctx, c.program, c.arguments...)
	child.Stdout, child.Stderr = &out, &words
	child.WaitDelay = time.Second
	// The kernel ends the child when the daemon dies; it means the thread that
	// started it. The child inherits that thread's priorities, which nothing else
	// runs on: it ends with its goroutine.
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	child.Cancel = func() error { return unix.Kill(-child.Process.Pid, unix.SIGKILL) }
	ended := make(chan error)
	go func() {
		runtime.LockOSThread()
		yield()
		err := child.Start()
		if err == nil {
			restrict(child.Process.Pid, c.memory)
			err = child.Wait()
		}
		ended <- err
	}()
	err := <-ended
	switch {
	case ctx.Err() != nil:
		return outcome{failed, context.Cause(ctx).Error()}
	case err == nil && out.reason != "":
		return outcome{committed, out.reason}
	case err == nil:
		return outcome{failed, "it said nothing of a model"}
	case out.reason != "" && !out.accepted:
		return outcome{refused, out.reason}
	}
	return outcome{failed, lastLine(words.String(), err)}
}

// yield lowers the priorities of this thread. What the system doesn't allow is
// left.
func yield() {
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, niceness)
	_, _, _ = unix.Syscall(unix.SYS_IOPRIO_SET, whoProcess, 0, idleClass)
}

// restrict bounds a process's memory and, once that is done, offers it when memory
// runs out.
func restrict(pid int, memory int64) {
	if memory > 0 {
		_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: uint64(memory), Max: uint64(memory)}, nil)
	}
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", pid), []byte(outOfMemory), 0)
}

// noThread is what Go calls it when there is no memory for a thread.
const noThread = "newosproc"

// lastLine is the last thing that a program said before it crashed, or how it
// ended.
func lastLine(words string, err error) string {
	lines := strings.Split(strings.TrimSpace(words), "\n")
	for _, line := range lines {
		if crash, ok := strings.CutPrefix(line, "fatal error: "); ok {
			if strings.Contains(crash, "memory") || crash == noThread {
				crash += ": raise fit.memory, or give fewer captures"
			}
			return crash
		}
		if crash, ok := strings.CutPrefix(line, "panic: "); ok {
			return crash
		}
	}
	last := strings.TrimPrefix(lines[len(lines)-1], "edged: ")
	var exit *exec.ExitError
	if last == "" || errors.As(err, &exit) && exit.ExitCode() < 0 {
		return err.Error()
	}
	return last
}

// tail reads the lines of a fit as they come and keeps the verdict.
type tail struct {
	line     bytes.Buffer
	reason   string
	accepted bool
	progress func(string)
	told     time.Time // when progress last heard
}

// maxTail bounds a line.
const maxTail = 4 << 20

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	if t.line.Len()+len(b) > maxTail {
		return 0, errors.New("a line of a fit is too long")
	}
	t.line.Write(b)
	for {
		text := t.line.Bytes()
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			return len(b), nil
		}
		t.read(text[:i])
		t.line.Next(i + 1)
	}
}

// progressEvery is how often progress is told.
const progressEvery = time.Second

func (t *tail) read(line []byte) {
	var said struct {
		Event string
		Head  struct {
			Accepted bool
			Method   string
			Reason   string
		}
		Progress struct {
			Stage     string
			Done, All int
		}
	}
	if json.Unmarshal(line, &said) != nil {
		return
	}
	switch p := said.Progress; said.Event {
	case "head":
		t.accepted, t.reason = said.Head.Accepted, said.Head.Method+": "+said.Head.Reason
	case "progress":
		now := time.Now()
		if t.progress != nil && (p.Done == p.All || now.Sub(t.told) >= progressEvery) {
			t.told = now
			t.progress(fmt.Sprintf("%s %d of %d", p.Stage, p.Done, p.All))
		}
	}
}

// unfinishedModel is the name of the folder that a commit writes to.
var unfinishedModel = regexp.MustCompile(`^\.\d{8}T\d{6}Z-[0-9a-f]{4}\.\d+$`)

// clean removes what killed fits left of models: of that name, or for "*" all
// that are older than a fit may take.
func (w *Worker) clean(name string) {
	paths, _ := filepath.Glob(filepath.Join(w.o.Models, "."+name+".*"))
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil || !unfinishedModel.MatchString(filepath.Base(path)) || name == "*" && time.Since(info.ModTime()) < w.o.Limit {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			w.o.Log.Warn("what a fit left can't be removed", "error", err)
		}
	}
}
