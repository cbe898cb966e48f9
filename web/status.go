package web

import (
	"time"

	"edged/publish"
	"edged/storage"
)

// Status is what the daemon is doing.
type Status struct {
	Version string               `json:"version"`
	PID     int                  `json:"pid"`
	Started time.Time            `json:"started"`
	RSS     int64                `json:"rss_bytes"` // resident memory
	Model   *ModelStatus         `json:"model"`     // null: none serves yet
	Camera  CameraStatus         `json:"camera"`
	Frames  FrameStatus          `json:"frames"`
	Latency Percentiles          `json:"latency_ms"` // from capture to answer
	Predict Percentiles          `json:"predict_ms"` // the network alone
	Models  []storage.Status     `json:"models"`
	Sinks   []publish.SinkStatus `json:"sinks"`
}

// ModelStatus is the model version that serves.
type ModelStatus struct {
	Name      string    `json:"name"`
	Since     time.Time `json:"since"`
	Pinned    bool      `json:"pinned"`
	Input     string    `json:"input"` // as (None, 224, 224, 3)
	Labels    int       `json:"labels"`
	Precision string    `json:"precision"`
	Kernels   []string  `json:"kernels"` // one name a step
}

// CameraStatus is the camera process and what it delivers.
type CameraStatus struct {
	State    string  `json:"state"`
	Reason   string  `json:"reason,omitempty"`
	Source   string  `json:"source"`
	Width    int     `json:"width"`
	Height   int     `json:"height"`
	FPS      float64 `json:"fps"`
	Restarts uint64  `json:"restarts"`
}

// FrameStatus counts frames: Seen is Predicted + Skipped + Unanswered.
type FrameStatus struct {
	Seen       uint64 `json:"seen"`
	Predicted  uint64 `json:"predicted"`
	Skipped    uint64 `json:"skipped"`    // a newer one came first
	Unanswered uint64 `json:"unanswered"` // there was no model
}

// Percentiles are milliseconds of the latest thousand frames.
type Percentiles struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}
