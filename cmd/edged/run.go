package main

import (
	"log/slog"
	"os"
	"runtime/debug"

	"edged/cmd/edged/config"
	"edged/cmd/edged/daemon"

	"github.com/spf13/cobra"
)

func newRun() *cobra.Command {
	var (
		files daemonFlags
		flags runFlags
	)
	command := &cobra.Command{
		Use:   "run",
		Short: "Watch a camera and say what it sees, until told to stop",
		Long: "run is the daemon. It needs no configuration: `edged config` prints what there is\n" +
			"to configure. Flags go over the configuration.",
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			c, err := files.load()
			if err != nil {
				return err
			}
			flags.apply(c)
			if err := c.Check("the command line"); err != nil {
				return err
			}
			// The frame loop allocates nothing: what little garbage there is may
			// be collected often, for a board's memory is small.
			debug.SetGCPercent(25)
			d, err := newDaemon(command, c)
			if err != nil {
				return err
			}
			return d.Run(command.Context())
		},
	}
	files.add(command)
	flags.add(command)
	return command
}

func newDaemon(command *cobra.Command, c *config.Config) (*daemon.Daemon, error) {
	program, err := cameraProgram(c)
	if err != nil {
		program = "edged-camera" // the camera's state tells that it is missing
	}
	return daemon.New(daemon.Options{
		Config: c, Version: version, Program: program, Output: command.OutOrStdout(), Log: newLog(c.Log),
	})
}

// newLog logs to standard error, without the time where the journal adds it.
func newLog(name string) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(name)) // checked with the configuration
	options := &slog.HandlerOptions{Level: level}
	if os.Getenv("JOURNAL_STREAM") != "" {
		options.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
