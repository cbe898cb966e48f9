package main

import (
	"context"
	"errors"

	"edged/cmd/edged/config"
	"edged/storage"
)

// captureOwner manages the captures: the daemon, through its control socket, or
// this process while there is none.
type captureOwner interface {
	Captures(ctx context.Context) ([]storage.Capture, error)
	Relabel(ctx context.Context, name, label string) (storage.Capture, error)
	Remove(ctx context.Context, name string) (storage.Capture, error)
	Add(ctx context.Context, label, name string, data []byte) (storage.Capture, error)
}

// withCaptures finds the owner and lets do use it.
func withCaptures(ctx context.Context, daemon *daemonFlags, do func(context.Context, captureOwner, *config.Config) error) error {
	c, client, err := daemon.find(ctx)
	if err != nil {
		return err
	}
	if client != nil {
		return do(ctx, client, c)
	}
	captures, err := storage.OpenCaptures(c.CapturesOptions())
	if err != nil {
		return owned(err, c)
	}
	return errors.Join(do(ctx, folderCaptures{captures}, c), captures.Close())
}

// folderCaptures manages the captures from this process.
type folderCaptures struct{ captures *storage.Captures }

// Captures implements captureOwner.
func (f folderCaptures) Captures(context.Context) ([]storage.Capture, error) {
	return f.captures.List(), nil
}

// Relabel implements captureOwner.
func (f folderCaptures) Relabel(_ context.Context, name, label string) (storage.Capture, error) {
	return f.captures.Relabel(name, label)
}

// Remove implements captureOwner.
func (f folderCaptures) Remove(_ context.Context, name string) (storage.Capture, error) {
	return f.captures.Remove(name)
}

// Add implements captureOwner.
func (f folderCaptures) Add(_ context.Context, label, name string, data []byte) (storage.Capture, error) {
	return f.captures.Add(label, name, "import", data)
}
