package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"edged/capture"
	"edged/cmd/edged/config"
	"edged/cmd/edged/engine"
	"edged/cmd/edged/fitting"
	"edged/cmd/edged/labels"
	"edged/cmd/edged/results"
	"edged/cmd/edged/shadow"
	"edged/kernels"
	"edged/publish"
	"edged/publish/outputs"
	"edged/storage"
	"edged/systemd"
	"edged/web"

	"golang.org/x/sync/errgroup"
)

// Options say what a daemon is made of.
type Options struct {
	Config  *config.Config
	Version string
	Program string    // edged-camera
	Output  io.Writer // where events go if the configuration says "-"
	Log     *slog.Logger
}

// Daemon is `edged run`. It owns its state folder and control socket from New
// to the end of Run.
type Daemon struct {
	options   Options
	started   time.Time
	workers   *kernels.Workers
	models    *storage.Models
	camera    *capture.Camera
	publisher *publish.Publisher
	file      *publish.File // nil without one
	listener  net.Listener
	loop      *loop
	store     *labels.Store
	ring      *capture.Ring
	labeller  *labels.Labeller
	fits      *fitting.Worker
	shadow    *shadow.Shadow
	codes     capture.Codes
	ports     []*capture.Serial
	outputs   []*outputs.Output
}

// New claims the state folder and opens the control socket. Run must follow.
func New(o Options) (*Daemon, error) {
	d := &Daemon{options: o, started: time.Now(), publisher: publish.New()}
	d.addSink(&o.Config.Events)
	var err error
	if d.workers, err = engine.Workers(o.Config.Predict.Threads, o.Config.Predict.BigCores); err != nil {
		return nil, err
	}
	if err := d.openModels(); err != nil {
		d.workers.Close()
		return nil, err
	}
	if d.listener, err = web.Listen(o.Config.Socket()); err != nil {
		d.close()
		return nil, err
	}
	d.ring = newRing(&o.Config.Labels)
	d.camera = capture.NewCamera(d.cameraOptions())
	d.addLabels()
	d.addOutputs()
	d.shadow = shadow.New(shadow.Options{
		Latest: d.ring.Latest, Reject: d.models.Reject,
		Period: o.Config.Fit.Shadow, Publish: d.publisher.Publish, Log: o.Log,
	})
	d.loop = &loop{
		next:    d.camera.Next,
		active:  d.models.Active,
		publish: d.publisher.Publish,
		filter:  results.New(o.Config.Results.Options()),
		show:    d.show,
		frames:  o.Config.Events.Mode != config.EventsChanges,
		changes: o.Config.Events.Mode != config.EventsFrames,
		report:  func(err error) { o.Log.Error("a frame could not be answered", "error", err) },
		event:   publish.Prediction{Top: make([]publish.Score, 0, o.Config.Predict.Top)},
		started: d.started,
	}
	return d, nil
}

func (d *Daemon) addSink(c *config.Events) {
	switch c.Output {
	case "":
	case "-":
		d.publisher.Add("standard output", d.options.Output, c.Queue)
	default:
		d.file = &publish.File{Path: c.Output, Limit: int64(c.Limit), Keep: c.Keep, Mode: 0o640}
		d.publisher.Add(c.Output, d.file, c.Queue)
	}
}

func (d *Daemon) openModels() error {
	c := d.options.Config
	models, err := storage.OpenModels(storage.ModelsOptions{
		Folder: c.ModelFolder(),
		State:  c.State,
		Loader: engine.Loader(&c.Predict, d.workers),
		Quiet:  c.Models.Quiet,
		Rescan: c.Models.Rescan,
		Keep:   c.Models.Keep,
		Notify: d.modelChanged,
		Log:    d.options.Log,
	})
	if errors.Is(err, storage.ErrLocked) {
		return fmt.Errorf("%w: stop it, or choose another state folder by --state DIR", err)
	}
	d.models = models
	return err
}

