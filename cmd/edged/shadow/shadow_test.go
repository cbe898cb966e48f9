package shadow

import (
	"context"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"edged/capture"
	"edged/nn"
	"edged/publish"
	"edged/storage"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// network has ten classes.
const network = `{"class_name":"Sequential","config":{"name":"small","layers":[
{"class_name":"InputLayer","config":{"batch_input_shape":[null,4,4,3],"dtype":"float32","sparse":false,"ragged":false,"name":"in"}},
{"class_name":"Flatten","config":{"name":"flatten"}},
{"class_name":"Dense","config":{"name":"dense","units":10,"activation":"softmax","use_bias":true}}]},"keras_version":"2.15.0","backend":"tensorflow"}`

// version is a model that gives its first class a score of 1/(1+9/e^sureness).
func version(t *testing.T, name, parent string, sureness float32) *storage.Version {
	t.Helper()
	m, err := nn.ModelFromConfig([]byte(network))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range m.Weights() {
		w.Value = make([]float32, w.Shape.Size())
		if w.Name == "bias" {
			w.Value[0] = sureness
		}
	}
	plan, err := nn.Compile(m, nn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &storage.Version{Name: name, Ready: &storage.Ready{Model: &storage.Model{Network: m, Parent: parent, Preprocessing: nn.Preprocessing{Resize: "bilinear", Color: "rgb", Scale: 1}}, Plan: plan}}
}

// stage is a camera that shows a digit, and models that serve.
type stage struct {
	sequence uint64
	still    bool // the camera shows no new frames
	rejected []*storage.Version
	refusal  error
	told     []string
}

func (s *stage) options() Options {
	s.sequence = 1
	pixels := make([]byte, 8*6*3)
	return Options{
		Latest: func(f *capture.Frame) bool {
			if !s.still {
				s.sequence++
			}
			f.Sequence, f.Width, f.Height, f.Pixels = s.sequence, 8, 6, pixels
			return true
		},
		Reject: func(_ context.Context, v *storage.Version) (*storage.Version, error) {
			s.rejected = append(s.rejected, v)
			return nil, s.refusal
		},
		Period:  10 * time.Minute,
		Publish: func(e publish.Event) { s.told = append(s.told, e.(*publish.ShadowChange).State) },
		Log:     slog.New(slog.DiscardHandler),
	}
}

func TestShadow(t *testing.T) {
	first, good, unsure := version(t, "first", "", 8), version(t, "good", "first", 5), version(t, "unsure", "first@12345678", 0)
	copied := version(t, "copied", "", 0)
	for _, test := range []struct {
		name    string
		next    *storage.Version
		after   time.Duration
		refusal error
		want    string // states told
		reject  bool
	}{
		{"as sure as before", good, time.Hour, nil, "watching kept", false},
		{"not long enough yet", good, 5 * time.Minute, nil, "watching", false},
		{"far less sure", unsure, 40 * time.Second, nil, "watching rolled back", true},
		{"too few samples", unsure, 20 * time.Second, nil, "watching", false},
		{"a person chose", unsure, time.Minute, storage.ErrKept, "watching ended", true},
		{"nothing to go back to", unsure, time.Minute, storage.ErrNoPrevious, "watching kept", true},
		{"no fit", copied, time.Hour, nil, "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &stage{refusal: test.refusal}
				w := New(s.options())
				w.Serves(first)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error)
				go func() { done <- w.Run(ctx) }()
				time.Sleep(time.Minute)
				w.Serves(test.next)
				time.Sleep(test.after)
				cancel()
				if err := <-done; err != nil {
					t.Error(err)
				}
				if got := strings.Join(s.told, " "); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
				if got := len(s.rejected) == 1 && s.rejected[0] == test.next; got != test.reject {
					t.Errorf("rejected: %v", s.rejected)
				}
				if got := w.Status(); test.reject && (got.Newer > .11 || got.Older < .9 || got.Samples != enough) {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

func TestShadowWaitsForFramesAndEndsWithItsModel(t *testing.T) {
	first, second, third := version(t, "first", "", 8), version(t, "second", "first", 0), version(t, "third", "second", 8)
	synctest.Test(t, func(t *testing.T) {
		s := &stage{}
		w := New(s.options())
		w.Serves(first)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Run(ctx) }()
		time.Sleep(time.Minute)
		s.still = true
		w.Serves(second)
		time.Sleep(time.Hour)
		if got := w.Status(); got.State != Watching || got.Samples != 1 {
			t.Errorf("%+v", got)
		}
		w.Serves(third)
		time.Sleep(time.Minute)
		w.Serves(nil)
		time.Sleep(time.Minute)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if got := strings.Join(s.told, " "); got != "watching ended watching ended" || len(s.rejected) > 0 {
			t.Errorf("got %q", got)
		}
	})
}

func TestShadowSeesATakeoverBeforeItsFirstLook(t *testing.T) {
	first, second := version(t, "first", "", 8), version(t, "second", "first", 0)
	synctest.Test(t, func(t *testing.T) {
		s := &stage{}
		w := New(s.options())
		w.Serves(first)
		w.Serves(second)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Run(ctx) }()
		time.Sleep(time.Minute)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if got := strings.Join(s.told, " "); got != "watching rolled back" {
			t.Errorf("got %q", got)
		}
	})
}

func TestRule(t *testing.T) {
	for _, test := range []struct {
		name          string
		n             int
		older, newer  float32
		want          bool
		before, after float32 // of both, in earlier samples
	}{
		{"collapse", enough, .9, .5, true, 0, 0},
		{"too few", enough - 1, .9, .1, false, 0, 0},
		{"less sure, as with more labels", window, .9, .6, false, 0, 0},
		{"the older one was not sure either", window, .45, .1, false, 0, 0},
		{"not a number", enough, .9, float32(math.NaN()), true, 0, 0},
		{"only the latest count", window, .9, .5, true, .9, .9},
	} {
		var c comparison
		if test.before > 0 {
			for range 10 * window {
				c.add(test.before, test.after)
			}
		}
		for range test.n {
			c.add(test.older, test.newer)
		}
		if got := c.collapsed(); got != test.want {
			t.Errorf("%s: got %v: %v", test.name, got, &c)
		}
	}
}
