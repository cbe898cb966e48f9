package web

import (
	"time"

	"edged/publish"
	"edged/publish/outputs"
	"edged/storage"
)

// Status is what the daemon is doing.
type Status struct {
	Version string    `json:"version"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	RSS     int64     `json:"rss_bytes"` // resident memory
	// Goroutines is how many there are.
	Goroutines int              `json:"goroutines"`
	Model      *ModelStatus     `json:"model"` // null: none serves yet
	Camera     CameraStatus     `json:"camera"`
	Frames     FrameStatus      `json:"frames"`
	Latency    Percentiles      `json:"latency_ms"` // from capture to answer
	Predict    Percentiles      `json:"predict_ms"` // the network alone
	Models     []storage.Status `json:"models"`
	Result     *ResultStatus    `json:"result"` // null: nothing was answered yet
	Outputs    []outputs.Status `json:"outputs"`
	Ports      []PortStatus     `json:"ports"`
	Fit        FitStatus        `json:"fit"`
	Shadow     *ShadowStatus    `json:"shadow"` // null: no fitted model took over yet
	// Captures is null while none can be kept, for the reason in CapturesError.
	Captures      *storage.CapturesStatus `json:"captures"`
	CapturesError string                  `json:"captures_error,omitempty"`
	Sinks         []publish.SinkStatus    `json:"sinks"`
}

// ResultStatus is what the camera shows, smoothed over frames.
type ResultStatus struct {
	Label string    `json:"label"` // or "unknown"
	Score float32   `json:"score"`
	Since time.Time `json:"since"` // of the label
}

// ModelStatus is the model version that serves.
type ModelStatus struct {
	Name      string    `json:"name"`
	Since     time.Time `json:"since"`
	Pinned    bool      `json:"pinned"`
	Input     string    `json:"input"` // as (None, 224, 224, 3)
	Labels    int       `json:"labels"`
	Precision string    `json:"precision"`
	Kernels   string    `json:"kernels"` // the table's name
	Steps     []string  `json:"steps"`   // the kernel of each step
}

// CameraStatus is the camera process and what it delivers.
type CameraStatus struct {
	State       string  `json:"state"`
	Reason      string  `json:"reason,omitempty"`
	Source      string  `json:"source"`
	Description string  `json:"description,omitempty"` // what was opened
	Width       int     `json:"width"`
	Height      int     `json:"height"`
	FPS         float64 `json:"fps"`
	Restarts    uint64  `json:"restarts"`
}

// PortStatus is a port that labels come by.
type PortStatus struct {
	Port    string    `json:"port"`           // as it is configured
	Path    string    `json:"path,omitempty"` // while it is open
	State   string    `json:"state"`
	Reason  string    `json:"reason,omitempty"`
	Since   time.Time `json:"since"`
	Orders  uint64    `json:"orders"`
	Refused uint64    `json:"refused"`
	Error   string    `json:"error,omitempty"` // of the last refused line
}

// FitStatus is what the fitting of heads does and what became of the last fit.
type FitStatus struct {
	State   string    `json:"state"`            // "idle", "waiting" for a pause between labels, or "fitting"
	New     int       `json:"new"`              // captures since the last fit began
	Result  string    `json:"result,omitempty"` // "committed", "refused" or "failed"
	Reason  string    `json:"reason,omitempty"`
	Model   string    `json:"model,omitempty"` // that was made
	Ended   time.Time `json:"ended,omitzero"`
	Seconds float64   `json:"seconds,omitempty"` // that it took

	Progress string    `json:"progress,omitempty"` // of one that is under way, as "features 12 of 50" or "head 3 of 37"
	Next     time.Time `json:"next,omitzero"`      // its next set time
}

// ShadowStatus is how the latest fitted model does beside the one that it took
// over from.
type ShadowStatus struct {
	Model   string    `json:"model"`
	Before  string    `json:"before"`
	State   string    `json:"state"` // "watching", "kept", "rolled back" or "ended"
	Reason  string    `json:"reason,omitempty"`
	Samples int       `json:"samples"` // frames that both answered
	Older   float64   `json:"older"`   // means of the best scores of the latest of them
	Newer   float64   `json:"newer"`
	Since   time.Time `json:"since"` // of State
}

// FrameStatus counts frames. Received is Predicted + Skipped + Unanswered and
// the two that may wait or be at work just now.
type FrameStatus struct {
	Received   uint64 `json:"received"`
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
