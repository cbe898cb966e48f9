package main

import (
	"edged/cmd/edged/config"

	"github.com/spf13/cobra"
)

// runFlags are the keys of the configuration that `edged run` takes as flags.
type runFlags struct{ set []func(*config.Config) }

func (f *runFlags) add(command *cobra.Command) {
	defaults := config.Default()
	flag(f, command, "source", defaults.Camera.Source, "device, GStreamer pipeline, URL, video file or folder of pictures",
		func(c *config.Config, v string) { c.Camera.Source = v })
	flag(f, command, "loop", defaults.Camera.Loop, "begin a file or folder again at its end",
		func(c *config.Config, v bool) { c.Camera.Loop = v })
	flag(f, command, "pace", defaults.Camera.Pace, "of a file or folder: clip or fast",
		func(c *config.Config, v string) { c.Camera.Pace = v })
	flag(f, command, "width", defaults.Camera.Width, "width in pixels asked of the camera",
		func(c *config.Config, v int) { c.Camera.Width = v })
	flag(f, command, "height", defaults.Camera.Height, "height in pixels asked of the camera",
		func(c *config.Config, v int) { c.Camera.Height = v })
	flag(f, command, "fps", defaults.Camera.FPS, "frames a second asked of the camera",
		func(c *config.Config, v float64) { c.Camera.FPS = v })
	flag(f, command, "models", "", "watched folder (default \"models\" in the state folder)",
		func(c *config.Config, v string) { c.Models.Folder = v })
	flag(f, command, "output", defaults.Events.Output, "where events go: - for standard output, or a file",
		func(c *config.Config, v string) { c.Events.Output = v })
	flag(f, command, "events", defaults.Events.Mode, "what is told of frames: all, frames or changes",
		func(c *config.Config, v string) { c.Events.Mode = v })
	flag(f, command, "top", defaults.Predict.Top, "how many of the best scores an event carries",
		func(c *config.Config, v int) { c.Predict.Top = v })
	flag(f, command, "precision", defaults.Predict.Precision, "auto, float32, float16 or int8",
		func(c *config.Config, v string) { c.Predict.Precision = v })
	flag(f, command, "threads", defaults.Predict.Threads, "how many threads compute; 0: one for each core",
		func(c *config.Config, v int) { c.Predict.Threads = v })
	flag(f, command, "big-cores", defaults.Predict.BigCores, "compute on the fast cores only, where cores differ (big.LITTLE)",
		func(c *config.Config, v bool) { c.Predict.BigCores = v })
	flag(f, command, "kernels", defaults.Predict.Kernels, "portable, neon, avx2 ...; unless given the best of this CPU",
		func(c *config.Config, v string) { c.Predict.Kernels = v })
	flag(f, command, "resize", defaults.Predict.Resize, "for models without their own: nearest, bilinear, bilinear-antialias or area",
		func(c *config.Config, v string) { c.Predict.Resize = v })
	flag(f, command, "scale", 0.0, "for models without their own: factor of pixel values",
		func(c *config.Config, v float64) { c.Predict.Scale = &v })
	flag(f, command, "offset", 0.0, "for models without their own: number added to scaled pixel values",
		func(c *config.Config, v float64) { c.Predict.Offset = &v })
	flag(f, command, "log", defaults.Log, "debug, info, warn or error",
		func(c *config.Config, v string) { c.Log = v })
}

// flag adds a flag whose value, if it is given, goes over the configuration's.
func flag[T string | bool | int | float64](f *runFlags, command *cobra.Command, name string, value T, usage string, set func(*config.Config, T)) {
	flags := command.Flags()
	switch p := any(&value).(type) {
	case *string:
		flags.StringVar(p, name, *p, usage)
	case *bool:
		flags.BoolVar(p, name, *p, usage)
	case *int:
		flags.IntVar(p, name, *p, usage)
	case *float64:
		flags.Float64Var(p, name, *p, usage)
	}
	f.set = append(f.set, func(c *config.Config) {
		if flags.Changed(name) {
			set(c, value)
		}
	})
}

func (f *runFlags) apply(c *config.Config) {
	for _, set := range f.set {
		set(c)
	}
}
