package capture

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal: the far end of a serial line, with the near end
// under a name of our own.
type terminal struct {
	*os.File
	lines *bufio.Reader
}

// plug makes a pseudo-terminal and a link to it, as udev does for an adapter.
func plug(t *testing.T, link string) *terminal {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	path := fmt.Sprintf("/dev/pts/%d", number)
	if err == nil {
		err = setRaw(path)
	}
	temporary := link + ".new"
	if err == nil {
		err = errors.Join(os.Symlink(path, temporary), os.Rename(temporary, link))
	}
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "ptmx")
	t.Cleanup(func() { f.Close() })
	return &terminal{f, bufio.NewReader(f)}
}

// setRaw keeps the terminal from echoing what comes before the port is opened.
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

// unplug takes the adapter out.
func (p *terminal) unplug(t *testing.T, link string) {
	t.Helper()
	if err := errors.Join(os.Remove(link), p.Close()); err != nil {
		t.Fatal(err)
	}
}

// ask sends text and returns the next answer.
func (p *terminal) ask(t *testing.T, text string) string {
	t.Helper()
	if _, err := p.WriteString(text); err != nil {
		t.Fatal(err)
	}
	return p.answer(t)
}

func (p *terminal) answer(t *testing.T) string {
	t.Helper()
	if err := p.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	line, err := p.lines.ReadString('\n')
	if err != nil {
		t.Fatalf("got %q, then %v", line, err)
	}
	return strings.TrimSuffix(line, "\n")
}

// counter counts labels as the daemon does.
type counter struct {
	mu     sync.Mutex
	counts map[string]int
	orders []Order
}

func (c *counter) handle(_ context.Context, o Order) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.orders = append(c.orders, o)
	if o.Kind != OrderLabel {
		return string(o.Kind), nil
	}
	if strings.ContainsAny(o.Label, "/") {
		return "", fmt.Errorf("the label %q has a slash", o.Label)
	}
	c.counts[o.Label]++
	return fmt.Sprint(o.Label, " ", c.counts[o.Label]), nil
}

// serve runs a Serial and returns the states that it enters.
func serve(t *testing.T, o SerialOptions) (s *Serial, states <-chan SerialStatus, handled *counter) {
	t.Helper()
	handled = &counter{counts: map[string]int{}}
	changes := make(chan SerialStatus, 100)
	o.Handle, o.Changed = handled.handle, func(s SerialStatus) { changes <- s }
	s = NewSerial(o)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		goleak.VerifyNone(t, goleak.IgnoreCurrent())
	})
	return s, changes, handled
}

func waitFor(t *testing.T, states <-chan SerialStatus, want SerialState) SerialStatus {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case s := <-states:
			if s.State == want {
				return s
			}
		case <-limit:
			t.Fatalf("the port is not %s", want)
		}
	}
}

func TestSerialAnswersOrders(t *testing.T) {
	link := filepath.Join(t.TempDir(), "scanner")
	far := plug(t, link)
	s, states, handled := serve(t, SerialOptions{Port: link, Mode: SerialMode{Speed: 115200, Parity: "even", StopBits: 2}, Codes: Codes{Labels: map[string]string{"4006381333931": "M4-screw"}}})
	waitFor(t, states, SerialOpen)
	before := time.Now()
	for _, test := range []struct{ line, want string }{
		{"label:nut\n", "ok nut 1"},
		{"LABEL: nut \r\n", "ok nut 2"},
		{"4006381333931\r", "ok M4-screw 1"},
		{"4006381333931\n\n\r\n", "ok M4-screw 2"},
		{"label\n", "ok 1"},
		{"undo\n", "ok undo"},
		{"Fit\n", "ok fit"},
		{" status \n", "ok status"},
		{"label:\n", "error label: needs a name"},
		{"rubbish\n", `error "rubbish" is no order: send label:NAME, undo, fit or status`},
		{"fit:now\n", `error "fit:now" is no order: send label:NAME, undo, fit or status`},
		{"label:a/b\n", `error the label "a/b" has a slash`},
		{"label:\x00\x01\n", `error the line has the character '\x00'`},
		{"label:\xff\xfe\n", "error the line is not UTF-8"},
		{"label:" + strings.Repeat("x", 1000) + "\n", "error the line is longer than 300 bytes"},
		{"label:Mütter ✓\n", "ok Mütter ✓ 1"},
		{"ok nut 1\nerror what\nlabel:nut\n", "ok nut 3"}, // our answers, sent back
	} {
		if got := far.ask(t, test.line); got != test.want {
			t.Errorf("%q: got %q, want %q", test.line, got, test.want)
		}
	}
	status := s.Status()
	if status.Orders != 10 || status.Refused != 7 || status.Echoes != 2 || status.Unanswered != 0 {
		t.Errorf("%+v", status)
	}
	handled.mu.Lock()
	defer handled.mu.Unlock()
	for _, o := range handled.orders {
		if o.Port != "serial:"+link || o.Time.Before(before.Add(-readPatience)) || o.Time.After(time.Now()) {
			t.Errorf("%+v", o)
		}
	}
}

func TestSerialComesAndGoes(t *testing.T) {
	folder := t.TempDir()
	link := filepath.Join(folder, "scanner")
	s, states, handled := serve(t, SerialOptions{Port: link})
	if got := waitFor(t, states, SerialAbsent); !strings.Contains(got.Reason, "no such file") {
		t.Errorf("%+v", got)
	}
	for round := range 3 {
		far := plug(t, link)
		waitFor(t, states, SerialOpen)
		if got, want := far.ask(t, "label:nut\n"), fmt.Sprint("ok nut ", round+1); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if _, err := far.WriteString("label:half"); err != nil { // pulled out in the middle of a line
			t.Fatal(err)
		}
		far.unplug(t, link)
		waitFor(t, states, SerialAbsent)
	}
	if err := os.WriteFile(link, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := waitFor(t, states, SerialFailed); !strings.Contains(got.Reason, link) {
		t.Errorf("a file for a port: %+v", got)
	}
	if got := s.Status(); got.Opened != 3 || got.Orders != 3 || len(handled.counts) != 1 {
		t.Errorf("%+v %v", got, handled.counts)
	}
}

func TestSerialStandsNoise(t *testing.T) {
	link := filepath.Join(t.TempDir(), "scanner")
	far := plug(t, link)
	s, states, handled := serve(t, SerialOptions{Port: link})
	waitFor(t, states, SerialOpen)
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 10<<20)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	if err := far.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := far.Write(noise); err != nil { // nobody reads the answers meanwhile
		t.Fatal(err)
	}
	if _, err := far.WriteString("\nlabel:nut\n"); err != nil {
		t.Fatal(err)
	}
	for s.Status().Orders == 0 {
		far.answer(t)
	}
	status := s.Status()
	if status.State != SerialOpen || status.Refused < 10_000 || status.Unanswered == 0 || handled.counts["nut"] != 1 || len(handled.counts) != 1 {
		t.Errorf("%+v %v", status, handled.counts)
	}
}

func TestSerialModes(t *testing.T) {
	for _, test := range []struct {
		mode SerialMode
		want string
	}{
		{SerialMode{}, ""},
		{SerialMode{Speed: 115200, DataBits: 7, Parity: "odd", StopBits: 2}, ""},
		{SerialMode{Parity: "mark"}, "none, odd or even"},
		{SerialMode{StopBits: 3}, "1 or 2"},
		{SerialMode{DataBits: 9}, "5 to 8"},
		{SerialMode{Speed: -1}, "speed"},
	} {
		if err := test.mode.Check(); (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.mode, err, test.want)
		}
	}
}
