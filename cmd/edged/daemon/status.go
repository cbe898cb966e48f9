package daemon

import (
	"os"

	"edged/storage"
	"edged/web"
)

// status is what the daemon is doing now.
func (d *Daemon) status() web.Status {
	camera := d.camera.Status()
	list := d.models.List()
	return web.Status{
		Version: d.options.Version,
		PID:     os.Getpid(),
		Started: d.started,
		RSS:     residentMemory(),
		Model:   modelStatus(d.models.Active(), list),
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
		Sinks:   d.publisher.Status(),
	}
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
