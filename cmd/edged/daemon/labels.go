package daemon

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"time"

	"edged/capture"
	"edged/cmd/edged/config"
	"edged/cmd/edged/fitting"
	"edged/cmd/edged/labels"
	"edged/publish"
	"edged/web"
)

// The ring has ringFrames over the time that a label may reach back, and no more
// than ringBytes of them.
const (
	ringFrames = 12
	ringBytes  = 16 << 20
)

func newRing(c *config.Labels) *capture.Ring {
	return capture.NewRing(ringFrames, ringBytes, (c.Delay+c.Window)/ringFrames)
}

// addLabels makes what labels need: the captures, the labeller and the ports.
func (d *Daemon) addLabels() {
	c := d.options.Config
	d.store = &labels.Store{Options: c.CapturesOptions()}
	d.fits = fitting.New(d.fitOptions())
	d.labeller = labels.New(labels.Options{
		Ring: d.ring, Captures: d.store, Active: d.models.Active, Source: c.Camera.Source, Camera: d.camera.Status,
		Frames: c.Labels.Frames, Delay: c.Labels.Delay, Window: c.Labels.Window, Debounce: c.Labels.Debounce,
		Kept: d.fits.Labelled, Fit: d.fits.Request, Fitting: d.fitWords, Publish: d.publisher.Publish,
	})
	d.codes = codes(&c.Labels)
	for _, port := range c.Labels.Ports {
		d.ports = append(d.ports, capture.NewSerial(capture.SerialOptions{
			Port: port.Path, Mode: port.Mode(), Codes: d.codes,
			Handle: d.labeller.Handle, Changed: d.portChanged, Logger: d.options.Log,
		}))
	}
}

// fitOptions have fits done by this program.
func (d *Daemon) fitOptions() fitting.Options {
	c := &d.options.Config.Fit
	threads := c.Threads
	if threads == 0 {
		threads = max(1, runtime.NumCPU()-1)
	}
	program := c.Program
	if program == "" {
		program, _ = os.Executable() // without it fits fail and say so
	}
	return fitting.Options{
		Program: program, Active: d.models.Active,
		Captures: d.options.Config.CaptureFolder(), Features: filepath.Join(d.options.Config.State, "features"), Models: d.options.Config.ModelFolder(),
		After: c.After, At: timesOfDay(c.At), Quiet: c.Quiet, Limit: c.Limit, Memory: int64(c.Memory), Threads: threads,
		Publish: d.publisher.Publish, Log: d.options.Log,
	}
}

// timesOfDay are the set times of fits.
func timesOfDay(texts []string) []fitting.TimeOfDay {
	times := make([]fitting.TimeOfDay, len(texts))
	for i, text := range texts {
		times[i], _ = fitting.ParseTimeOfDay(text) // config has checked it
	}
	return times
}

// codes are what the configuration makes of bare lines.
func codes(c *config.Labels) capture.Codes {
	codes := capture.Codes{Labels: c.Codes, Expand: c.Expand}
	if c.Pattern != "" {
		codes.Pattern = regexp.MustCompile(c.Pattern) // config has checked it
	}
	return codes
}

func (d *Daemon) portChanged(s capture.SerialStatus) {
	d.publisher.Publish(&publish.PortChange{Time: s.Since, Port: s.Port, State: string(s.State), Reason: s.Reason})
}

// control is what the control socket serves.
func (d *Daemon) control() *web.Control {
	return &web.Control{Status: d.status, Models: d.models, Carry: d.carry, Captures: func() (web.Captures, error) { return d.store.Open() }}
}

// carry carries out a line that came by the control socket.
func (d *Daemon) carry(ctx context.Context, line string) (string, error) {
	order, err := capture.ParseOrder(line, d.codes)
	if err != nil {
		return "", err
	}
	order.Port, order.Time = "control", time.Now()
	return d.labeller.Handle(ctx, order)
}
