package daemon

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"edged/capture"
	"edged/cmd/edged/config"
	"edged/cmd/edged/engine"
	"edged/cmd/edged/results"
	"edged/kernels"
	"edged/nn"
	"edged/publish"
	"edged/publish/outputs"
	"edged/storage"
	"edged/storage/picture"
	"edged/web"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const digits = "../../../testdata/digits"

// frame is a digit as a camera of 640x480 pixels would show it.
func frame(t *testing.T) *capture.Frame {
	t.Helper()
	image, err := picture.Read(filepath.Join(digits, "valid", "7", "007.png"))
	if err != nil {
		t.Fatal(err)
	}
	resizer, err := kernels.NewResizer("bilinear", 640, 480)
	if err != nil {
		t.Fatal(err)
	}
	f := &capture.Frame{Sequence: 1, Time: time.Now(), Width: 640, Height: 480, Pixels: make([]byte, 640*480*3)}
	if err := resizer.Resize(f.Pixels, image.Pixels, image.Width, image.Height); err != nil {
		t.Fatal(err)
	}
	return f
}

// quantized writes the digits' model in int8, calibrated on a frame.
func quantized(t *testing.T, f *capture.Frame) string {
	t.Helper()
	m, err := storage.Load(filepath.Join(digits, "model"), storage.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	flat, err := nn.Quantizable(m.Network)
	if err != nil {
		t.Fatal(err)
	}
	c, err := nn.NewCalibration(flat, "minmax", nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := nn.NewPreprocessor(m.Preprocessing, m.Network.InputShape())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Apply(c.Input(), nn.Image{Width: f.Width, Height: f.Height, Pixels: f.Pixels}); err != nil {
		t.Fatal(err)
	}
	c.Observe()
	if m.Network, err = c.Quantize(); err != nil {
		t.Fatal(err)
	}
	m.Precision, m.Probe = storage.Int8, nil
	dir := filepath.Join(t.TempDir(), "int8")
	if err := storage.Commit(dir, m, storage.CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestAnswersAllocateNothing takes the whole way of a frame: resize, predict,
// encode the event, hand it to a sink.
func TestAnswersAllocateNothing(t *testing.T) {
	f := frame(t)
	for name, model := range map[string]string{"float16": filepath.Join(digits, "model"), "int8": quantized(t, f)} {
		for _, threads := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s/%d", name, threads), func(t *testing.T) {
				workers := kernels.NewWorkers(threads)
				defer workers.Close()
				ready, err := engine.Loader(&config.Default().Predict, workers).Load(t.Context(), model)
				if err != nil {
					t.Fatal(err)
				}
				if got := ready.Plan.Precision().String(); got != name {
					t.Fatalf("the model answers in %s", got)
				}
				version := &storage.Version{Name: "digits", Ready: ready}
				publisher := publish.New()
				publisher.Add("full", io.Discard, 1)
				out := outputs.New(outputs.Options{Device: outputs.Serial{Port: "/nowhere"}})
				shown := 0
				l := &loop{
					active:  func() *storage.Version { return version },
					filter:  results.New(config.Default().Results.Options()),
					show:    func(label string, score float32) { shown++; out.Show(label, score) },
					frames:  true,
					changes: true,
					publish: publisher.Publish,
					report:  func(err error) { t.Error(err) },
					event:   publish.Prediction{Top: make([]publish.Score, 0, 3)},
				}
				l.answer(f)
				if got := testing.AllocsPerRun(5, func() { l.answer(f) }); got != 0 {
					t.Errorf("got %v allocations a frame, want 0", got)
				}
				if l.event.Label != "7" || l.predicted.Load() != 7 {
					t.Errorf("got %+v after %d frames", l.event, l.predicted.Load())
				}
				if l.change.Label != "7" || l.latest().Label != "7" || shown != 7 {
					t.Errorf("got the result %+v, %+v, shown %d times", l.change, l.latest(), shown)
				}
			})
		}
	}
}

func TestTheLoopLivesWithoutFramesAndHangsWithoutBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		frames := 0
		l := &loop{
			started: time.Now(),
			active:  func() *storage.Version { <-hang; return nil },
			next: func(ctx context.Context, _ *capture.Frame) error {
				if frames++; frames > 60 {
					return nil // a frame, on which the loop will hang
				}
				<-ctx.Done()
				return ctx.Err()
			},
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- l.Run(ctx) }()
		for range 59 {
			time.Sleep(time.Second)
			if !l.alive() {
				t.Fatal("counts as hung without a camera")
			}
		}
		time.Sleep(beat + stuck + time.Second)
		if l.alive() {
			t.Error("counts as alive while it hangs")
		}
		cancel()
		close(hang)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestTheLoopBeatsOnAfterAClip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &loop{
			started: time.Now(),
			next:    func(context.Context, *capture.Frame) error { return io.EOF },
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- l.Run(ctx) }()
		time.Sleep(time.Hour)
		if !l.alive() {
			t.Error("counts as hung after the end of a clip")
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestDaemonLeavesNothingBehind(t *testing.T) {
	c := config.Default()
	c.State = t.TempDir()
	c.Events.Output = filepath.Join(c.State, "events.jsonl")
	d, err := New(Options{Config: c, Version: "test", Program: "/nowhere/edged-camera", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	client := web.NewClient(c.Socket())
	for state := ""; state != string(capture.StateWaiting); {
		status, err := client.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		state = status.Camera.State
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(c.Socket()); err == nil {
		t.Error("the socket was left behind")
	}
	events, err := os.ReadFile(c.Events.Output)
	if err != nil || len(events) == 0 {
		t.Errorf("got events %q, %v", events, err)
	}
}

func TestNewGivesBackWhatItTook(t *testing.T) {
	c := config.Default()
	c.State = t.TempDir()
	c.Control.Socket = filepath.Join(c.State, "file", "control.sock")
	if err := os.WriteFile(filepath.Join(c.State, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	options := Options{Config: c, Output: io.Discard, Log: slog.New(slog.DiscardHandler)}
	for range 2 { // the second finds no lock
		if _, err := New(options); err == nil {
			t.Fatal("a socket below a file was opened")
		}
	}
	c.Control.Socket = ""
	d, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	d.close()
}