func (d *Daemon) cameraOptions() capture.Options {
	c := &d.options.Config.Camera
	return capture.Options{
		Program: d.options.Program,
		Source: capture.Source{
			Path: c.Source, Width: c.Width, Height: c.Height, FPS: c.FPS, FourCC: c.FourCC,
			Loop: c.Loop, Pace: capture.Pace(c.Pace),
		},
		Stall:   c.Stall,
		Ring:    d.ring,
		Changed: d.cameraChanged,
		Logger:  d.options.Log,
	}
}

func (d *Daemon) modelChanged(e storage.ModelEvent) {
	d.shadow.Serves(d.models.Active())
	d.publisher.Publish(&publish.ModelChange{Time: e.Time, Model: e.Version, State: string(e.Kind), Reason: e.Reason})
}

func (d *Daemon) cameraChanged(s capture.Status) {
	d.publisher.Publish(&publish.CameraChange{Time: s.Since, State: string(s.State), Reason: s.Reason})
}

// Run serves until ctx ends, or until a part fails. It leaves nothing behind.
func (d *Daemon) Run(ctx context.Context) error {
	defer d.close()
	publishing, stopPublishing := context.WithCancel(context.WithoutCancel(ctx))
	published := make(chan struct{})
	go func() {
		defer close(published)
		_ = d.publisher.Run(publishing) // it never fails
	}()
	err := d.serve(ctx)
	stopPublishing() // last, so that every event is written
	<-published
	return err
}

func (d *Daemon) serve(ctx context.Context) error {
	service := &systemd.Service{Alive: d.loop.alive}
	server := &web.Server{Listener: d.listener, Handler: d.control().Handler()}
	group, ctx := errgroup.WithContext(ctx)
	parts := []func(context.Context) error{d.models.Run, d.watch, d.loop.Run, server.Run, service.Run, d.fits.Run, d.shadow.Run}
	for _, port := range d.ports {
		parts = append(parts, port.Run)
	}
	for _, output := range d.outputs {
		parts = append(parts, output.Run)
	}
	for _, run := range parts {
		group.Go(func() error { return run(ctx) })
	}
	group.Go(func() error { return d.announce(ctx, service) })
	return group.Wait()
}

// watch runs the camera once a model can answer, so that no frame of a clip is
// lost to the start.
func (d *Daemon) watch(ctx context.Context) error {
	d.settle(ctx)
	return d.camera.Run(ctx)
}

// readyTime is how long a model may take to load before the daemon goes on
// without.
const readyTime = 20 * time.Second

// settle waits until a model serves, or none can, or readyTime has passed.
func (d *Daemon) settle(ctx context.Context) {
	late := time.NewTimer(readyTime)
	defer late.Stop()
	select {
	case <-d.models.Ready():
	case <-late.C:
	case <-ctx.Done():
	}
}

// announce tells systemd and the log when the daemon serves, and when it ends.
func (d *Daemon) announce(ctx context.Context, service *systemd.Service) error {
	if d.settle(ctx); ctx.Err() != nil {
		return nil
	}
	log := d.options.Log
	if v := d.models.Active(); v != nil {
		log.Info("serving", "model", v.ID(), "precision", v.Plan.Precision(), "kernels", v.Plan.Kernels())
	} else {
		log.Warn("serving without a model: copy one into " + d.options.Config.ModelFolder())
	}
	if err := service.Ready(); err != nil {
		log.Warn(err.Error())
	}
	<-ctx.Done()
	if err := service.Stopping(); err != nil {
		log.Warn(err.Error())
	}
	return nil
}

func (d *Daemon) close() {
	if d.listener != nil {
		d.listener.Close()
	}
	if d.file != nil {
		if err := d.file.Close(); err != nil {
			d.options.Log.Warn("the file of events", "error", err)
		}
	}
	if d.store != nil {
		if err := d.store.Close(); err != nil {
			d.options.Log.Warn("the captures", "error", err)
		}
	}
	d.models.Close()
	d.workers.Close()
}
