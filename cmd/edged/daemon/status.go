package daemon

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"edged/storage"
	"edged/web"
)

// status is what the daemon is doing now.
func (d *Daemon) status() web.Status {
	camera := d.camera.Status()
	list := d.models.List()
	status := web.Status{
		Version:    d.options.Version,
		PID:        os.Getpid(),
		Started:    d.started,
		RSS:        residentMemory(),
		Goroutines: runtime.NumGoroutine(),
		Model:      modelStatus(d.models.Active(), list),
		Camera: web.CameraStatus{
			State: string(camera.State), Reason: camera.Reason, Source: camera.Source, Description: camera.Description,
			Width: camera.Width, Height: camera.Height, FPS: camera.FPS, Restarts: camera.Restarts,
		},
		Frames: web.FrameStatus{
			Received: camera.Received, Predicted: d.loop.predicted.Load(),
			Skipped: camera.Skipped, Unanswered: d.loop.unanswered.Load(),
		},
		Latency: d.loop.latency.percentiles(),
		Predict: d.loop.predict.percentiles(),
		Models:  list,
		Result:  d.resultStatus(),
		Outputs: d.outputStatus(),
		Ports:   d.portStatus(),
		Fit:     d.fitStatus(),
		Shadow:  d.shadowStatus(),
		Sinks:   d.publisher.Status(),
	}
	if kept, err := d.store.Open(); err != nil {
		status.CapturesError = err.Error()
	} else {
		captures := kept.Status()
		status.Captures = &captures
	}
	return status
}

func (d *Daemon) fitStatus() web.FitStatus {
	s := d.fits.Status()
	return web.FitStatus{
		State: string(s.State), New: s.New, Result: s.Result, Reason: s.Reason, Model: s.Model, Ended: s.Ended, Seconds: s.Seconds,
		Progress: s.Progress, Next: s.Next,
	}
}

// fitWords are what fits and results are at, as words of a status line.
func (d *Daemon) fitWords() string {
	words := "fit=" + string(d.fits.Status().State)
	if s := d.shadow.Status(); s.State != "" {
		words += " shadow=" + strings.ReplaceAll(string(s.State), " ", "-")
	}
	if r := d.loop.latest(); r.Label != "" {
		words += fmt.Sprintf(" score=%.2f result=%s", r.Score, r.Label)
	}
	return words
}

// shadowStatus is how the latest fitted model does beside the one before, or nil.
func (d *Daemon) shadowStatus() *web.ShadowStatus {
	s := d.shadow.Status()
	if s.State == "" {
		return nil
	}
	return &web.ShadowStatus{
		Model: s.Model, Before: s.Before, State: string(s.State), Reason: s.Reason,
		Samples: s.Samples, Older: s.Older, Newer: s.Newer, Since: s.Since,
	}
}

// resultStatus is what the camera shows, or nil before it is known.
func (d *Daemon) resultStatus() *web.ResultStatus {
	r := d.loop.latest()
	if r.Label == "" {
		return nil
	}
	return &web.ResultStatus{Label: r.Label, Score: r.Score, Since: r.since}
}

func (d *Daemon) portStatus() []web.PortStatus {
	list := make([]web.PortStatus, len(d.ports))
	for i, port := range d.ports {
		s := port.Status()
		list[i] = web.PortStatus{
			Port: s.Port, Path: s.Path, State: string(s.State), Reason: s.Reason, Since: s.Since,
			Orders: s.Orders, Refused: s.Refused, Error: s.LastError,
		}
	}
	return list
}

func modelStatus(v *storage.Version, list []storage.Status) *web.ModelStatus {
	if v == nil {
		return nil
	}
	m := &web.ModelStatus{
		Name: v.ID(), Since: v.Since,
		Input: v.Plan.InputShape().String(), Labels: len(v.Model.Labels),
		Precision: v.Plan.Precision().String(), Kernels: v.Plan.Kernels(),
	}
	for _, step := range v.Plan.Steps() {
		m.Steps = append(m.Steps, step.Kernel)
	}
	for _, s := range list {
		m.Pinned = m.Pinned || s.Active && s.Pinned
	}
	return m
}
