// Command edged-camera reads a camera, a pipeline, a stream, a clip or a folder
// of pictures through OpenCV and writes its frames to standard output. edged
// starts it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// The exit statuses.
const (
	exitFailure = 1
	exitUsage   = 2
)

func main() { os.Exit(run()) }

// run executes the command line and returns the exit status.
func run() int {
	// A reader that is gone is no failure; a write tells it by EPIPE.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go watchInput(os.Stdin, cancel)
	context.AfterFunc(ctx, endSoon)

	root := newRoot()
	err := root.ExecuteContext(ctx)
	var mistake *usageError
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE):
		return 0
	case errors.As(err, &mistake):
		fmt.Fprintln(os.Stderr, "edged-camera:", err)
		return exitUsage
	default:
		fmt.Fprintln(os.Stderr, "edged-camera:", err)
		return exitFailure
	}
}

// endTime is what OpenCV gets to close a source; some drivers need that, and
// others hang for ever.
const endTime = time.Second

func endSoon() {
	time.AfterFunc(endTime, func() { os.Exit(0) })
}

// watchInput calls ended at the end of the pipe on standard input: whoever held
// its other end is gone. A terminal or /dev/null says nothing.
func watchInput(input *os.File, ended func()) {
	info, err := input.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice != 0 {
		return
	}
	_, _ = io.Copy(io.Discard, input)
	ended()
}
