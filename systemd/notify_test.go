package systemd

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// listen is what systemd does: a datagram socket named by NOTIFY_SOCKET.
func listen(t *testing.T) *net.UnixConn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return conn
}

func receive(t *testing.T, conn *net.UnixConn, limit time.Duration) string {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(limit))
	buffer := make([]byte, 256)
	n, err := conn.Read(buffer)
	if err != nil {
		return ""
	}
	return string(buffer[:n])
}

func TestReadyStatusStopping(t *testing.T) {
	conn := listen(t)
	service := &Service{}
	for _, step := range []struct {
		send func() error
		want string
	}{
		{service.Ready, "READY=1"},
		{func() error { return service.Status("digits") }, "STATUS=digits"},
		{service.Stopping, "STOPPING=1"},
	} {
		if err := step.send(); err != nil {
			t.Fatal(err)
		}
		if got := receive(t, conn, time.Second); got != step.want {
			t.Errorf("got %q, want %q", got, step.want)
		}
	}
}

func TestWatchdogIsFedWhileAlive(t *testing.T) {
	conn := listen(t)
	t.Setenv("WATCHDOG_USEC", "90000")
	t.Setenv("WATCHDOG_PID", fmt.Sprint(os.Getpid()))
	var alive atomic.Bool
	alive.Store(true)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- (&Service{Alive: alive.Load}).Run(ctx) }()

	for range 3 {
		if got := receive(t, conn, 5*time.Second); got != "WATCHDOG=1" {
			t.Fatalf("got %q, want a ping", got)
		}
	}
	alive.Store(false)
	receive(t, conn, 30*time.Millisecond) // one may be on its way
	if got := receive(t, conn, 200*time.Millisecond); got != "" {
		t.Errorf("got %q from a daemon that is not alive", got)
	}
	alive.Store(true)
	if got := receive(t, conn, 5*time.Second); got != "WATCHDOG=1" {
		t.Errorf("got %q after the daemon came back, want a ping", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWithoutSystemd(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	t.Setenv("WATCHDOG_USEC", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	service := &Service{Alive: func() bool { return false }}
	for _, err := range []error{service.Ready(), service.Run(ctx), service.Stopping()} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestWatchdogOfAnotherProcess(t *testing.T) {
	conn := listen(t)
	t.Setenv("WATCHDOG_USEC", "30000")
	t.Setenv("WATCHDOG_PID", "1")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := (&Service{Alive: func() bool { return true }}).Run(ctx); err != nil {
		t.Error(err)
	}
	if got := receive(t, conn, 10*time.Millisecond); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}
