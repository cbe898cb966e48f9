package publish

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stuck is a sink whose reader has gone to sleep.
type stuck struct{ release chan struct{} }

func (s stuck) Write(b []byte) (int, error) {
	<-s.release
	return len(b), nil
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("broker gone") }

func TestASlowSinkDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fast bytes.Buffer
		slow := stuck{make(chan struct{})}
		p := New()
		p.Add("fast", &fast, 4)
		p.Add("slow", slow, 4)
		p.Add("failing", failing{}, 4)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- p.Run(ctx) }()

		start := time.Now()
		for i := range 10 {
			p.Publish(&Prediction{Time: noon, Frame: uint64(i)})
			synctest.Wait()
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("publishing waited %v", took)
		}
		want := []SinkStatus{
			{Name: "fast", Written: 10},
			{Name: "slow", Waiting: 4, Dropped: 5}, // one is being written
			{Name: "failing", Failed: 10, Error: "broker gone"},
		}
		if diff := cmp.Diff(want, p.Status()); diff != "" {
			t.Error(diff)
		}
		if got := bytes.Count(fast.Bytes(), []byte("\n")); got != 10 {
			t.Errorf("got %d lines, want 10", got)
		}

		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took > flushTime {
			t.Errorf("ended after %v, want %v at most", took, flushTime)
		}
		close(slow.release)
	})
}

func TestRunFlushesWhatIsQueued(t *testing.T) {
	var lines bytes.Buffer
	p := New()
	p.Add("lines", &lines, 8)
	for range 8 {
		p.Publish(&CameraChange{Time: noon, State: "running"})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(lines.Bytes(), []byte("\n")); got != 8 {
		t.Errorf("got %d lines, want 8", got)
	}
}
