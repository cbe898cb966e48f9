package config

import (
	"path/filepath"
	"time"

	"edged/cmd/edged/results"
	"edged/storage"
)

// Config is everything that can be configured. The sample documents each key.
type Config struct {
	State   string  `toml:"state"`
	Log     string  `toml:"log"`
	Camera  Camera  `toml:"camera"`
	Models  Models  `toml:"models"`
	Predict Predict `toml:"predict"`
	Results Results `toml:"results"`
	Events  Events  `toml:"events"`
	// Outputs are the machines that results are told.
	Outputs []Output `toml:"outputs"`
	// Captures and Labels say what is kept of what a person labels, and how labels come.
	Captures Captures `toml:"captures"`
	Labels   Labels   `toml:"labels"`
	Fit      Fit      `toml:"fit"`
	Control  Control  `toml:"control"`
}

// Camera says where frames come from.
type Camera struct {
	Source  string        `toml:"source"`
	Width   int           `toml:"width"`
	Height  int           `toml:"height"`
	FPS     float64       `toml:"fps"`
	FourCC  string        `toml:"fourcc"`
	Loop    bool          `toml:"loop"`
	Pace    string        `toml:"pace"`
	Stall   time.Duration `toml:"stall"`
	Program string        `toml:"program"`
}

// Models says how the watched folder is served.
type Models struct {
	Folder string        `toml:"folder"`
	Quiet  time.Duration `toml:"quiet"`
	Rescan time.Duration `toml:"rescan"`
	Keep   int           `toml:"keep"`
}

// Predict says how pictures become answers.
type Predict struct {
	Precision string   `toml:"precision"`
	Threads   int      `toml:"threads"`
	BigCores  bool     `toml:"big_cores"`
	Resize    string   `toml:"resize"`
	Scale     *float64 `toml:"scale"`
	Offset    *float64 `toml:"offset"`
	Kernels   string   `toml:"kernels"`
	Top       int      `toml:"top"`
}

// Results says what is made of the scores of single frames.
type Results struct {
	Smoothing  string  `toml:"smoothing"`
	Frames     int     `toml:"frames"`
	Votes      int     `toml:"votes"`
	Threshold  float64 `toml:"threshold"`
	Hysteresis float64 `toml:"hysteresis"`
}

// Options are the results package's.
func (r *Results) Options() results.Options {
	return results.Options{
		Smoothing: results.Smoothing(r.Smoothing), Frames: r.Frames, Votes: r.Votes,
		Threshold: float32(r.Threshold), Hysteresis: float32(r.Hysteresis),
	}
}

// Output is a serial port or a GPIO line that follows labels.
type Output struct {
	Kind   string        `toml:"kind"`
	Labels []string      `toml:"labels"`
	Hold   time.Duration `toml:"hold"`
	Port
	Chip      string `toml:"chip"`
	Line      Line   `toml:"line"`
	ActiveLow bool   `toml:"active_low"`
}

// Events says where events go.
type Events struct {
	Output string `toml:"output"`
	Mode   string `toml:"mode"`
	Limit  Size   `toml:"limit"`
	Keep   int    `toml:"keep"`
	Queue  int    `toml:"queue"`
}

// Captures says how labelled pictures are kept.
type Captures struct {
	Folder      string `toml:"folder"`
	MaxSize     Size   `toml:"max_size"`
	MaxPerLabel int    `toml:"max_per_label"`
	MinFree     Size   `toml:"min_free"`
}

// Labels says how labels become captures.
type Labels struct {
	Frames   int               `toml:"frames"`
	Delay    time.Duration     `toml:"delay"`
	Window   time.Duration     `toml:"window"`
	Debounce time.Duration     `toml:"debounce"`
	Pattern  string            `toml:"pattern"`
	Expand   string            `toml:"expand"`
	Codes    map[string]string `toml:"codes"`
	Ports    []Port            `toml:"port"`
}

// Port is a serial port that labels come by.
type Port struct {
	Path     string `toml:"path"`
	Speed    int    `toml:"speed"`
	DataBits int    `toml:"data_bits"`
	Parity   string `toml:"parity"`
	StopBits int    `toml:"stop_bits"`
}

// Fit says when and how the head is fitted to captures.
type Fit struct {
	After   int           `toml:"after"`
	At      []string      `toml:"at"`
	Quiet   time.Duration `toml:"quiet"`
	Shadow  time.Duration `toml:"shadow"`
	Limit   time.Duration `toml:"limit"`
	Memory  Size          `toml:"memory"`
	Threads int           `toml:"threads"`
	Program string        `toml:"program"`
}

// Control says where the daemon answers commands.
type Control struct {
	Socket string `toml:"socket"`
}

const systemState = "/var/lib/edged"

// Socket is the path of the control socket.
func (c *Config) Socket() string {
	switch {
	case c.Control.Socket != "":
		return c.Control.Socket
	case filepath.Clean(c.State) == systemState:
		return "/run/edged/control.sock"
	default:
		return filepath.Join(c.State, "control.sock")
	}
}

// ModelFolder is the path of the watched folder.
func (c *Config) ModelFolder() string {
	if c.Models.Folder != "" {
		return c.Models.Folder
	}
	return filepath.Join(c.State, "models")
}

// CaptureFolder is the path of the folder of captures.
func (c *Config) CaptureFolder() string {
	if c.Captures.Folder != "" {
		return c.Captures.Folder
	}
	return filepath.Join(c.State, "captures")
}

// CapturesOptions are storage's for these captures.
func (c *Config) CapturesOptions() storage.CapturesOptions {
	return storage.CapturesOptions{
		Folder: c.CaptureFolder(), MaxBytes: int64(c.Captures.MaxSize),
		MaxPerLabel: c.Captures.MaxPerLabel, MinFree: int64(c.Captures.MinFree),
	}
}
