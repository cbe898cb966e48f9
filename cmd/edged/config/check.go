package config

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"edged/capture"
	"edged/cmd/edged/fitting"
	"edged/cmd/edged/results"
)

// mistake is a value that makes no sense.
type mistake struct{ key, message string }

// check returns the first mistake among the values, or nil.
func (c *Config) check() *mistake {
	for _, m := range []*mistake{
		filled("state", c.State),
		oneOf("log", c.Log, "debug", "info", "warn", "error"),
		filled("camera.source", c.Camera.Source),
		between("camera.width", c.Camera.Width, 1, 16384),
		between("camera.height", c.Camera.Height, 1, 16384),
		between("camera.fps", c.Camera.FPS, 0.1, 1000),
		fourCC("camera.fourcc", c.Camera.FourCC),
		oneOf("camera.pace", c.Camera.Pace, "clip", "fast"),
		lasting("camera.stall", c.Camera.Stall, 500*time.Millisecond, time.Hour),
		lasting("models.quiet", c.Models.Quiet, 10*time.Millisecond, time.Hour),
		lasting("models.rescan", c.Models.Rescan, time.Second, 24*time.Hour),
		between("models.keep", c.Models.Keep, 0, 1_000_000),
		oneOf("predict.precision", c.Predict.Precision, "auto", "float32", "float16", "int8"),
		between("predict.threads", c.Predict.Threads, 0, 1024),
		oneOf("predict.resize", c.Predict.Resize, "", "nearest", "bilinear", "bilinear-antialias", "area"),
		finite("predict.scale", c.Predict.Scale),
		finite("predict.offset", c.Predict.Offset),
		between("predict.top", c.Predict.Top, 1, 1000),
		c.Results.check(),
		oneOf("events.mode", c.Events.Mode, EventsAll, EventsFrames, EventsChanges),
		atLeast("events.limit", c.Events.Limit, 4096),
		between("events.keep", c.Events.Keep, 0, 1000),
		between("events.queue", c.Events.Queue, 1, 65536),
		between("captures.max_per_label", c.Captures.MaxPerLabel, 0, 1_000_000),
		between("labels.frames", c.Labels.Frames, 1, 20),
		lasting("labels.delay", c.Labels.Delay, 0, 10*time.Second),
		lasting("labels.window", c.Labels.Window, 50*time.Millisecond, 10*time.Second),
		lasting("labels.debounce", c.Labels.Debounce, 0, time.Minute),
		expression("labels.pattern", c.Labels.Pattern),
		c.Labels.checkPorts(),
		c.checkOutputs(),
		between("fit.after", c.Fit.After, 0, 1_000_000),
		timesOfDay("fit.at", c.Fit.At),
		lasting("fit.shadow", c.Fit.Shadow, 0, 7*24*time.Hour),
		lasting("fit.quiet", c.Fit.Quiet, 100*time.Millisecond, time.Hour),
		lasting("fit.limit", c.Fit.Limit, 10*time.Second, 24*time.Hour),
		atLeast("fit.memory", c.Fit.Memory, 128_000_000),
		between("fit.threads", c.Fit.Threads, 0, 1024),
	} {
		if m != nil {
			return m
		}
	}
	return nil
}

// checkPorts returns the first mistake among the ports, or nil.
func (l *Labels) checkPorts() *mistake {
	seen := map[string]bool{}
	for _, p := range l.Ports {
		if seen[p.Path] {
			return &mistake{"labels.port", fmt.Sprintf("%q is there twice", p.Path)}
		}
		seen[p.Path] = true
		if err := capture.CheckPort(p.Path); err != nil {
			return &mistake{"labels.port.path", err.Error()}
		}
		if err := p.Mode().Check(); err != nil {
			return &mistake{"labels.port", err.Error()}
		}
	}
	return nil
}

// What events.mode can be.
const (
	EventsAll     = "all"
	EventsFrames  = "frames"
	EventsChanges = "changes"
)

func (r *Results) check() *mistake {
	return cmp.Or(
		oneOf("results.smoothing", r.Smoothing, string(results.None), string(results.Mean), string(results.Vote)),
		between("results.frames", r.Frames, 1, 1000),
		between("results.votes", r.Votes, 1, r.Frames),
		between("results.threshold", r.Threshold, 0, 1),
		between("results.hysteresis", r.Hysteresis, 0, 1),
	)
}

// timesOfDay refuses what is no time of a day, as "02:30".
func timesOfDay(key string, values []string) *mistake {
	for _, value := range values {
		if _, err := fitting.ParseTimeOfDay(value); err != nil {
			return &mistake{key, err.Error()}
		}
	}
	return nil
}

// Mode is how the port's bits travel.
func (p Port) Mode() capture.SerialMode {
	return capture.SerialMode{Speed: p.Speed, DataBits: p.DataBits, Parity: p.Parity, StopBits: p.StopBits}
}

func expression(key, value string) *mistake {
	if _, err := regexp.Compile(value); err != nil {
		return &mistake{key, err.Error()}
	}
	return nil
}

func filled(key, value string) *mistake {
	if value != "" {
		return nil
	}
	return &mistake{key, "may not be empty"}
}

func oneOf(key, value string, names ...string) *mistake {
	if slices.Contains(names, value) {
		return nil
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	text := fmt.Sprintf("%q is none of %s", value, strings.Join(quoted, ", "))
	if near := nearest(value, names); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return &mistake{key, text}
}

func between[T int | float64](key string, value, low, high T) *mistake {
	if value >= low && value <= high {
		return nil
	}
	return &mistake{key, fmt.Sprintf("%v is not between %v and %v", value, low, high)}
}

func lasting(key string, value, low, high time.Duration) *mistake {
	if value >= low && value <= high {
		return nil
	}
	return &mistake{key, fmt.Sprintf("%v is not between %v and %v; write it as \"5s\"", value, low, high)}
}

func atLeast(key string, value, low Size) *mistake {
	if value >= low {
		return nil
	}
	return &mistake{key, fmt.Sprintf("%d bytes are less than %d", value, low)}
}

func finite(key string, value *float64) *mistake {
	if value == nil || math.Abs(*value) <= math.MaxFloat32 {
		return nil
	}
	return &mistake{key, fmt.Sprintf("%v is no number that a model can take", *value)}
}

func fourCC(key, value string) *mistake {
	if value == "" || len(value) == 4 {
		return nil
	}
	return &mistake{key, fmt.Sprintf("%q has not four characters, as \"MJPG\" has", value)}
}
