package config

import (
	"path/filepath"
	"time"
)

// Config is everything that can be configured. The sample documents each key.
type Config struct {
	State   string  `toml:"state"`
	Log     string  `toml:"log"`
	Camera  Camera  `toml:"camera"`
	Models  Models  `toml:"models"`
	Predict Predict `toml:"predict"`
	Events  Events  `toml:"events"`
	Control Control `toml:"control"`
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
	Resize    string   `toml:"resize"`
	Scale     *float64 `toml:"scale"`
	Offset    *float64 `toml:"offset"`
	Kernels   string   `toml:"kernels"`
	Top       int      `toml:"top"`
}

// Events says where events go.
type Events struct {
	Output string `toml:"output"`
	Mode   string `toml:"mode"`
	Limit  Size   `toml:"limit"`
	Keep   int    `toml:"keep"`
	Queue  int    `toml:"queue"`
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
