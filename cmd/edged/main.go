// Command edged looks through a camera, says what it sees with a Keras-style
// network and picks up new models while it runs.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"edged/cmd/edged/config"

	"github.com/spf13/cobra"
)

// The exit statuses.
const (
	exitFailure = 1
	exitUsage   = 2
)

func main() { os.Exit(run()) }

// run executes the command line and returns the exit status.
func run() int {
	// A sink whose reader is gone is counted and reported, not deadly.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	root := newRoot()
	command, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "edged:", printable(err.Error()))
	return status(command, err)
}

// status tells a mistake in the command line or the configuration from a
// failure to do what was asked.
func status(command *cobra.Command, err error) int {
	var mistake *config.Error
	if errors.As(err, &mistake) || !hasStarted(command) {
		return exitUsage
	}
	return exitFailure
}
