package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"edged/processtest"
	"edged/web"
)

// patience is how long a test waits for what must come soon, on a busy machine
// and an emulated CPU.
const patience = 2 * time.Minute

// event is any event, as a reader of the JSON lines sees it.
type event struct {
	Event     string
	Time      time.Time
	Frame     uint64
	Label     string
	Before    string
	Score     float64
	Top       []struct{ Label string }
	Model     string
	State     string
	Reason    string
	Output    string
	LatencyMS float64 `json:"latency_ms"`
	PredictMS float64 `json:"predict_ms"`
}

// running is an `edged run`.
type running struct {
	t       *testing.T
	command *exec.Cmd
	state   string
	events  chan event
	errors  *strings.Builder
}

// runDaemon starts a daemon on the state folder whose camera is program.
func runDaemon(t *testing.T, state, program string, arguments ...string) *running {
	t.Helper()
	return runDaemonWith(t, "1s", state, program, arguments...)
}

// runDaemonWith is runDaemon with a limit after which a silent camera counts as
// stalled.
func runDaemonWith(t *testing.T, stall, state, program string, arguments ...string) *running {
	t.Helper()
	return startDaemon(t, stall, "", state, program, arguments...)
}

// runDaemonConfigured is runDaemon with more of a configuration.
func runDaemonConfigured(t *testing.T, more, state, program string) *running {
	t.Helper()
	return startDaemon(t, "1s", more, state, program)
}

func startDaemon(t *testing.T, stall, more, state, program string, arguments ...string) *running {
	t.Helper()
	file := filepath.Join(t.TempDir(), "edged.toml")
	text := fmt.Sprintf("state = %q\n[camera]\nsource = %q\nstall = %q\nprogram = %q\n[models]\nquiet = \"200ms\"\n%s",
		state, filepath.Join(digits, "valid"), stall, program, more)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	d := &running{t: t, state: state, events: make(chan event, 1<<16), errors: &strings.Builder{}}
	d.command = edgedCommand(t, append([]string{"run", "--config", file}, arguments...)...)
	d.command.Stderr = d.errors
	output, err := d.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(d.events)
		for lines := bufio.NewScanner(output); lines.Scan(); {
			var e event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				e.Reason = fmt.Sprintf("%v: %s", err, lines.Text())
			}
			d.events <- e
		}
	}()
	t.Cleanup(func() {
		if d.command.ProcessState == nil {
			d.command.Process.Kill()
			_ = d.command.Wait()
		}
		if t.Failed() {
			t.Logf("standard error of edged:\n%s", d.errors)
		}
	})
	return d
}

// until reads events until one of them is wanted, and returns all of them.
func (d *running) until(what string, wanted func(event) bool) []event {
	d.t.Helper()
	late := time.After(patience)
	var all []event
	for {
		select {
		case e, ok := <-d.events:
			if !ok {
				d.t.Fatalf("edged ended before %s", what)
			}
			if e.Event == "" {
				d.t.Fatal(e.Reason)
			}
			all = append(all, e)
			if wanted(e) {
				return all
			}
		case <-late:
			d.t.Fatalf("no %s within %v", what, patience)
		}
	}
}

func predicted(e event) bool { return e.Event == "prediction" }

func by(model string) func(event) bool {
	return func(e event) bool { return predicted(e) && strings.HasPrefix(e.Model, model+"@") }
}

func inState(kind, state string) func(event) bool {
	return func(e event) bool { return e.Event == kind && e.State == state }
}

func (d *running) client() *web.Client {
	return web.NewClient(filepath.Join(d.state, "control.sock"))
}

func (d *running) status() web.Status {
	d.t.Helper()
	status, err := d.client().Status(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	return *status
}

// children are the processes that the daemon started.
func (d *running) children() []int {
	d.t.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", d.command.Process.Pid))
	if err != nil {
		d.t.Fatal(err)
	}
	var children []int
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue // the thread has ended
		}
		for _, field := range strings.Fields(string(text)) {
			var pid int
			if _, err := fmt.Sscan(field, &pid); err == nil {
				children = append(children, pid)
			}
		}
	}
	return children
}

// stop ends the daemon as systemd does, and returns the events that were left.
func (d *running) stop() []event {
	d.t.Helper()
	children := d.children()
	if err := d.command.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatal(err)
	}
	start := time.Now()
	var left []event
	for e := range d.events {
		left = append(left, e)
		if e.State == "stalled" {
			d.t.Error("a camera that is stopped is called stalled")
		}
	}
	if err := d.command.Wait(); err != nil {
		d.t.Errorf("edged: %v", err)
	}
	if took := time.Since(start); took > time.Second && processtest.Emulator() == nil {
		d.t.Errorf("edged took %v to end, want a second at most", took)
	}
	if _, err := os.Stat(filepath.Join(d.state, "control.sock")); err == nil {
		d.t.Error("the control socket was left behind")
	}
	gone(d.t, children)
	return left
}

// gone waits for processes to end.
func gone(t *testing.T, processes []int) {
	t.Helper()
	for _, pid := range processes {
		eventually(t, fmt.Sprintf("process %d ends", pid), func() bool {
			return syscall.Kill(pid, 0) == syscall.ESRCH
		})
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

func copyModel(t *testing.T, state, name string) {
	t.Helper()
	out, err := exec.Command("cp", "-r", filepath.Join(digits, "model"), filepath.Join(state, "models", name)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
