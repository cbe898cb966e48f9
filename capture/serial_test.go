package capture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"edged/capture/capturetest"

	"go.uber.org/goleak"
)

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
	far := capturetest.Plug(t, link)
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
		if got := far.Ask(t, test.line); got != test.want {
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
		far := capturetest.Plug(t, link)
		waitFor(t, states, SerialOpen)
		if got, want := far.Ask(t, "label:nut\n"), fmt.Sprint("ok nut ", round+1); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if _, err := far.WriteString("label:half"); err != nil { // pulled out in the middle of a line
			t.Fatal(err)
		}
		far.Unplug(t)
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
	far := capturetest.Plug(t, link)
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
		far.Answer(t)
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
